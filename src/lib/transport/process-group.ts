import type { ChildProcess } from 'node:child_process';

/** On Windows there are no process groups; the child alone is ended. */
const HAS_GROUPS = process.platform !== 'win32';

const alive = new Set<ChildProcess>();

function killAll(): void {
  for (const child of alive) signalGroup(child, 'SIGKILL');
}

/** `detached` for `spawn`: the child leads a group of its own, so that what it starts can be ended with it. */
export const OWN_GROUP = { detached: HAS_GROUPS, windowsHide: true } as const;

/** Signals the child and everything that it started. */
export function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    if (HAS_GROUPS) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // Nobody is left.
  }
}

/** Ends the group when this process exits without having closed its devices. Forgotten when the child exits. */
export function endWithThisProcess(child: ChildProcess): void {
  // A child that could not be started never exits.
  if (child.pid === undefined) return;
  if (alive.size === 0) process.on('exit', killAll);
  alive.add(child);
  child.once('exit', () => {
    alive.delete(child);
    if (alive.size === 0) process.off('exit', killAll);
  });
}
