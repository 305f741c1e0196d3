import { DeviceException } from '../errors';

/** What the usual errors of file systems mean. */
const WORDS: Record<string, string> = {
  EACCES: 'not allowed',
  EBUSY: 'it is the root, or a file system is mounted there',
  EEXIST: 'it exists already',
  EINVAL: 'the file system does not allow this',
  EIO: 'the storage failed',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ENODEV: 'no file system is mounted there',
  ENOENT: 'no such file or folder',
  ENOMEM: 'not enough memory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'it is not a folder',
  ENOTEMPTY: 'the folder is not empty',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};

/**
 * The same error with a message for those who do not know the numbers: `ENOENT: no such file or folder, reading /x on
 * sim:`. The line is left out, since the code was ours. Errors of other kinds stay as they are.
 */
export function inWords(error: unknown, doing: string): unknown {
  if (!(error instanceof DeviceException) || error.errno === undefined) return error;
  const { errno, type, detail, traceback, output, address } = error;
  const words = WORDS[errno];
  return new DeviceException(`${errno}${words ? `: ${words}` : ''}, ${doing} on ${address ?? 'the device'}`, {
    type,
    detail,
    traceback,
    output,
    address,
    errno,
    cause: error,
  });
}
