/**
 * Numbers of OSErrors → names. Firmware prints the name where its `errno` module knows it (`[Errno 2] ENOENT`) and the
 * bare number elsewhere (`OSError: 28`): the numbers that matter are those that modules of small builds leave out.
 */

/** Linux, which MicroPython's own table follows (py/mperrno.h), as do FAT (extmod/vfs_fat.c) and littlefs (lib/littlefs/lfs2.h). */
const COMMON: Record<number, string> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  4: 'EINTR',
  5: 'EIO',
  6: 'ENXIO',
  7: 'E2BIG',
  8: 'ENOEXEC',
  9: 'EBADF',
  10: 'ECHILD',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  15: 'ENOTBLK',
  16: 'EBUSY',
  17: 'EEXIST',
  18: 'EXDEV',
  19: 'ENODEV',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  25: 'ENOTTY',
  26: 'ETXTBSY',
  27: 'EFBIG',
  28: 'ENOSPC',
  29: 'ESPIPE',
  30: 'EROFS',
  31: 'EMLINK',
  32: 'EPIPE',
  33: 'EDOM',
  34: 'ERANGE',
  36: 'ENAMETOOLONG',
  38: 'ENOSYS',
  39: 'ENOTEMPTY',
  40: 'ELOOP',
  61: 'ENODATA', // littlefs: no such attribute
  71: 'EPROTO',
  84: 'EILSEQ', // littlefs: LFS2_ERR_CORRUPT
  88: 'ENOTSOCK',
  95: 'EOPNOTSUPP',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  100: 'ENETDOWN',
  101: 'ENETUNREACH',
  103: 'ECONNABORTED',
  104: 'ECONNRESET',
  105: 'ENOBUFS',
  106: 'EISCONN',
  107: 'ENOTCONN',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  112: 'EHOSTDOWN',
  113: 'EHOSTUNREACH',
  114: 'EALREADY',
  115: 'EINPROGRESS',
  125: 'ECANCELED',
};

/**
 * WASI's numbers, from 1: the simulated device's file system is Emscripten's, and a test checks them against it.
 * The `errno` module of that build has Linux numbers nevertheless, so EACCES from a file is printed as `[Errno 2] ENOENT`;
 * nothing can be done about that here.
 */
const WASI = (
  'E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF EBADMSG EBUSY ECANCELED ECHILD ' +
  'ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG EHOSTUNREACH EIDRM ' +
  'EILSEQ EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR ELOOP EMFILE EMLINK EMSGSIZE EMULTIHOP ENAMETOOLONG ENETDOWN ' +
  'ENETRESET ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOEXEC ENOLCK ENOLINK ENOMEM ENOMSG ENOPROTOOPT ENOSPC ENOSYS ' +
  'ENOTCONN ENOTDIR ENOTEMPTY ENOTRECOVERABLE ENOTSOCK ENOTSUP ENOTTY ENXIO EOVERFLOW EOWNERDEAD EPERM EPIPE EPROTO ' +
  'EPROTONOSUPPORT EPROTOTYPE ERANGE EROFS ESPIPE ESRCH ESTALE ETIMEDOUT ETXTBSY EXDEV'
).split(' ');

/** newlib's numbers, which lwIP uses for sockets on ESP-IDF; files keep those of FAT and littlefs. */
const ESP32: Record<number, string> = {
  106: 'EAFNOSUPPORT',
  107: 'EPROTOTYPE',
  108: 'ENOTSOCK',
  109: 'ENOPROTOOPT',
  112: 'EADDRINUSE',
  113: 'ECONNABORTED',
  114: 'ENETUNREACH',
  115: 'ENETDOWN',
  116: 'ETIMEDOUT',
  117: 'EHOSTDOWN',
  118: 'EHOSTUNREACH',
  119: 'EINPROGRESS',
  120: 'EALREADY',
  125: 'EADDRNOTAVAIL',
  127: 'EISCONN',
  128: 'ENOTCONN',
};

/**
 * Name of an error number, e.g. 2 → `ENOENT`; `undefined` for a number that has none.
 * @param platform the device's `sys.platform`; without it, the numbers of boards and Linux
 */
export function errnoName(number: number, platform?: string): string | undefined {
  if (platform === 'webassembly') return WASI[number - 1];
  return (platform === 'esp32' ? ESP32[number] : undefined) ?? COMMON[number];
}

/**
 * Errno name of an exception as a device prints it; `undefined` when it has none. A name in the text wins over the number:
 * `[Errno 2] ENOENT`, `[Errno 2] ENOENT: /x`, `[Errno 2] No such file/directory` (CircuitPython), `28`, `(28, 'text')`.
 * @param type Python's class name; bare numbers count only for `OSError`
 * @param detail text behind the class name
 */
export function errnoOf(type: string, detail: string, platform?: string): string | undefined {
  const tagged = /^\[Errno (\d+)\](?: (E[A-Z0-9]+)\b)?/.exec(detail);
  if (tagged) return tagged[2] ?? errnoName(Number(tagged[1]), platform);
  if (type !== 'OSError') return undefined;
  const bare = /^(?:\((\d+), |(\d+)$)/.exec(detail);
  return bare ? errnoName(Number(bare[1] ?? bare[2]), platform) : undefined;
}
