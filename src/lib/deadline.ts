/**
 * A time limit and a caller's signal as one signal, with the first reason kept.
 * `AbortSignal.timeout` cannot be cleared and `AbortSignal.any` costs microseconds on every command: hence this.
 * This file imports nothing of ours.
 */
export class Deadline {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #outer: AbortSignal | undefined;
  readonly #onOuterAbort = () => this.abort(this.#outer?.reason);

  /**
   * @param ms limit in milliseconds; `undefined`, 0 or Infinity: none
   * @param reason makes the reason of the abort when the time is up
   * @param outer a signal to follow; its reason is passed on as it is
   */
  constructor(ms: number | undefined, reason: () => unknown, outer?: AbortSignal) {
    if (outer?.aborted) {
      this.#controller.abort(outer.reason);
      return;
    }
    if (outer) {
      this.#outer = outer;
      outer.addEventListener('abort', this.#onOuterAbort);
    }
    // setTimeout turns more than 2^31-1 ms into 1 ms.
    if (ms !== undefined && ms > 0 && ms <= 0x7fffffff) {
      this.#timer = setTimeout(() => this.abort(reason()), ms);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the wait now. The first reason wins. */
  abort(reason: unknown): void {
    this.clear();
    this.#controller.abort(reason);
  }

  /** The work is done: forget the timer and the caller's signal. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
    this.#outer = undefined;
  }
}

/** Resolves after `ms` milliseconds, or rejects with the signal's reason. Keeps the process alive meanwhile. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
