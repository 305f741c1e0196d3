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

/** The promise's value, or `undefined` after `ms` milliseconds; then a later rejection is ignored. Leaves no timer behind. */
export async function atMost<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The promise's value, or the signal's reason as soon as it fires; then a later rejection is ignored. */
export async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
