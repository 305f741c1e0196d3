import { performance } from 'node:perf_hooks';

export interface LinkSpeed {
  /** Ten bits a byte, as 8N1. */
  baudRate: number;
  /** Milliseconds from one end to the other; default 0. */
  latencyMs?: number;
}

/** Bytes that wait in front of the line before the sender is slowed down, as in the driver of a UART. */
const FIFO = 1024;

interface Piece {
  bytes: Buffer;
  /** When its last bit is at the other end. */
  at: number;
}

/**
 * One direction of a slow line: passes bytes on at the speed of the line, in pieces of about a millisecond.
 * When each of them arrives is computed, so that a late timer loses no time for those behind it, and a line that had
 * nothing to do does not make up for it.
 */
export class PacedLink {
  readonly #bytesPerMs: number;
  readonly #latency: number;
  readonly #deliver: (bytes: Buffer) => Promise<void>;
  readonly #pieces: Piece[] = [];
  /** When the line has sent all that was given to it. */
  #free = 0;
  #waiting = 0;
  #pumping = false;
  #stopped = false;
  #hasRoom = () => {};

  constructor(speed: LinkSpeed, deliver: (bytes: Buffer) => Promise<void>) {
    this.#bytesPerMs = speed.baudRate / 10_000;
    this.#latency = speed.latencyMs ?? 0;
    this.#deliver = deliver;
  }

  /** Resolves when there is room for more. One at a time. */
  async push(bytes: Buffer): Promise<void> {
    this.#free = Math.max(this.#free, performance.now());
    const size = Math.max(1, Math.round(this.#bytesPerMs));
    for (let from = 0; from < bytes.length; from += size) {
      const piece = bytes.subarray(from, from + size);
      this.#free += piece.length / this.#bytesPerMs;
      this.#pieces.push({ bytes: piece, at: this.#free + this.#latency });
    }
    this.#waiting += bytes.length;
    if (!this.#pumping) void this.#pump();
    if (this.#waiting > FIFO && !this.#stopped) await new Promise<void>((resolve) => (this.#hasRoom = resolve));
  }

  /** Forgets what is under way. */
  stop(): void {
    this.#stopped = true;
    this.#hasRoom();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    for (let piece = this.#pieces.shift(); piece && !this.#stopped; piece = this.#pieces.shift()) {
      const early = piece.at - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      if (!this.#stopped) await this.#deliver(piece.bytes).catch(() => {});
      this.#waiting -= piece.bytes.length;
      if (this.#waiting <= FIFO) this.#hasRoom();
    }
    this.#pumping = false;
  }
}
