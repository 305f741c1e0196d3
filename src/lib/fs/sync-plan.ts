/** A file or folder on one side of a sync. `path` is relative to the synced folder, with forward slashes. */
export interface SyncEntry {
  readonly path: string;
  readonly type: 'file' | 'dir';
  /** Bytes; 0 for a folder. */
  readonly size: number;
}

/** What has to be done to make the target equal to the source. All paths are relative to the synced folder. */
export interface SyncSteps {
  /** Folders to make, parents first. */
  readonly makeDirs: string[];
  /** Files to copy. */
  readonly copy: string[];
  /** Files that are equal already. */
  readonly skip: string[];
  /** Files and folders to delete, before anything is copied; what is in a folder is not named. */
  readonly delete: string[];
  /** Bytes to copy. */
  readonly bytes: number;
}

/** Files of one size on both sides: only their checksums can tell whether they are equal. Pure. */
export function candidates(source: readonly SyncEntry[], target: readonly SyncEntry[]): string[] {
  const sizes = new Map(target.filter(({ type }) => type === 'file').map(({ path, size }) => [path, size]));
  return source
    .filter((entry) => entry.type === 'file' && sizes.get(entry.path) === entry.size)
    .map(({ path }) => path);
}

/**
 * Compares two sides. Pure.
 * @param equal paths of files that have one content on both sides, out of `candidates`
 * @param deleteExtras delete what the source does not have. A file where the source has a folder, or the reverse, is in
 *   the way, and deleted in any case
 */
export function planSync(
  source: readonly SyncEntry[],
  target: readonly SyncEntry[],
  equal: ReadonlySet<string>,
  deleteExtras: boolean,
): SyncSteps {
  const wanted = new Map(source.map((entry) => [entry.path, entry]));
  const there = new Map(target.map((entry) => [entry.path, entry]));
  const doomed: string[] = [];
  for (const { path, type } of [...target].sort(byPath)) {
    if (doomed.some((folder) => path.startsWith(`${folder}/`))) continue;
    const counterpart = wanted.get(path);
    if (counterpart ? counterpart.type !== type : deleteExtras) doomed.push(path);
  }
  const makeDirs: string[] = [];
  const copy: string[] = [];
  const skip: string[] = [];
  let bytes = 0;
  for (const { path, type, size } of [...source].sort(byPath)) {
    if (type === 'dir') {
      if (there.get(path)?.type !== 'dir') makeDirs.push(path);
    } else if (equal.has(path)) {
      skip.push(path);
    } else {
      copy.push(path);
      bytes += size;
    }
  }
  return { makeDirs, copy, skip, delete: doomed, bytes };
}

function byPath(a: SyncEntry, b: SyncEntry): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
