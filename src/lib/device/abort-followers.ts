/** What each signal ends, behind one listener: from the eleventh on Node.js warns of a leak. */
const followers = new WeakMap<AbortSignal, { ends: Set<() => void>; listener: () => void }>();

/**
 * Calls `end` when the signal fires. For signals that end many commands at once.
 * @returns forgets it again; the signal's last one takes the listener along
 */
export function whenAborted(signal: AbortSignal, end: () => void): () => void {
  let entry = followers.get(signal);
  if (!entry) {
    const ends = new Set<() => void>();
    entry = { ends, listener: () => [...ends].forEach((each) => each()) };
    followers.set(signal, entry);
    signal.addEventListener('abort', entry.listener);
  }
  const { ends, listener } = entry;
  ends.add(end);
  return () => {
    if (!ends.delete(end) || ends.size > 0) return;
    followers.delete(signal);
    signal.removeEventListener('abort', listener);
  };
}
