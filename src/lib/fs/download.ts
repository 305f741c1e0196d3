import { CancelledError, DeviceException, MicroPythonError, ProtocolError } from '../errors';
import { trace } from '../trace';
import { invoke, type DeviceHelper, type HelperState } from './device-helper';
import { BinaryFrameParser, TextFrameParser, type FileFacts } from './frame-parser';

/** Commands in a row that bring nothing new before the download is given up. */
const ATTEMPTS = 3;
/** Milliseconds without a byte, while the command runs, after which the device is not expected to go on. */
const SILENCE_LIMIT = 30_000;
/** Bytes that the device reads, deflates and sends at a time. */
const BLOCK = 16 * 1024;
/** The same for text: a line of base64 is one more copy, and in Python on some firmware. Divisible by 3. */
const TEXT_BLOCK = 1536;
/** A device without memory for a block of this size is not asked for less. */
const SMALLEST_BLOCK = 192;
/** Bytes a millisecond: a UART at 115200 baud; native USB or a socket, roughly. */
const SLOW_LINE = 11;
const FAST_LINE = 300;

/** What one command brought. */
export interface Segment {
  readonly facts: FileFacts | undefined;
  /** Bytes of the file, checked. */
  readonly received: number;
  /** The device said that this was all. False: something was lost on the way. */
  readonly complete: boolean;
}

/** Reads one file in as few commands as possible: one, unless bytes are lost on the way. */
export class Download {
  readonly #doing: string;
  /** Bytes of a block; halved when the device has no memory for it. */
  #blockLimit = BLOCK;
  /** Why the last command was cut off. */
  #loss: Error | undefined;

  constructor(
    private readonly helper: DeviceHelper,
    private readonly path: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#doing = `reading ${path}`;
  }

  /**
   * Reads `limit` bytes from `start` on, or all of them, and goes on where it stopped when something was lost.
   * @param limit bytes; -1: to the end of the file
   * @param expected the file as it was before; when it is another one now, reading it on would mix the two
   * @param onBlock called with each checked block, in order
   */
  async run(
    start: number,
    limit: number,
    expected: FileFacts | undefined,
    onBlock: (block: Buffer, facts: FileFacts) => void,
  ): Promise<FileFacts> {
    let facts = expected;
    let at = start;
    for (let failures = 0; ;) {
      const rest = limit < 0 ? -1 : limit - (at - start);
      const segment = await this.#segment(at, rest, (block, found) => {
        facts ??= found;
        if (!isSame(facts, found)) return false;
        at += block.length;
        onBlock(block, found);
        return true;
      });
      facts ??= segment.facts;
      if (facts && segment.facts && !isSame(facts, segment.facts)) throw this.#changed();
      if (segment.complete && facts && at >= (limit < 0 ? facts.size : 0)) return facts;
      failures = segment.received > 0 ? 1 : failures + 1;
      trace('---', this.helper.runner.address, `${this.#doing}: lost bytes, going on at ${at}`);
      if (failures >= ATTEMPTS) throw this.#loss ?? this.#lost();
    }
  }

  async #segment(
    start: number,
    limit: number,
    onBlock: (block: Buffer, facts: FileFacts) => boolean,
  ): Promise<Segment> {
    const { helper, path } = this;
    const state = await helper.ready(this.signal);
    const { traits } = helper.runner;
    const binary = traits.eightBit && (await helper.runner.info(this.signal)).capabilities.stdoutBuffer;
    let received = 0;
    this.#loss = undefined;
    const takeBlock = (block: Buffer) => {
      if (parser.facts && onBlock(block, parser.facts)) received += block.length;
    };
    const parser = new (binary ? BinaryFrameParser : TextFrameParser)(state.checkName, takeBlock);
    const silence = new Silence(this.signal);
    const block = Math.min(blockSize(state, binary), this.#blockLimit);
    // 0: it cannot deflate.
    const pace = state.deflate ? (traits.pushesBack ? FAST_LINE : SLOW_LINE) : 0;
    try {
      await helper.call('read', invoke('send', path, start, limit, block, binary, pace), {
        doing: this.#doing,
        binary,
        timeout: 0,
        onOutput: (chunk) => {
          silence.broken();
          parser.push(chunk);
        },
        signal: silence.signal,
      });
    } catch (error) {
      if (silence.tooLong) throw this.#silent(error);
      // Reading does no harm, so it is done again after a reconnect, or in smaller blocks.
      if (error instanceof DeviceException && error.type === 'MemoryError' && block > SMALLEST_BLOCK) {
        this.#blockLimit = block / 2;
      } else if (!isLoss(error)) throw error;
      this.#loss = error;
    } finally {
      silence.end();
    }
    return { facts: parser.facts, received, complete: parser.complete };
  }

  #changed(): ProtocolError {
    const { address } = this.helper.runner;
    return new ProtocolError('UNEXPECTED_REPLY', `the file was changed meanwhile, ${this.#doing} on ${address}`, {
      address,
    });
  }

  #lost(): ProtocolError {
    const { address } = this.helper.runner;
    return new ProtocolError(
      'UNEXPECTED_REPLY',
      `bytes were lost or changed on the way ${ATTEMPTS} times, ${this.#doing} on ${address}; ` +
        'check the cable, or use a lower baud rate',
      { address },
    );
  }

  #silent(cause: unknown): CancelledError {
    const { address } = this.helper.runner;
    return new CancelledError('TIMED_OUT', `nothing came for ${SILENCE_LIMIT / 1000} s, ${this.#doing} on ${address}`, {
      address,
      cause,
    });
  }
}

function isLoss(error: unknown): error is Error {
  return error instanceof MicroPythonError && (error.code === 'CONNECTION_LOST' || error.code === 'DEVICE_RESET');
}

function isSame(a: FileFacts, b: FileFacts): boolean {
  return a.size === b.size && a.changed === b.changed;
}

function blockSize(state: HelperState, binary: boolean): number {
  return Math.min(binary ? BLOCK : TEXT_BLOCK, state.pieceSize);
}

/** Ends a command that has begun to print and then stops: its whole time is not known beforehand. */
class Silence {
  tooLong = false;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  readonly #onAbort = () => this.#controller.abort(this.outer?.reason);

  constructor(private readonly outer: AbortSignal | undefined) {
    if (outer?.aborted) this.#onAbort();
    else outer?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something came. */
  broken(): void {
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#giveUp(), SILENCE_LIMIT);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.outer?.removeEventListener('abort', this.#onAbort);
  }

  #giveUp(): void {
    this.tooLong = true;
    this.#controller.abort(new Error('the device fell silent'));
  }
}
