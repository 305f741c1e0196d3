import { types } from 'node:util';
import { ArgumentError } from '../errors';

/** What `writeFile` takes. Text is written as UTF-8. */
export type FileData = string | Uint8Array | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** Hands out data in pieces of the size that is asked for, whatever the sizes in which it comes. Copies little. */
export class PieceReader {
  /** Bytes in all; undefined for data that comes piece by piece. */
  readonly total: number | undefined;
  readonly #source: AsyncIterator<string | Uint8Array> | Iterator<string | Uint8Array> | undefined;
  #waiting: Buffer[] = [];
  #size = 0;
  #ended = false;

  /**
   * @param what what the data is for, on which device
   * @throws ArgumentError for anything that is no data
   */
  constructor(
    data: FileData,
    private readonly what: string,
    private readonly address?: string,
  ) {
    if (isBytes(data)) {
      this.#push(data);
      this.total = this.#size;
      this.#ended = true;
    } else {
      this.#source = iteratorOf(data) ?? this.#refuse(data);
    }
  }

  /** The next `size` bytes; fewer only at the end of the data, none behind it. */
  async take(size: number): Promise<Buffer> {
    await this.#fill(size);
    const parts: Buffer[] = [];
    for (let missing = size; missing > 0 && this.#waiting.length > 0;) {
      const first = this.#waiting[0]!;
      const part = first.subarray(0, missing);
      if (part.length < first.length) this.#waiting[0] = first.subarray(part.length);
      else this.#waiting.shift();
      parts.push(part);
      missing -= part.length;
      this.#size -= part.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** Puts back what was taken last. */
  unread(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#waiting.unshift(piece);
    this.#size += piece.length;
  }

  /** Whether everything has been taken. */
  async atEnd(): Promise<boolean> {
    await this.#fill(1);
    return this.#size === 0;
  }

  /** Tells the source that nobody will take the rest. Never rejects. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await this.#source?.return?.();
    } catch {
      // Its owner knows; the reason to stop is more important.
    }
  }

  async #fill(size: number): Promise<void> {
    while (this.#size < size && !this.#ended) {
      const next = await this.#source!.next();
      if (next.done) this.#ended = true;
      else if (isBytes(next.value)) this.#push(next.value);
      else this.#refuse(next.value);
    }
  }

  #push(data: string | Uint8Array): void {
    const bytes =
      typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (bytes.length > 0) this.#waiting.push(bytes);
    this.#size += bytes.length;
  }

  #refuse(value: unknown): never {
    const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
    throw new ArgumentError(
      'INVALID_ARGUMENT',
      `${this.what}: the data must be text, a Buffer, or an iterable of those, not ${kind}`,
      { address: this.address },
    );
  }
}

/** By `node:util`, not by `instanceof`: a Buffer from a function node comes out of another realm. */
function isBytes(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || types.isUint8Array(value);
}

function iteratorOf(data: unknown): AsyncIterator<string | Uint8Array> | Iterator<string | Uint8Array> | undefined {
  if (typeof data !== 'object' || data === null || types.isTypedArray(data) || types.isMap(data)) return undefined;
  const iterable = data as Partial<AsyncIterable<string> & Iterable<string>>;
  return iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
}
