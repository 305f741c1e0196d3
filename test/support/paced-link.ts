import { performance } from 'node:perf_hooks';

export interface LinkSpeed {
  /** Ten bits a byte, as 8N1. */
  baudRate: number;
  /** Milliseconds from one end to the other; default 0. */
  latencyMs?: number;
}

/** Milliseconds of delay that are made good; a line that was idle for longer starts afresh. */
const CATCH_UP = 20;

/**
 * One direction of a slow line: passes bytes on at the speed of the line, in pieces of about a millisecond.
 * `push` resolves when there is room for more, so that a full line slows the sender down.
 */
export class PacedLink {
  readonly #bytesPerMs: number;
  readonly #latency: number;
  readonly #deliver: (bytes: Buffer) => Promise<void>;
  #free = 0;
  #stopped = false;

  constructor(speed: LinkSpeed, deliver: (bytes: Buffer) => Promise<void>) {
    this.#bytesPerMs = speed.baudRate / 10_000;
    this.#latency = speed.latencyMs ?? 0;
    this.#deliver = deliver;
  }

  async push(bytes: Buffer): Promise<void> {
    const piece = Math.max(1, Math.round(this.#bytesPerMs));
    for (let at = 0; at < bytes.length && !this.#stopped; at += piece) {
      const part = bytes.subarray(at, at + piece);
      // Timers are late by a millisecond and more; what they lose is made good, so that the average is right.
      this.#free = Math.max(this.#free, performance.now() - CATCH_UP) + part.length / this.#bytesPerMs;
      const early = this.#free - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      if (this.#latency > 0) setTimeout(() => void this.#pass(part), this.#latency);
      else await this.#pass(part);
    }
  }

  /** Forgets what is under way. */
  stop(): void {
    this.#stopped = true;
  }

  async #pass(part: Buffer): Promise<void> {
    if (!this.#stopped) await this.#deliver(part).catch(() => {});
  }
}
