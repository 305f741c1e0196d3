import { posix } from 'node:path';
import { Errno, type EmscriptenFs, type FsNode, type FsStream } from './emscripten';

/** Folder of Emscripten's file system that is the device's `/`; what lies beside it (`/dev`, `/proc`) stays hidden. */
export const FLASH = '/flash';

const BLOCK = 4096;
const WRITABLE = 0b11;

/** What changed in the flash, told when it is safe there: a file when it is closed or synchronised. */
export type FlashChange =
  | { readonly type: 'file'; readonly path: string; readonly data: Uint8Array }
  | { readonly type: 'dir'; readonly path: string }
  | { readonly type: 'removed'; readonly path: string }
  | { readonly type: 'renamed'; readonly from: string; readonly to: string };

/** Contents of a device's flash: path to data, `undefined` for a directory; parents come before their children. */
export type FlashImage = Map<string, Uint8Array | undefined>;

/** Keeps `image` in step with the device, so that it survives the interpreter, also one that was killed. */
export function applyFlashChange(image: FlashImage, change: FlashChange): void {
  switch (change.type) {
    case 'file':
      image.set(change.path, change.data);
      break;
    case 'dir':
      image.set(change.path, undefined);
      break;
    case 'removed':
      image.delete(change.path);
      break;
    case 'renamed': {
      const moved = [...image].filter(([path]) => path === change.from || path.startsWith(`${change.from}/`));
      for (const [path] of moved) image.delete(path);
      for (const [path, data] of moved) image.set(change.to + path.slice(change.from.length), data);
    }
  }
}

export interface FlashOptions {
  /** Bytes; a write beyond it raises ENOSPC. */
  readonly capacity: number;
  readonly onChange: (change: FlashChange) => void;
}

/**
 * Makes the flash of a device out of a folder of Emscripten's file system: filled from `image`, bounded, and
 * reporting what changes. The methods of `fs` are replaced, because its system calls go through them.
 */
export function mountFlash(fs: EmscriptenFs, image: FlashImage, options: FlashOptions): Flash {
  fs.mkdir(FLASH);
  for (const [path, data] of image) {
    if (data) fs.writeFile(FLASH + path, data);
    else fs.mkdir(FLASH + path);
  }
  return new Flash(fs, options);
}

export class Flash {
  readonly #fs: EmscriptenFs;
  readonly #capacity: number;
  readonly #onChange: (change: FlashChange) => void;
  /** Never below the truth: grows with each write, and is counted anew before it would refuse one. */
  #used: number;

  constructor(fs: EmscriptenFs, options: FlashOptions) {
    this.#fs = fs;
    this.#capacity = options.capacity;
    this.#onChange = options.onChange;
    this.#used = this.#count(FLASH);
    this.#boundWrites();
    this.#reportChanges();
  }

  has(path: string): boolean {
    return this.#fs.analyzePath(FLASH + path).exists;
  }

  /** Makes what was written to one open file, or to all of them, safe: `flush()`, and the end of an interpreter. */
  sync(fd?: number): void {
    const streams = fd === undefined ? this.#fs.streams : [this.#fs.streams[fd]];
    for (const stream of streams) if (stream) this.#reportFile(stream);
  }

  #boundWrites(): void {
    const fs = this.#fs;
    const write = fs.write.bind(fs);
    fs.write = (stream, buffer, offset, length, position, canOwn) => {
      if (this.#pathOf(stream.node) !== undefined) {
        if (this.#used + length > this.#capacity) this.#used = this.#count(FLASH);
        if (this.#used + length > this.#capacity) throw new fs.ErrnoError(Errno.ENOSPC);
        this.#used += length;
      }
      return write(stream, buffer, offset, length, position, canOwn);
    };
    const statfs = () => {
      this.#used = this.#count(FLASH);
      const free = Math.floor((this.#capacity - this.#used) / BLOCK);
      const blocks = Math.floor(this.#capacity / BLOCK);
      return {
        bsize: BLOCK,
        frsize: BLOCK,
        blocks,
        bfree: free,
        bavail: free,
        files: 0,
        ffree: 0,
        fsid: 0,
        flags: 0,
        namelen: 255,
      };
    };
    fs.statfs = statfs;
    fs.statfsStream = statfs;
  }

  #reportChanges(): void {
    const fs = this.#fs;
    const close = fs.close.bind(fs);
    const unlink = fs.unlink.bind(fs);
    const rename = fs.rename.bind(fs);
    const mkdir = fs.mkdir.bind(fs);
    const rmdir = fs.rmdir.bind(fs);
    fs.close = (stream) => {
      this.#reportFile(stream);
      close(stream);
    };
    fs.unlink = (path) => {
      unlink(path);
      this.#report(path, (path) => ({ type: 'removed', path }));
    };
    fs.rmdir = (path) => {
      rmdir(path);
      this.#report(path, (path) => ({ type: 'removed', path }));
    };
    fs.mkdir = (path, mode) => {
      const node = mkdir(path, mode);
      this.#report(path, (path) => ({ type: 'dir', path }));
      return node;
    };
    fs.rename = (from, to) => {
      rename(from, to);
      const target = this.#inFlash(to);
      if (target !== undefined) this.#report(from, (from) => ({ type: 'renamed', from, to: target }));
    };
  }

  #report(path: string, change: (path: string) => FlashChange): void {
    const inside = this.#inFlash(path);
    if (inside) this.#onChange(change(inside));
  }

  #reportFile(stream: FsStream): void {
    const path = (stream.flags & WRITABLE) !== 0 ? this.#pathOf(stream.node) : undefined;
    if (path && this.#fs.isFile(stream.node.mode)) {
      this.#onChange({ type: 'file', path, data: this.#fs.readFile(FLASH + path) });
    }
  }

  /** Path of a node as the device sees it; undefined when it is no longer, or never was, in the flash. */
  #pathOf(node: FsNode): string | undefined {
    const path = this.#inFlash(this.#fs.getPath(node));
    return path !== undefined && this.has(path) ? path : undefined;
  }

  #inFlash(path: string): string | undefined {
    // Some system calls pass on a relative path.
    const plain = posix.resolve(this.#fs.cwd(), path);
    return plain.startsWith(`${FLASH}/`) ? plain.slice(FLASH.length) : undefined;
  }

  #count(path: string): number {
    let total = 0;
    for (const name of this.#fs.readdir(path)) {
      if (name === '.' || name === '..') continue;
      const child = `${path}/${name}`;
      const { mode, size } = this.#fs.stat(child);
      total += this.#fs.isDir(mode) ? BLOCK + this.#count(child) : size;
    }
    return total;
  }
}
