/** Hands a slice to the operating system and calls `done` once, when it was taken or could not be. */
export type SendSlice = (slice: Uint8Array, done: (error?: Error | null) => void) => void;

export interface WriteQueueOptions {
  /** Largest slice in bytes; default 16384. Small enough that a slow UART behind a bridge shows progress. */
  sliceSize?: number;
  /**
   * Milliseconds without progress after which `onStall` is called; default 30000; 0: never.
   * Node.js has no TCP_USER_TIMEOUT, and keep-alive probes are not sent while data is under way, so this is what
   * notices a peer that vanished in the middle of a large write.
   */
  stallTimeout?: number;
}

interface PendingWrite {
  bytes: Uint8Array;
  offset: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * Writes in the order of the calls, one slice under way at a time, and settles every promise.
 * One slice at a time, because Node.js joins buffered chunks into one operation, which would hide the progress.
 */
export class WriteQueue {
  readonly #send: SendSlice;
  readonly #onStall: (milliseconds: number) => void;
  readonly #sliceSize: number;
  readonly #stallTimeout: number;
  readonly #pending: PendingWrite[] = [];
  #stallTimer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;

  constructor(send: SendSlice, onStall: (milliseconds: number) => void, options: WriteQueueOptions = {}) {
    this.#send = send;
    this.#onStall = onStall;
    this.#sliceSize = options.sliceSize ?? 16_384;
    this.#stallTimeout = options.stallTimeout ?? 30_000;
  }

  /** Resolves when the last slice was taken; rejects with the error given to `fail`. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#pending.push({ bytes, offset: 0, resolve, reject });
      if (this.#pending.length === 1) this.#sendNext();
    });
  }

  /** Rejects what is pending and every later write. The first error wins. */
  fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    clearTimeout(this.#stallTimer);
    for (const write of this.#pending.splice(0)) write.reject(error);
  }

  #sendNext(): void {
    const write = this.#pending[0];
    if (!write) return;
    const slice = write.bytes.subarray(write.offset, write.offset + this.#sliceSize);
    if (this.#stallTimeout > 0)
      this.#stallTimer = setTimeout(() => this.#onStall(this.#stallTimeout), this.#stallTimeout);
    this.#send(slice, (error) => {
      clearTimeout(this.#stallTimer);
      // An error is followed by the link's own end, which calls fail() with the better text.
      if (error || this.#failure) return;
      write.offset += slice.length;
      if (write.offset >= write.bytes.length) {
        this.#pending.shift();
        write.resolve();
      }
      this.#sendNext();
    });
  }
}
