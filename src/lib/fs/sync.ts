import { ArgumentError } from '../errors';
import { joinPath } from './device-path';
import type { FileEntry } from './entry';
import type { HashAlgorithm } from './hash';
import { HostFolder } from './host-folder';
import { ignoring } from './ignore';
import { report, type OnProgress } from './progress';
import { candidates, planSync, type SyncEntry, type SyncSteps } from './sync-plan';

/** What `sync` takes. */
export interface SyncOptions {
  /** Which side is made equal to the other: `'up'` (default) the device, `'down'` the host. */
  direction?: 'up' | 'down';
  /** Delete on the target what the source does not have; default false. */
  deleteExtras?: boolean;
  /** Patterns of paths that are neither copied nor deleted, see `ignoring`. */
  ignore?: string[];
  /** Only say what would be done. */
  dryRun?: boolean;
  signal?: AbortSignal;
  /** Counts bytes of the files that are copied. */
  onProgress?: OnProgress;
}

/** What a sync has done, or with `dryRun` would do. Paths are relative to the synced folders. */
export interface SyncResult {
  readonly direction: 'up' | 'down';
  readonly dryRun: boolean;
  /** Files copied to the device. */
  readonly upload: string[];
  /** Files copied from the device. */
  readonly download: string[];
  /** Files that were equal already. */
  readonly skip: string[];
  /** Files and folders deleted on the target; what was in a deleted folder is not named. */
  readonly delete: string[];
  /** Folders made on the target. */
  readonly makeDirs: string[];
  /** Bytes copied. */
  readonly bytes: number;
}

/** What a sync needs of `DeviceFs`. */
export interface SyncTarget {
  list(path: string, options: { recursive: true; signal?: AbortSignal }): Promise<FileEntry[]>;
  compare(
    folder: string,
    names: string[],
    hashesHere: (names: string[], algorithm: HashAlgorithm) => Promise<string[]>,
    options: { signal?: AbortSignal },
  ): Promise<boolean[]>;
  makeFolders(paths: string[], options: { signal?: AbortSignal }): Promise<void>;
  remove(path: string, options: { recursive: true; signal?: AbortSignal }): Promise<void>;
  writeFile(path: string, data: AsyncIterable<Buffer>, options: Transfer): Promise<void>;
  readChunks(path: string, options: Transfer): AsyncIterable<Buffer>;
}

interface Transfer {
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

/** Temporary files of uploads, ours and those of others. */
const OURS = ['.~mpw*', '*.~mpw'];

/** Makes a folder of the device equal to one of the host, or the reverse. */
export async function sync(
  fs: SyncTarget,
  hostFolder: string,
  deviceFolder: string,
  options: SyncOptions,
): Promise<SyncResult> {
  const { direction = 'up', deleteExtras = false, dryRun = false, signal } = options;
  if (direction !== 'up' && direction !== 'down') {
    throw new ArgumentError('INVALID_ARGUMENT', `sync: direction must be 'up' or 'down', not ${String(direction)}`);
  }
  const host = new HostFolder(hostFolder);
  const ignored = ignoring([...OURS, ...(options.ignore ?? [])]);
  const onHost = async () => host.entries(ignored);
  const onDevice = async () => deviceEntries(fs, deviceFolder, ignored, signal);
  const up = direction === 'up';
  const source = await (up ? onHost() : onDevice());
  // A target that is not there yet is an empty one.
  const target = await (up ? onDevice() : onHost()).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  });
  const equal = await equalFiles(fs, host, deviceFolder, candidates(source, target ?? []), signal);
  const steps = planSync(source, target ?? [], equal, deleteExtras);
  if (!dryRun) {
    if (up) await upload(fs, host, deviceFolder, steps, options, target === undefined);
    else await download(fs, host, deviceFolder, steps, options);
  }
  const { copy, ...rest } = steps;
  return { direction, dryRun, upload: up ? copy : [], download: up ? [] : copy, ...rest };
}

async function deviceEntries(
  fs: SyncTarget,
  folder: string,
  ignored: (path: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<SyncEntry[]> {
  const entries = await fs.list(folder, { recursive: true, signal });
  const prefix = joinPath(folder, '').length;
  return entries
    .map(({ path, type, size }) => ({ path: path.slice(prefix), type, size }))
    .filter(({ path }) => !ignored(path));
}

/** Which of these files are equal on both sides: one command for all. */
async function equalFiles(
  fs: SyncTarget,
  host: HostFolder,
  folder: string,
  paths: string[],
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const hashesHere = (names: string[], algorithm: HashAlgorithm) => host.hashes(names, algorithm, signal);
  const equal = await fs.compare(folder, paths, hashesHere, { signal });
  return new Set(paths.filter((_, index) => equal[index]));
}

async function upload(
  fs: SyncTarget,
  host: HostFolder,
  folder: string,
  steps: SyncSteps,
  options: SyncOptions,
  isNew: boolean,
): Promise<void> {
  const { signal, onProgress } = options;
  for (const path of steps.delete) await fs.remove(joinPath(folder, path), { recursive: true, signal });
  const folders = steps.makeDirs.map((path) => joinPath(folder, path));
  if (isNew) folders.unshift(folder);
  await fs.makeFolders(folders, { signal });
  let done = 0;
  for (const path of steps.copy) {
    const before = done;
    await fs.writeFile(joinPath(folder, path), host.read(path), {
      signal,
      onProgress: ({ transferred }) => report(onProgress, (done = before + transferred), steps.bytes),
    });
  }
}

async function download(
  fs: SyncTarget,
  host: HostFolder,
  folder: string,
  steps: SyncSteps,
  options: SyncOptions,
): Promise<void> {
  const { signal, onProgress } = options;
  for (const path of steps.delete) await host.remove(path);
  for (const path of ['', ...steps.makeDirs]) await host.makeFolder(path);
  let done = 0;
  for (const path of steps.copy) {
    const before = done;
    const chunks = fs.readChunks(joinPath(folder, path), {
      signal,
      onProgress: ({ transferred }) => report(onProgress, (done = before + transferred), steps.bytes),
    });
    await host.write(path, chunks);
  }
}
