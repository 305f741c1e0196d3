import { TransportError, type TransportErrorCode } from '../errors';

/** What the texts depend on; for tests. */
export interface Runtime {
  platform: NodeJS.Platform;
  /** Version of libuv, `1.46.0`. */
  uv: string;
  /** Value of UV_USE_IO_URING. */
  ioUring?: string;
}

/**
 * The operating system's words, as the package `serialport` passes them on: it gives no codes.
 * Linux and macOS: strerror() and a phrase (serialport_unix.cpp); Windows: a phrase of its own (serialport_win.cpp).
 */
const CAUSES: readonly (readonly [RegExp, TransportErrorCode])[] = [
  [/cannot lock port|resource (?:temporarily unavailable|busy)|device or resource busy/i, 'PORT_BUSY'],
  // Windows says the same when another program has the port and when the user has no right; the first is the rule.
  [/access denied/i, 'PORT_BUSY'],
  [/permission denied/i, 'PERMISSION_DENIED'],
  [/no such (?:file|device)|file not found|device not configured/i, 'PORT_NOT_FOUND'],
];

/** The code for an error that opening a port gave. */
export function serialOpenCode(error: unknown): TransportErrorCode {
  const text = reasonOf(error);
  return CAUSES.find(([pattern]) => pattern.test(text))?.[1] ?? 'OPEN_FAILED';
}

/** The error for a port that could not be opened: what happened, and what the user can do. */
export function serialOpenError(error: unknown, address: string, runtime: Runtime = thisRuntime()): TransportError {
  const code = serialOpenCode(error);
  const reason = reasonOf(error);
  return new TransportError(code, `cannot open ${address}: ${explain(code, reason, runtime)}`, {
    address,
    cause: error,
  });
}

function explain(code: TransportErrorCode, reason: string, runtime: Runtime): string {
  const linux = runtime.platform === 'linux';
  switch (code) {
    case 'PORT_BUSY':
      return (
        `it is in use by another program (Thonny, mpremote, a serial monitor, ModemManager?). Close that, or ` +
        `disconnect the device there (${reason})${hasStickyDescriptors(runtime) ? IO_URING_HINT : ''}`
      );
    case 'PERMISSION_DENIED':
      return linux
        ? 'the user who runs this program may not use serial ports. Add the user to the group dialout ' +
            '(sudo usermod -a -G dialout <user>) and log in again; in a container, pass the port with ' +
            `--device and the group with --group-add (${reason})`
        : `the user who runs this program may not use this port (${reason})`;
    case 'PORT_NOT_FOUND':
      return `there is no such port; is the device plugged in?${linux ? ' In a container, pass the port with --device.' : ''} (${reason})`;
    default:
      return reason;
  }
}

const IO_URING_HINT =
  '. If no other program uses it: this version of Node.js may keep a closed port busy; update Node.js, or set the ' +
  'environment variable UV_USE_IO_URING=0';

/** libuv 1.45 to 1.47 could keep a closed descriptor busy through io_uring: https://github.com/libuv/libuv/issues/4101 */
function hasStickyDescriptors({ platform, uv, ioUring }: Runtime): boolean {
  const [major, minor] = uv.split('.').map(Number);
  return platform === 'linux' && ioUring !== '0' && major === 1 && minor !== undefined && minor >= 45 && minor < 48;
}

function thisRuntime(): Runtime {
  return { platform: process.platform, uv: process.versions.uv, ioUring: process.env['UV_USE_IO_URING'] };
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^Error:? /, '');
}
