import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ArgumentError } from '../errors';
import { crc32 } from './check';
import type { SyncEntry } from './sync-plan';

/** A folder of the host, as one side of a sync. Paths are relative to it, with forward slashes. */
export class HostFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  /** What is in it. Links to files and folders count as these; sockets and the like are left out. */
  async entries(ignored: (path: string) => boolean): Promise<SyncEntry[]> {
    const entries: SyncEntry[] = [];
    const walk = async (folder: string, depth: number): Promise<void> => {
      // Only a link that leads upwards makes folders this deep.
      if (depth > 64) throw new ArgumentError('INVALID_ARGUMENT', `${this.#on(folder)}: folders without end`);
      for (const name of await readdir(this.#on(folder))) {
        const path = folder === '' ? name : `${folder}/${name}`;
        if (ignored(path)) continue;
        const status = await stat(this.#on(path)).catch(() => undefined);
        if (status?.isFile()) entries.push({ path, type: 'file', size: status.size });
        if (!status?.isDirectory()) continue;
        entries.push({ path, type: 'dir', size: 0 });
        await walk(path, depth + 1);
      }
    };
    await walk('', 0);
    return entries;
  }

  /** Checksum of a file as hexadecimal text. */
  async hash(path: string, algorithm: 'sha256' | 'crc32'): Promise<string> {
    const state = createHash('sha256');
    let crc = 0;
    for await (const chunk of this.read(path)) {
      if (algorithm === 'sha256') state.update(chunk);
      else crc = crc32(chunk, crc);
    }
    return algorithm === 'sha256' ? state.digest('hex') : crc.toString(16).padStart(8, '0');
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
