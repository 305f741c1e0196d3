import { ProtocolError, printable } from '../errors';
import { trace, tracing } from '../trace';
import type { Transport } from '../transport/transport';
import type { ByteReader } from './byte-reader';
import { enterRawRepl } from './enter';
import { leaveRawRepl } from './leave';
import { offerRawPaste, paste, writeSlowly } from './raw-paste';
import { ENTER_RAW_REPL, INTERRUPT, PROMPT, RAW_BANNER, RUN, SINGLE_WRITE_LIMIT } from './protocol';
import { ReplyParser, type ReplyEnd } from './reply-parser';

/**
 * The raw REPL over one open link: one command at a time, bytes in, bytes out. Knows nothing of queues, values,
 * text or reconnects.
 *
 *   exec(code) -> single write | raw paste | slow write -> reply parser -> verdict
 */
export interface RawCommand {
  readonly code: Uint8Array;
  /** Called with the bytes that the code prints, as they come. Must not throw. */
  readonly onOutput: (chunk: Buffer) => void;
  /** The output is arbitrary bytes. */
  readonly binary?: boolean;
  /** Many bytes: on a link that pushes back, one write is better than raw paste's two round trips. */
  readonly bulk?: boolean;
}

/** Milliseconds in which the device must take a command that was written whole. */
const ACCEPT_LIMIT = 5000;
/** Milliseconds without a byte after which a doubtful end is checked. */
const QUIET = 30;
/** Milliseconds without a byte after which a traceback is believed. */
const SHORT_QUIET = 5;
/** Milliseconds for the answer to that check. */
const PING_LIMIT = 500;

export class RawRepl {
  /** `raw`: the prompt was seen last. `unknown`: anything; enter before use. */
  mode: 'unknown' | 'raw' = 'unknown';
  /** Whether the firmware offers raw paste; found out once per link. */
  rawPaste: 'untried' | 'yes' | 'no' = 'untried';
  /** On the way to its prompt the device has said that it restarted. Whoever acts upon it sets it back. */
  sawRestart = false;
  #marks = 0;
  #sending = false;
  #interruptBehind = false;
  /** The last bytes of a command that was given up. */
  #lastWords: Buffer = EMPTY;

  constructor(
    readonly transport: Transport,
    readonly reader: ByteReader,
  ) {
    if (!transport.traits.rawPaste) this.rawPaste = 'no';
  }

  get address(): string {
    return this.transport.address;
  }

  /**
   * Gets to a raw prompt that answers, from whatever the device is doing.
   * @param limitMs milliseconds for it; default 10000
   * @throws ProtocolError `NO_RAW_REPL`
   */
  async enter(signal: AbortSignal, limitMs?: number): Promise<void> {
    this.mode = 'unknown';
    const before = this.#lastWords;
    this.#lastWords = EMPTY;
    if (await enterRawRepl(this, (verify) => this.#verify(verify), signal, limitMs, before)) this.sawRestart = true;
    this.mode = 'raw';
  }

  /**
   * Runs one command. The device must be at its raw prompt (`mode` is `raw`).
   * Rejects with the signal's reason, with the reason why the link is gone, or with a `ProtocolError`; then, and
   * while it runs, `mode` is `unknown`.
   */
  async exec(command: RawCommand, signal: AbortSignal): Promise<ReplyEnd> {
    this.mode = 'unknown';
    const mark = this.#newMark();
    const code = Buffer.concat([command.code, Buffer.from(`\nprint('\\4${mark}',end='')`)]);
    const accepted = await this.#sendWhole(code, command.bulk ?? false, signal);
    const parser = new ReplyParser(mark, { accepted, binary: command.binary });
    const end = await this.#follow(parser, command.onOutput, signal).catch((error: unknown) => {
      this.#lastWords = parser.recent;
      throw error;
    });
    if (end.kind !== 'booting') this.mode = 'raw';
    return end;
  }

  /**
   * Sends Ctrl-C. Whether the program ends is up to it. While code is on its way Ctrl-C goes behind it: in its midst
   * it would make the device forget the first part, and run the second one as a program of its own.
   */
  interrupt(): Promise<void> {
    if (!this.#sending) return this.write(INTERRUPT);
    this.#interruptBehind = true;
    return Promise.resolve();
  }

  /** Restarts the interpreter and resolves at the new raw prompt. `main.py` does not run (pyexec.c). */
  async softReset(signal: AbortSignal): Promise<void> {
    this.mode = 'unknown';
    await this.write(RUN);
    const deadline = Date.now() + 5000;
    let seen: Buffer = Buffer.alloc(0);
    let nudged = false;
    for (;;) {
      const chunk = await this.reader.nextWithin(Math.max(1, Math.min(2000, deadline - Date.now())), signal);
      if (chunk) {
        seen = Buffer.concat([seen, chunk]).subarray(-1024);
        const banner = seen.indexOf(RAW_BANNER);
        if (banner >= 0 && seen.indexOf(PROMPT, banner + RAW_BANNER.length) >= 0) break;
      }
      if (Date.now() >= deadline || (!chunk && nudged)) {
        // boot.py loops, or the firmware left the raw REPL.
        return this.enter(signal);
      }
      if (!chunk) {
        nudged = true;
        await this.write(INTERRUPT);
      }
    }
    this.mode = 'raw';
  }

  /** Leaves the raw REPL, so that a person at a terminal finds the prompt that they know. Best effort. */
  async leave(): Promise<void> {
    this.mode = 'unknown';
    await leaveRawRepl(this);
  }

  write(bytes: Uint8Array): Promise<void> {
    if (tracing()) trace('-->', this.address, printable(bytes));
    const written = this.transport.write(bytes);
    // A link that breaks tells the reader too; this promise is not always awaited.
    written.catch(() => {});
    return written;
  }

  async #sendWhole(code: Buffer, bulk: boolean, signal: AbortSignal): Promise<boolean> {
    this.#sending = true;
    this.#interruptBehind = false;
    try {
      return await this.#send(code, bulk, signal);
    } finally {
      this.#sending = false;
      if (this.#interruptBehind && !signal.aborted) void this.write(INTERRUPT);
    }
  }

  /** Sends code and what starts it. Resolves to true when the device has acknowledged it already. */
  async #send(code: Buffer, bulk: boolean, signal: AbortSignal): Promise<boolean> {
    const { pushesBack } = this.transport.traits;
    if (code.length < SINGLE_WRITE_LIMIT || (bulk && pushesBack)) {
      void this.write(Buffer.concat([code, RUN]));
      return false;
    }
    if (this.rawPaste !== 'no') {
      const window = await offerRawPaste(this, signal);
      if (window === undefined) {
        await this.enter(signal);
        this.mode = 'unknown';
      }
      this.rawPaste = window ? 'yes' : 'no';
      trace('---', this.address, window ? `raw paste, window ${window}` : 'no raw paste');
      if (window) {
        await paste(this, code, window, pushesBack, signal);
        return true;
      }
    }
    if (pushesBack) void this.write(Buffer.concat([code, RUN]));
    else await writeSlowly(this, code, signal);
    return false;
  }

  async #follow(parser: ReplyParser, onOutput: (chunk: Buffer) => void, signal: AbortSignal): Promise<ReplyEnd> {
    let pings = 0;
    let unanswered = 0;
    const acceptBy = Date.now() + ACCEPT_LIMIT;
    for (;;) {
      let chunk: Buffer | undefined;
      if (parser.state === 'doubtful') {
        chunk = await this.reader.nextWithin(parser.plausible ? SHORT_QUIET : QUIET, signal);
        if (!chunk && parser.plausible) {
          parser.confirm();
          this.reader.unread(parser.rest);
          return parser.end!;
        }
        if (!chunk && pings < 3) {
          pings++;
          chunk = await this.#askForPrompt(parser, signal);
          if (parser.confirmed) return parser.confirmed;
          unanswered++;
        }
        chunk ??= await this.reader.next(signal);
      } else if (!parser.accepted) {
        chunk = await this.#nextBefore(acceptBy, signal);
      } else {
        chunk = await this.reader.next(signal);
      }
      const output = parser.push(chunk);
      if (output.length > 0) onOutput(output);
      if (parser.state === 'ended' && parser.end) {
        this.reader.unread(parser.rest);
        // The program has ended after all: now its prompt answers what the program did not read.
        for (; unanswered > 0; unanswered--) await this.#skipBanner(signal);
        return parser.end;
      }
    }
  }

  async #nextBefore(acceptBy: number, signal: AbortSignal): Promise<Buffer> {
    const chunk = await this.reader.nextWithin(Math.max(1, acceptBy - Date.now()), signal);
    if (chunk) return chunk;
    throw new ProtocolError(
      'UNEXPECTED_REPLY',
      `${this.address} did not take a command within ${ACCEPT_LIMIT / 1000} s: it does not read its input`,
      { address: this.address },
    );
  }

  /**
   * Ctrl-A makes a raw or friendly prompt print the raw banner, and a running program nothing.
   * Resolves to nothing after `parser.confirm()`, or to what came instead.
   */
  async #askForPrompt(parser: ReplyParser, signal: AbortSignal): Promise<Buffer | undefined> {
    await this.write(ENTER_RAW_REPL);
    const { seen, answered } = await this.#untilBanner(signal);
    if (!answered) return seen.length > 0 ? seen : undefined;
    parser.confirm();
    return undefined;
  }

  async #skipBanner(signal: AbortSignal): Promise<void> {
    const { seen, answered } = await this.#untilBanner(signal);
    if (!answered) this.reader.unread(seen);
  }

  /** Reads the banner and its prompt, if that is what comes next. */
  async #untilBanner(signal: AbortSignal): Promise<{ seen: Buffer; answered: boolean }> {
    const until = Date.now() + PING_LIMIT;
    let seen: Buffer = Buffer.alloc(0);
    for (;;) {
      const chunk = await this.reader.nextWithin(Math.max(1, until - Date.now()), signal);
      if (!chunk) return { seen, answered: false };
      seen = Buffer.concat([seen, chunk]);
      const text = seen.toString('latin1').trimStart();
      const banner = RAW_BANNER.toString('latin1');
      if (!text.startsWith(banner.slice(0, text.length))) return { seen, answered: false };
      const prompt = seen.indexOf(PROMPT);
      if (prompt < 0) continue;
      this.reader.unread(seen.subarray(prompt + 1));
      return { seen, answered: true };
    }
  }

  async #verify(signal: AbortSignal): Promise<void> {
    const mark = this.#newMark();
    let parser = new ReplyParser(mark);
    const code = `print('\\4${mark}',end='')`;
    void this.write(Buffer.from(`${code}\x04`));
    // A device that restarts just now says so first: that is no answer.
    while (isRestart(await this.#follow(parser, () => {}, signal))) {
      this.sawRestart = true;
      parser = new ReplyParser(mark);
    }
    if (!parser.preamble.includes(code)) return;
    // The raw REPL never echoes. Behind a line that does, code that says OK would be taken for its own reply.
    throw new ProtocolError(
      'NO_RAW_REPL',
      `${this.address} runs MicroPython, but the line sends back all that is written to it: switch off the local echo ` +
        'of the adapter, terminal or server in between',
      { address: this.address, received: parser.preamble },
    );
  }

  #newMark(): string {
    this.#marks = (this.#marks + 1) % 1296;
    // No digit first: behind `\4` it would be part of the escape. Ten characters, with the `\4` eleven: the device
    // keeps a literal of up to ten for ever (MICROPY_ALLOC_PARSE_INTERN_STRING_LEN), and runs out of memory by that.
    return '~' + Math.random().toString(36).slice(2, 9).padEnd(7, '0') + this.#marks.toString(36).padStart(2, '0');
  }
}

const EMPTY: Buffer = Buffer.alloc(0);

function isRestart({ kind }: ReplyEnd): boolean {
  return kind === 'booting' || kind === 'restarted' || kind === 'exited';
}
