import { posix } from 'node:path';
import { ArgumentError } from '../errors';

/**
 * A path as the device shall see it: no slash at the end, which FAT does not take. Relative paths are relative to the
 * device's current folder. Pure.
 * @param doing what the path is for, as a phrase for the message
 * @param address the device, for the message
 * @throws ArgumentError before anything is sent, for a path that no file system can hold
 */
export function devicePath(path: unknown, doing: string, address?: string): string {
  if (typeof path !== 'string')
    refuse({ doing, address }, `the path must be text, not ${path === null ? 'null' : typeof path}`);
  if (path === '') refuse({ doing, address }, 'the path is empty');
  if (path.includes('\0')) refuse({ doing, address }, 'the path holds a NUL character');
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed;
}

/** A path that names a file. @throws ArgumentError as `devicePath`, and when it ends in a slash */
export function deviceFilePath(path: unknown, doing: string, address?: string): string {
  const trimmed = devicePath(path, doing, address);
  if (trimmed !== path) refuse({ doing, address }, `${path as string} names a folder, not a file`);
  return trimmed;
}

/** A path that may be removed. @throws ArgumentError as `devicePath`, and for every way to write the root */
export function removablePath(path: unknown, doing: string, address?: string): string {
  const trimmed = devicePath(path, doing, address);
  const plain = posix.normalize(trimmed);
  if (plain === '/' || plain === '.' || plain === '..' || plain.endsWith('/..')) {
    refuse(
      { doing, address },
      `${path as string} is the root, or the current folder or one above it; remove what is in it by name`,
    );
  }
  return trimmed;
}

/** `folder` and what is in it, joined. */
export function joinPath(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

function refuse({ doing, address }: { doing: string; address?: string }, why: string): never {
  const where = address === undefined ? '' : ` on ${address}`;
  throw new ArgumentError('INVALID_ARGUMENT', `${doing}${where}: ${why}`, { address });
}
