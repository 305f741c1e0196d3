import { StringDecoder } from 'node:string_decoder';
import { ArgumentError, DeviceException, ProtocolError } from '../errors';
import type { CommandRunner } from './command-runner';
import { DeviceHelper, invoke, type Snippet } from './device-helper';
import { deviceFilePath, devicePath, joinPath, removablePath } from './device-path';
import { Download } from './download';
import {
  readEntries,
  readStat,
  readUsage,
  treeOf,
  type FileEntry,
  type FileStat,
  type FileSystemUsage,
  type TreeEntry,
} from './entry';
import type { FileFacts } from './frame-parser';
import { Hash, type HashAlgorithm } from './hash';
import { PieceReader, type FileData } from './piece-reader';
import { report, type OnProgress } from './progress';
import { sync, type SyncOptions, type SyncResult } from './sync';
import { Upload } from './upload';

/** What every file operation takes. */
export interface FsOptions {
  /** Ends the wait, in the queue or while the command runs, with `ABORTED`. */
  signal?: AbortSignal;
}

/** What `readFile` takes. */
export interface ReadOptions extends FsOptions {
  onProgress?: OnProgress;
}

/** What `readChunks` takes. */
export interface ReadChunksOptions extends ReadOptions {
  /** Bytes of a chunk, but for the last; default: as the device sends them, 16 KiB or less. */
  size?: number;
}

/** What `writeFile` takes. */
export interface WriteOptions extends FsOptions {
  /** Add to the end of the file; a missing file is made. Default false: replace the content. */
  append?: boolean;
  /** Make the folders above the file; default false. */
  createDirs?: boolean;
  /**
   * Begin again when the link broke or the device restarted meanwhile; default false. Only for data that is there as a
   * whole, and not with `append`: that may have happened before the link broke.
   */
  retry?: boolean;
  onProgress?: OnProgress;
}

export type { HashAlgorithm } from './hash';

/** Bytes that `readChunks` fetches in one command: others get their turn between, and no more is held in memory. */
const SEGMENT = 256 * 1024;
/** Milliseconds for what may take long: large files, many files. */
const LONG = 300_000;
/** Characters of paths in one command. */
const PATHS_LIMIT = 4096;
/** Files in one command, whose checksums the device has in memory together. */
const FILES_LIMIT = 100;

/**
 * Files of a device.
 *
 * Paths are those of the device; relative ones start in its current folder. What the device raises comes as
 * `DeviceException` with the errno's name as `code`: `ENOENT`, `EISDIR`, `ENOTDIR`, `EEXIST`, `ENOSPC`, `ENOTEMPTY` …
 * A path that cannot be is an `ArgumentError` before anything is sent. Each operation may also end as
 * `CommandRunner.run` does: `TransportError`, `ProtocolError`, `CancelledError`.
 */
export class DeviceFs {
  readonly #helper: DeviceHelper;

  constructor(private readonly runner: CommandRunner) {
    this.#helper = new DeviceHelper(runner);
  }

  /**
   * The content of a file: one command, however long it is. What is lost on the way is fetched again.
   * @throws ProtocolError `UNEXPECTED_REPLY` when the link loses bytes all the time, or the file changes meanwhile
   */
  async readFile(path: string, options: ReadOptions = {}): Promise<Buffer> {
    const file = deviceFilePath(path, 'reading a file', this.runner.address);
    const blocks: Buffer[] = [];
    let received = 0;
    await new Download(this.#helper, file, options.signal).run(0, -1, undefined, (block, { size }) => {
      blocks.push(block);
      received += block.length;
      report(options.onProgress, received, size);
    });
    return Buffer.concat(blocks);
  }

  /** A file piece by piece, as fast as the caller takes it. Reads what the file held when it began. @throws as `readFile` */
  async *readChunks(path: string, options: ReadChunksOptions = {}): AsyncGenerator<Buffer, void, undefined> {
    const { size } = options;
    if (size === undefined) return yield* this.#readBlocks(path, options);
    const { address } = this.runner;
    if (!Number.isInteger(size) || size < 1) {
      throw new ArgumentError(
        'INVALID_ARGUMENT',
        `reading ${path} on ${address}: the size of a chunk must be a whole number above 0`,
        { address },
      );
    }
    const reader = new PieceReader(this.#readBlocks(path, options), `reading ${path} on ${address}`);
    try {
      for (let chunk = await reader.take(size); chunk.length > 0; chunk = await reader.take(size)) yield chunk;
    } finally {
      await reader.close();
    }
  }

  async *#readBlocks(path: string, { signal, onProgress }: ReadOptions): AsyncGenerator<Buffer, void, undefined> {
    const file = deviceFilePath(path, 'reading a file', this.runner.address);
    let facts: FileFacts | undefined;
    for (let at = 0; at < (facts?.size ?? 1);) {
      const blocks: Buffer[] = [];
      const limit = Math.min(SEGMENT, (facts?.size ?? Infinity) - at);
      facts = await new Download(this.#helper, file, signal).run(at, limit, facts, (block) => blocks.push(block));
      if (blocks.length === 0) return;
      for (const block of blocks) {
        at += block.length;
        report(onProgress, at, facts.size);
        yield block;
      }
    }
  }

  /** The lines of a UTF-8 file, without their ends (`\n` or `\r\n`). @throws as `readFile` */
  async *readLines(path: string, options: ReadOptions = {}): AsyncGenerator<string, void, undefined> {
    const decoder = new StringDecoder('utf8');
    let held = '';
    for await (const chunk of this.readChunks(path, options)) {
      const lines = (held + decoder.write(chunk)).split('\n');
      held = lines.pop()!;
      for (const line of lines) yield line.replace(/\r$/, '');
    }
    held += decoder.end();
    if (held !== '') yield held.replace(/\r$/, '');
  }

  /**
   * Writes a file: under a temporary name (`.~mpw…` in the same folder), read again and compared on the device, then
   * renamed over the target. Whatever goes wrong before that, the old content stays. On littlefs the rename is one step
   * even in a power cut; FAT removes the old file first, so a power cut at that very moment leaves the new content under
   * the temporary name only.
   *
   * `append` is done in place, and compared; when it fails, the file gets its old length back. A power cut in the middle
   * of it leaves the old content on littlefs, and on FAT at least the old content at the beginning.
   * @param data text (written as UTF-8), bytes, or an iterable of those, of which only a piece is held in memory
   * @throws ArgumentError for other data; ProtocolError `DEVICE_RESET` when the device restarted meanwhile,
   *   `UNEXPECTED_REPLY` when what arrived differs from what was sent
   */
  async writeFile(path: string, data: FileData, options: WriteOptions = {}): Promise<void> {
    const file = deviceFilePath(path, 'writing a file', this.runner.address);
    await new Upload(this.#helper, file, data, options).run();
  }

  /** What a folder holds, sorted by path. */
  async list(path = '/', options: FsOptions & { recursive?: boolean } = {}): Promise<FileEntry[]> {
    const folder = devicePath(path, 'listing a folder', this.runner.address);
    const printed = await this.#ask(
      'list',
      `listing ${folder}`,
      invoke('ls', folder, options.recursive ?? false),
      options,
    );
    return readEntries(printed, folder, this.runner.address);
  }

  /** What a folder holds, each folder with its children. */
  async tree(path = '/', options: FsOptions = {}): Promise<TreeEntry[]> {
    const folder = devicePath(path, 'listing a folder', this.runner.address);
    return treeOf(await this.list(folder, { ...options, recursive: true }), folder);
  }

  async stat(path: string, options: FsOptions = {}): Promise<FileStat> {
    const what = devicePath(path, 'asking about a file', this.runner.address);
    const printed = await this.#ask('list', `asking about ${what}`, invoke('stat', what), options);
    return readStat(printed, this.runner.address);
  }

  /** Whether there is a file or folder of that name. */
  async exists(path: string, options: FsOptions = {}): Promise<boolean> {
    try {
      await this.stat(path, options);
      return true;
    } catch (error) {
      if (error instanceof DeviceException && MISSING.has(error.code)) return false;
      throw error;
    }
  }

  /** Makes a folder; with `recursive` also those above it, and it may be there already. */
  async mkdir(path: string, options: FsOptions & { recursive?: boolean } = {}): Promise<void> {
    const folder = devicePath(path, 'making a folder', this.runner.address);
    await this.#do(
      'change',
      `making the folder ${folder}`,
      invoke('mkdir', folder, options.recursive ?? false),
      options,
    );
  }

  /** @internal Makes folders with those above them; there already is fine. */
  async makeFolders(paths: string[], options: FsOptions = {}): Promise<void> {
    for (const some of inBatches(paths)) {
      await this.#do('change', `making ${some.length} folders`, invoke('mkdirs', some), options);
    }
  }

  /**
   * Removes a file or an empty folder; with `recursive` a folder and all that is in it. Never the root, and never a
   * place where a file system is mounted (`EBUSY`).
   */
  async remove(path: string, options: FsOptions & { recursive?: boolean } = {}): Promise<void> {
    const what = removablePath(path, 'removing a file', this.runner.address);
    await this.#do('change', `removing ${what}`, invoke('remove', what, options.recursive ?? false), options, LONG);
  }

  /** Gives a file or folder another name or place on the same file system. Replaces a file, never a folder. */
  async rename(from: string, to: string, options: FsOptions = {}): Promise<void> {
    const old = removablePath(from, 'renaming a file', this.runner.address);
    const name = devicePath(to, 'renaming a file', this.runner.address);
    await this.#do('change', `renaming ${old} to ${name}`, invoke('rename', old, name), options);
  }

  /** Makes an empty file, if there is none. */
  async touch(path: string, options: FsOptions = {}): Promise<void> {
    const file = deviceFilePath(path, 'touching a file', this.runner.address);
    await this.#do('change', `touching ${file}`, invoke('touch', file), options);
  }

  /** Checksum of a file as hexadecimal text. Computed here when the device's firmware cannot: then it is downloaded. */
  async hash(path: string, algorithm: HashAlgorithm = 'sha256', options: FsOptions = {}): Promise<string> {
    if (algorithm !== 'sha256' && algorithm !== 'crc32') {
      const { address } = this.runner;
      throw new ArgumentError(
        'INVALID_ARGUMENT',
        `hashing a file on ${address}: the algorithm must be sha256 or crc32, not ${String(algorithm)}`,
        { address },
      );
    }
    const file = deviceFilePath(path, 'hashing a file', this.runner.address);
    const { sha256, checkName } = await this.#helper.ready(options.signal);
    if (algorithm === 'sha256' ? !sha256 : checkName !== 'crc32') return this.#hashHere(file, algorithm, options);
    return (await this.#hashThere('', [file], algorithm, undefined, options))![0]!;
  }

  /**
   * @internal Compares files below a folder, by the best algorithm that the device has.
   * @param hashesHere the checksums that the files ought to have, in the same order
   * @returns whether each is equal
   */
  async compare(
    folder: string,
    names: string[],
    hashesHere: (names: string[], algorithm: HashAlgorithm) => Promise<string[]>,
    options: FsOptions = {},
  ): Promise<boolean[]> {
    const { sha256, checkName } = await this.#helper.ready(options.signal);
    const algorithm = sha256 || checkName !== 'crc32' ? 'sha256' : 'crc32';
    const equal: boolean[] = [];
    for (const some of inBatches(names)) {
      const expected = await hashesHere(some, algorithm);
      const found =
        sha256 || checkName === 'crc32'
          ? await this.#hashThere(joinPath(folder, ''), some, algorithm, wholeOf(expected, algorithm), options)
          : await this.#hashAllHere(folder, some, options);
      equal.push(...expected.map((hash, index) => found === undefined || found[index] === hash));
    }
    return equal;
  }

  /** The mounted file systems, in bytes, sorted by path. */
  async usage(options: FsOptions = {}): Promise<FileSystemUsage[]> {
    const printed = await this.#ask('usage', 'asking for free space', invoke('usage'), options);
    return readUsage(printed, this.runner.address);
  }

  /**
   * Makes a folder of the device equal to one of the host, or with `direction: 'down'` the reverse. Copies files whose
   * content differs, by comparing checksums; deletes nothing unless told to.
   */
  async sync(hostFolder: string, deviceFolder: string, options: SyncOptions = {}): Promise<SyncResult> {
    return sync(this, hostFolder, devicePath(deviceFolder, 'syncing a folder', this.runner.address), options);
  }

  /** Checksums in the order of the names; undefined when theirs is the expected one. */
  async #hashThere(
    folder: string,
    names: string[],
    algorithm: HashAlgorithm,
    expected: string | undefined,
    options: FsOptions,
  ): Promise<string[] | undefined> {
    const doing = names.length === 1 ? `hashing ${folder}${names[0]}` : `hashing ${names.length} files`;
    const call = invoke('digest', folder, names, algorithm, expected);
    // In one write where the link can take it: a list of names is long.
    const printed = await this.#helper.call('digest', call, {
      doing,
      bulk: true,
      timeout: LONG,
      repeatable: true,
      signal: options.signal,
    });
    if (printed.length === 0 && expected !== undefined) return undefined;
    const hashes = printed.toString('latin1').match(/[0-9a-f]+/g) ?? [];
    if (hashes.length === names.length) return hashes;
    const { address } = this.runner;
    throw new ProtocolError('UNEXPECTED_REPLY', `${hashes.length} checksums came, ${doing} on ${address}`, {
      address,
      received: printed,
    });
  }

  async #hashAllHere(folder: string, names: string[], options: FsOptions): Promise<string[]> {
    const hashes: string[] = [];
    for (const name of names) hashes.push(await this.#hashHere(joinPath(folder, name), 'sha256', options));
    return hashes;
  }

  async #hashHere(path: string, algorithm: HashAlgorithm, options: FsOptions): Promise<string> {
    const hash = new Hash(algorithm);
    for await (const chunk of this.readChunks(path, options)) hash.update(chunk);
    return hash.digest();
  }

  /** A question: asking twice does no harm. */
  #ask(snippet: Snippet, doing: string, call: string, { signal }: FsOptions, timeout?: number): Promise<Buffer> {
    return this.#helper.call(snippet, call, { doing, signal, timeout, repeatable: true });
  }

  async #do(snippet: Snippet, doing: string, call: string, { signal }: FsOptions, timeout?: number): Promise<void> {
    await this.#helper.call(snippet, call, { doing, signal, timeout });
  }
}

/** Nothing of that name: no such entry, a file where a folder should be, no file system there. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENODEV']);

/** The checksum of checksums, as in python/snippets/digest.py. */
function wholeOf(hashes: string[], algorithm: HashAlgorithm): string {
  return new Hash(algorithm).update(Buffer.from(hashes.join(''))).digest();
}

/** As many paths at a time as a small device can take in one command. */
function* inBatches(paths: readonly string[]): Generator<string[]> {
  let some: string[] = [];
  let length = 0;
  for (const path of paths) {
    if (some.length === FILES_LIMIT || (some.length > 0 && length + path.length > PATHS_LIMIT)) {
      yield some;
      some = [];
      length = 0;
    }
    some.push(path);
    length += path.length;
  }
  if (some.length > 0) yield some;
}
