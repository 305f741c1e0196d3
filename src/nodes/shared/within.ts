/**
 * Resolves when `work` has settled, or after `ms` milliseconds, whichever comes first. Never rejects.
 * For closing: Node-RED holds up a deploy for 15 s when a node does not close.
 */
export function within(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(end, end);
  });
}

/** Milliseconds that a node may take to close. */
export const CLOSE_LIMIT_MS = 2000;
