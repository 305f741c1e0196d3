import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ArgumentError } from '../errors';
import { Hash, type HashAlgorithm } from './hash';
import type { SyncEntry } from './sync-plan';

/** Files that are read at the same time. More gain nothing. */
const AT_ONCE = 8;
/** Bytes of a file that is read as a whole. */
const SMALL = 256 * 1024;

/** A folder of the host, as one side of a sync. Paths are relative to it, with forward slashes. */
export class HostFolder {
  readonly root: string;
  /** Bytes of the files that `entries` has found. */
  readonly #sizes = new Map<string, number>();

  constructor(root: string) {
    this.root = resolve(root);
  }

  /** What is in it. Links to files and folders count as these; sockets and the like are left out. */
  async entries(ignored: (path: string) => boolean): Promise<SyncEntry[]> {
    const entries: SyncEntry[] = [];
    const walk = async (folder: string, depth: number): Promise<void> => {
      // Only a link that leads upwards makes folders this deep.
      if (depth > 64) throw new ArgumentError('INVALID_ARGUMENT', `${this.#on(folder)}: folders without end`);
      const names = await readdir(this.#on(folder));
      const paths = names.map((name) => (folder === '' ? name : `${folder}/${name}`)).filter((path) => !ignored(path));
      const found = await Promise.all(paths.map((path) => stat(this.#on(path)).catch(() => undefined)));
      for (const [index, path] of paths.entries()) {
        const status = found[index];
        if (status?.isFile()) {
          entries.push({ path, type: 'file', size: status.size });
          this.#sizes.set(path, status.size);
        }
        if (!status?.isDirectory()) continue;
        entries.push({ path, type: 'dir', size: 0 });
        await walk(path, depth + 1);
      }
    };
    await walk('', 0);
    return entries;
  }

  /** Checksums of files as hexadecimal text, in the order of the paths. */
  async hashes(paths: string[], algorithm: HashAlgorithm, signal?: AbortSignal): Promise<string[]> {
    const hashes: string[] = [];
    for (let at = 0; at < paths.length; at += AT_ONCE) {
      signal?.throwIfAborted();
      hashes.push(...(await Promise.all(paths.slice(at, at + AT_ONCE).map((path) => this.#hash(path, algorithm)))));
    }
    return hashes;
  }

  async #hash(path: string, algorithm: HashAlgorithm): Promise<string> {
    const hash = new Hash(algorithm);
    // A stream takes ten times as long for a small file.
    if ((this.#sizes.get(path) ?? Infinity) <= SMALL) hash.update(await readFile(this.#on(path)));
    else for await (const chunk of this.read(path)) hash.update(chunk);
    return hash.digest();
  }

  read(path: string): AsyncIterable<Buffer> {
    return createReadStream(this.#on(path)) as AsyncIterable<Buffer>;
  }

  /** Writes a file beside the target, and renames it when it is whole. */
  async write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const target = this.#on(path);
    const temporary = `${target}.~mpw`;
    try {
      const file = await open(temporary, 'w');
      try {
        for await (const chunk of chunks) await file.writeFile(chunk);
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async makeFolder(path: string): Promise<void> {
    await mkdir(this.#on(path), { recursive: true });
  }

  async remove(path: string): Promise<void> {
    await rm(this.#on(path), { recursive: true, force: true });
  }

  /** A name that came from a device must not lead out of the folder. */
  #on(path: string): string {
    const full = join(this.root, ...path.split('/'));
    const inside = relative(this.root, full);
    const suspicious = inside.startsWith('..') || isAbsolute(inside) || path.split('/').includes('..');
    if (suspicious || (sep === '\\' && /[\\:]/.test(path))) {
      throw new ArgumentError('INVALID_ARGUMENT', `${JSON.stringify(path)} is no name for a file below ${this.root}`);
    }
    return full;
  }
}
