import type { MicroPythonError } from '../errors';
import { CancelledError, DeviceException, ProtocolError, TransportError } from '../errors';
import { trace } from '../trace';
import { check } from './check';
import { invoke, type DeviceHelper, type HelperState } from './device-helper';
import { encodePiece, type EncodedPiece } from './encode-piece';
import { PieceReader, type FileData } from './piece-reader';
import { report, type OnProgress } from './progress';

export interface UploadOptions {
  append?: boolean;
  createDirs?: boolean;
  retry?: boolean;
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

/** The upload is gone from the device, or its content differs: begin again if the data is still there. */
class StartOver extends Error {
  constructor(
    readonly reason: 'lost' | 'dropped' | 'differs',
    readonly error: MicroPythonError,
  ) {
    super(reason);
  }
}

const ATTEMPTS = 3;
const SMALLEST_PIECE = 256;
/** Milliseconds a byte of code that a slow line may take: 9600 baud is one. */
const MS_PER_BYTE = 2;
const BASE_TIMEOUT = 30_000;

let uploads = 0;

/**
 * Writes one file: pieces into a temporary file beside the target, the whole checked by reading it again on the
 * device, then renamed over the target. Until that moment the old content is untouched.
 *
 *   begin and write and write … and finish         a small file is one command
 */
export class Upload {
  /** Four digits. A number: each new text of up to ten characters would stay on the device for ever. */
  readonly #key = 1000 + (uploads = (uploads + 1) % 9000);
  readonly #doing: string;
  readonly #reader: PieceReader;
  #begun = false;

  /** @throws ArgumentError for data that cannot be written */
  constructor(
    private readonly helper: DeviceHelper,
    private readonly path: string,
    private readonly data: FileData,
    private readonly options: UploadOptions,
  ) {
    this.#doing = `${options.append ? 'appending to' : 'writing'} ${path}`;
    this.#reader = this.#read();
  }

  #read(): PieceReader {
    const { address } = this.helper.runner;
    return new PieceReader(this.data, `${this.#doing} on ${address}`, address);
  }

  async run(): Promise<void> {
    let reader = this.#reader;
    const rewindable = reader.total !== undefined;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#attempt(reader);
        } catch (error) {
          if (!rewindable || attempt >= ATTEMPTS || !this.#mayStartOver(error)) throw unwrap(error);
          trace('---', this.helper.runner.address, `${this.#doing} again: ${String(unwrap(error))}`);
          reader = this.#read();
        }
      }
    } catch (error) {
      this.#cleanUp(error);
      throw error;
    } finally {
      await reader.close();
    }
  }

  async #attempt(reader: PieceReader): Promise<void> {
    const { signal, onProgress } = this.options;
    let state = await this.helper.readyToWrite(signal);
    const { generation, checkName } = state;
    let size = 0;
    let value = 0;
    this.#begun = false;
    for (let tries = 0; ;) {
      if (this.#begun && this.#isNew(generation)) throw new StartOver('lost', this.#lost());
      const piece = await reader.take(state.pieceSize);
      const last = await reader.atEnd();
      const whole = check(checkName, piece, value);
      const small = !this.#begun && last;
      const calls = [];
      if (!this.#begun) calls.push(this.#begin(small));
      const encoded = piece.length > 0 ? encodePiece(piece, state) : undefined;
      if (encoded) calls.push(this.#write(size, encoded));
      if (last) calls.push(Buffer.from(invoke('finish', this.#key, size + piece.length, whole)));
      const answer = await this.#send(calls, small, state);
      if (answer === 'no memory') {
        if (!this.#useLessMemory(state, piece)) throw this.#outOfMemory(state);
        reader.unread(piece);
        continue;
      }
      if (answer === 'mangled') {
        if (++tries >= 2 && !this.helper.degrade(state)) throw this.#mangled();
        reader.unread(piece);
        state = await this.helper.ready(signal);
        continue;
      }
      if (answer === 'lost') throw new StartOver(this.#isNew(generation) ? 'lost' : 'dropped', this.#lost());
      if (answer === 'differs') throw new StartOver('differs', this.#mangled());
      this.#begun = true;
      tries = 0;
      size += piece.length;
      value = whole;
      report(onProgress, size, reader.total);
      if (last) return;
    }
  }

  #begin(small: boolean): Buffer {
    const { append = false, createDirs = false } = this.options;
    return Buffer.from(invoke('begin', this.#key, this.path, append, createDirs, small));
  }

  #write(offset: number, { source, check, windowBits }: EncodedPiece): Buffer {
    const head = `_nrmp['write'](${this.#key},${offset},${check},`;
    return Buffer.concat([Buffer.from(head), source, Buffer.from(windowBits ? `,${windowBits})` : ')')]);
  }

  /** Runs the calls one after the other as long as each succeeds. Resolves to what the failed one said, or to ''. */
  async #send(calls: Buffer[], small: boolean, state: HelperState): Promise<string> {
    const code = Buffer.concat(calls.flatMap((call, index) => (index === 0 ? [call] : [AND, call])));
    const { append, retry, signal } = this.options;
    try {
      const printed = await this.helper.call('write', code, {
        doing: this.#doing,
        bulk: true,
        timeout: BASE_TIMEOUT + code.length * MS_PER_BYTE,
        // The whole file in one command, so that it does no harm to run it twice.
        repeatable: small && retry === true && append !== true,
        signal,
      });
      return printed.toString('latin1').trim();
    } catch (error) {
      if (error instanceof DeviceException && error.type === 'MemoryError') return 'no memory';
      // The compiler or the decoder found nonsense: bytes were lost or changed on their way.
      if (error instanceof DeviceException && NONSENSE.has(error.type) && state.form !== 'hex') return 'mangled';
      throw error;
    }
  }

  #useLessMemory(state: HelperState, piece: Buffer): boolean {
    if (piece.length <= SMALLEST_PIECE) return false;
    state.pieceSize = Math.max(SMALLEST_PIECE, Math.floor(piece.length / 2));
    trace('---', this.helper.runner.address, `out of memory: ${state.pieceSize} bytes at a time`);
    return true;
  }

  #mayStartOver(error: unknown): boolean {
    if (error instanceof StartOver && error.reason !== 'lost') return true;
    // Appending twice is worse than not at all: it may have been done before the link broke.
    return this.options.retry === true && this.options.append !== true && isLoss(unwrap(error));
  }

  /** Removes the temporary file. Does not wait: the caller hears of the failure at once. */
  #cleanUp(error: unknown): void {
    // The link is gone, or the device restarted: the next write into this folder cleans up.
    if (isLoss(error)) return;
    // Ours cleans up behind an exception, unless memory ran out, or it was interrupted before it began.
    if (error instanceof DeviceException && error.type !== 'MemoryError' && error.type !== 'KeyboardInterrupt') return;
    const { runner } = this.helper;
    const code = `try:${invoke('drop', this.#key)}\nexcept:pass`;
    runner.run({ doing: `removing what is left of ${this.#doing}`, code, timeout: 5000 }).catch((failure: unknown) => {
      trace('---', runner.address, `not removed: ${String(failure)}`);
    });
  }

  #isNew(generation: number): boolean {
    return this.helper.runner.generation !== generation;
  }

  #lost(): ProtocolError {
    const { address } = this.helper.runner;
    return new ProtocolError(
      'DEVICE_RESET',
      `${address} restarted or was connected anew, ${this.#doing}; the old content is still there`,
      { address },
    );
  }

  #mangled(): ProtocolError {
    const { address } = this.helper.runner;
    return new ProtocolError(
      'UNEXPECTED_REPLY',
      `what arrived differs from what was sent, ${this.#doing} on ${address}, ${ATTEMPTS} times; ` +
        'the old content is still there. Check the cable, or use a lower baud rate',
      { address },
    );
  }

  #outOfMemory(state: HelperState): DeviceException {
    const { address } = this.helper.runner;
    return new DeviceException(
      `MemoryError, ${this.#doing} on ${address}, even with ${state.pieceSize} bytes at a time; ` +
        'free memory on the device, or restart it',
      { address, type: 'MemoryError', detail: '', traceback: 'MemoryError', output: '' },
    );
  }
}

const AND = Buffer.from('and ');
/** Exceptions of code that is not the code that was sent. */
const NONSENSE = new Set(['SyntaxError', 'IndentationError', 'UnicodeError']);

function isLoss(error: unknown): boolean {
  return (
    error instanceof TransportError ||
    (error instanceof ProtocolError && (error.code === 'DEVICE_RESET' || error.code === 'NO_RAW_REPL')) ||
    (error instanceof CancelledError && error.code === 'QUEUE_FULL')
  );
}

function unwrap(error: unknown): unknown {
  return error instanceof StartOver ? error.error : error;
}
