/** Bytes of shared memory that a ring needs besides its data. */
const HEADER = 8;
const HEAD = 0;
const TAIL = 1;

/**
 * A queue of bytes in shared memory, for one writing and one reading thread.
 * Head and tail count all bytes ever written and read, modulo 2^32; their difference is the number of bytes inside.
 */
export class ByteRing {
  readonly #positions: Int32Array;
  readonly #data: Uint8Array;
  readonly #mask: number;

  /** @param capacity bytes, a power of two */
  static allocate(capacity: number): SharedArrayBuffer {
    return new SharedArrayBuffer(HEADER + capacity);
  }

  constructor(memory: SharedArrayBuffer) {
    this.#positions = new Int32Array(memory, 0, 2);
    this.#data = new Uint8Array(memory, HEADER);
    this.#mask = this.#data.length - 1;
    if (this.#data.length & this.#mask) throw new RangeError('the capacity of a ring is a power of two');
  }

  get length(): number {
    return (Atomics.load(this.#positions, HEAD) - Atomics.load(this.#positions, TAIL)) >>> 0;
  }

  get space(): number {
    return this.#data.length - this.length;
  }

  /** Takes what fits. Returns how many bytes were taken. */
  write(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.space);
    if (count === 0) return 0;
    const head = Atomics.load(this.#positions, HEAD);
    const at = head & this.#mask;
    const first = Math.min(count, this.#data.length - at);
    this.#data.set(bytes.subarray(0, first), at);
    this.#data.set(bytes.subarray(first, count), 0);
    Atomics.store(this.#positions, HEAD, head + count);
    return count;
  }

  /** Removes up to `limit` bytes. Returns a copy; empty when there is nothing. */
  read(limit: number): Uint8Array {
    const count = Math.min(limit, this.length);
    const bytes = new Uint8Array(count);
    if (count === 0) return bytes;
    const tail = Atomics.load(this.#positions, TAIL);
    const at = tail & this.#mask;
    const first = Math.min(count, this.#data.length - at);
    bytes.set(this.#data.subarray(at, at + first));
    bytes.set(this.#data.subarray(0, count - first), first);
    Atomics.store(this.#positions, TAIL, tail + count);
    return bytes;
  }

  /** Removes one byte, or returns -1 when there is none. */
  readByte(): number {
    if (this.length === 0) return -1;
    const tail = Atomics.load(this.#positions, TAIL);
    const byte = this.#data[tail & this.#mask] ?? 0;
    Atomics.store(this.#positions, TAIL, tail + 1);
    return byte;
  }

  /** Position behind the last `byte` that is inside, if there is one. Safe in both threads. */
  positionBehindLast(byte: number): number | undefined {
    const tail = Atomics.load(this.#positions, TAIL);
    for (let length = this.length; length > 0; length--) {
      if (this.#data[(tail + length - 1) & this.#mask] === byte) return tail + length;
    }
    return undefined;
  }

  /** Where the next byte will be written. */
  get head(): number {
    return Atomics.load(this.#positions, HEAD);
  }

  /** The reader's: forgets everything before `position`, unless that was read already. */
  discardUntil(position: number): void {
    const ahead = (position - Atomics.load(this.#positions, TAIL)) >>> 0;
    if (ahead > 0 && ahead <= this.length) Atomics.store(this.#positions, TAIL, position | 0);
  }
}
