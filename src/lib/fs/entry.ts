import { ProtocolError } from '../errors';
import { parseLiteral, type PythonValue } from '../python/parse-literal';
import { joinPath } from './device-path';

/** What a folder holds. */
export interface FileEntry {
  /** Last part of the path. */
  readonly name: string;
  readonly path: string;
  readonly type: 'file' | 'dir';
  /** Bytes; 0 for a folder. */
  readonly size: number;
}

/** An entry with what is in it. */
export interface TreeEntry extends FileEntry {
  /** What a folder holds, by name; absent for a file. */
  readonly children?: TreeEntry[];
}

/** What a file or folder is. */
export interface FileStat {
  readonly type: 'file' | 'dir';
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Last change, by the device's clock, taken for UTC; absent where the file system keeps no times. */
  readonly mtime?: Date;
}

/** A mounted file system, in bytes. */
export interface FileSystemUsage {
  readonly path: string;
  readonly total: number;
  readonly free: number;
  readonly used: number;
}

/** What `ls` in python/snippets/list.py printed, sorted by path. */
export function readEntries(printed: Buffer, folder: string, address: string): FileEntry[] {
  const entries: FileEntry[] = [];
  let here = folder;
  for (const value of readLines(printed)) {
    if (typeof value === 'string') here = joinPath(folder, value.slice(0, -1));
    else entries.push(readEntry(value, here, printed, address));
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function readEntry(value: PythonValue, folder: string, printed: Buffer, address: string): FileEntry {
  const [name, size] = Array.isArray(value) ? value : [];
  if (typeof name !== 'string' || typeof size !== 'number') throw unreadable('a list of files', printed, address);
  return { name, path: joinPath(folder, name), type: size < 0 ? 'dir' : 'file', size: Math.max(0, size) };
}

/** Seconds from 1970 to 2000, where the clocks of most ports begin. */
const FROM_1970_TO_2000 = 946_684_800;

/** What `stat` in python/snippets/list.py printed. */
export function readStat(printed: Buffer, address: string): FileStat {
  const values = parseLiteral(printed.toString().trim());
  const numbers = Array.isArray(values) ? values.map(Number) : [];
  const [mode = 0, size = 0, changed = 0, epoch = 1970] = numbers;
  if (numbers.length !== 4 || numbers.some(Number.isNaN)) throw unreadable('facts about a file', printed, address);
  const isFolder = (mode & 0x4000) !== 0;
  const seconds = changed + (epoch === 2000 ? FROM_1970_TO_2000 : 0);
  return {
    type: isFolder ? 'dir' : 'file',
    size: isFolder ? 0 : size,
    ...(changed > 0 && { mtime: new Date(seconds * 1000) }),
  };
}

/** What `usage` in python/snippets/usage.py printed. */
export function readUsage(printed: Buffer, address: string): FileSystemUsage[] {
  return readLines(printed)
    .map((value) => {
      const [path, total, free] = Array.isArray(value) ? value : [];
      if (typeof path !== 'string') throw unreadable('a list of file systems', printed, address);
      return { path, total: Number(total), free: Number(free), used: Number(total) - Number(free) };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A sorted list as a tree. Pure. */
export function treeOf(entries: readonly FileEntry[], root: string): TreeEntry[] {
  const top: TreeEntry[] = [];
  const folders = new Map<string, TreeEntry[]>([[root, top]]);
  const sorted = [...entries].sort((a, b) => a.path.split('/').length - b.path.split('/').length);
  for (const entry of sorted) {
    const parent = folders.get(entry.path.slice(0, -entry.name.length - 1) || '/') ?? top;
    if (entry.type === 'file') {
      parent.push(entry);
      continue;
    }
    const children: TreeEntry[] = [];
    parent.push({ ...entry, children });
    folders.set(entry.path, children);
  }
  return top;
}

function readLines(printed: Buffer): PythonValue[] {
  return printed
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => parseLiteral(line.trim()));
}

function unreadable(what: string, received: Buffer, address: string): ProtocolError {
  return new ProtocolError('UNEXPECTED_REPLY', `${address} sent ${what} that cannot be read`, { address, received });
}
