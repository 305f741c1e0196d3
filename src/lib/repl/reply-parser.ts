import { END_OF_TEXT, PROMPT, RAW_BANNER, signOfRestart } from './protocol';

/**
 * What the device sends while a command runs, as a pure step: bytes in, output and verdict out.
 *
 *   OK <output> 04 <end mark> 04 <traceback> 04 >
 *   |           |                |             |
 *   plain raw   printed by the   empty when    prompt
 *   REPL only   last statement   all went well
 *
 * Nothing escapes a program's own 04 (pyexec.c), so a 04 alone proves nothing. Every command therefore ends with a
 * statement of ours that prints 04 and a mark that the program cannot know. Without the mark every end is doubtful:
 * a traceback is believed when the device is silent behind it, other shapes when it answers with its prompt (see
 * `RawRepl`).
 */
export type ReplyEnd =
  /** The last statement was reached. */
  | { readonly kind: 'completed' }
  /** It raised. */
  | { readonly kind: 'raised'; readonly stderr: Buffer }
  /** It ended itself by SystemExit, and the interpreter restarted. */
  | { readonly kind: 'exited' }
  /** The prompt came without mark or traceback: SystemExit on firmware that does not restart, or `print` shadowed. */
  | { readonly kind: 'ended' }
  /** The device restarted; a prompt answers. */
  | { readonly kind: 'restarted' }
  /** The device is booting; no prompt yet. */
  | { readonly kind: 'booting' };

export type ReplyState =
  /** Waiting for `OK`: the device has not taken the command yet. */
  | 'unaccepted'
  | 'running'
  /** An end is likely; only asking the device can tell. */
  | 'doubtful'
  | 'ended';

/** What bytes that begin with 04 are: not decidable yet, the program's own, or the end of the command. */
type Verdict = 'hold' | 'data' | { end: ReplyEnd; output: Buffer; rest: Buffer };

const TRACEBACK = Buffer.from('Traceback (most recent call last):');
const OK = Buffer.from('OK');
/** An exception without frames: `KeyboardInterrupt: `, `MemoryError: text`, as printed by mp_obj_print_exception. */
const BARE_EXCEPTION = /^[A-Za-z_][\w.]*(?:: [^\x04]*)?\r?\n$/;
/** More than this is held back only for a program that prints 04 itself; then it is let go as output. */
const HOLD_LIMIT = 64 * 1024;
const TAIL = 240;

export class ReplyParser {
  state: ReplyState;
  /** Set when `state` is `ended`; a guess while it is `doubtful`. */
  end: ReplyEnd | undefined;
  /** Set by `confirm`. */
  confirmed: ReplyEnd | undefined;
  /** Bytes behind the end. */
  rest: Buffer = EMPTY;
  /** What came before the command was taken: late output, or an echo. */
  preamble: Buffer = EMPTY;

  /** The device has taken the command: from here on it may have run. */
  accepted: boolean;

  readonly #mark: Buffer;
  #held: Buffer = EMPTY;
  #tail = '';

  /**
   * @param mark what the last statement prints behind a 04
   * @param options.accepted the command was taken already (raw paste prints no `OK`)
   * @param options.binary the output is arbitrary bytes: what looks like a traceback may be data
   */
  constructor(
    mark: string,
    private readonly options: { accepted?: boolean; binary?: boolean } = {},
  ) {
    this.#mark = Buffer.from(`\x04${mark}\x04`);
    this.accepted = options.accepted ?? false;
    this.state = this.accepted ? 'running' : 'unaccepted';
  }

  /** Takes what arrived; returns the output in it. */
  push(chunk: Buffer): Buffer {
    let bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = EMPTY;
    this.end = undefined;
    this.rest = EMPTY;
    if (!this.accepted) {
      this.state = 'unaccepted';
      // Late junk of an earlier command or a background thread may stand before it.
      const at = bytes.indexOf(OK);
      if (at < 0) {
        this.#held = bytes.subarray(Math.max(0, bytes.length - HOLD_LIMIT));
        this.#lookForRestart(bytes);
        return EMPTY;
      }
      this.preamble = bytes.subarray(0, at);
      bytes = bytes.subarray(at + OK.length);
      this.accepted = true;
      this.#tail = '';
    }
    this.state = 'running';
    const released: Buffer[] = [];
    while (bytes.length > 0) {
      const at = bytes.indexOf(END_OF_TEXT);
      if (at < 0) {
        released.push(bytes);
        break;
      }
      if (at > 0) released.push(bytes.subarray(0, at));
      bytes = bytes.subarray(at);
      const keep = this.#classify(bytes);
      if (keep === 'hold') {
        this.#held = bytes;
        break;
      }
      if (typeof keep === 'object') {
        if (keep.output.length > 0) released.push(keep.output);
        this.state = 'ended';
        this.end = keep.end;
        this.rest = keep.rest;
        break;
      }
      // The 04 is the program's own.
      const next = bytes.indexOf(END_OF_TEXT, 1);
      released.push(next < 0 ? bytes : bytes.subarray(0, next));
      bytes = next < 0 ? EMPTY : bytes.subarray(next);
    }
    const output = released.length === 1 ? released[0]! : released.length === 0 ? EMPTY : Buffer.concat(released);
    if (this.state === 'running' && output.length > 0) this.#lookForRestart(output);
    return output;
  }

  /** The last bytes that came, and those that could not be understood yet. */
  get recent(): Buffer {
    return Buffer.concat([Buffer.from(this.#tail, 'latin1'), this.#held]);
  }

  /** A traceback with nothing or little behind it: silence is proof enough, except in binary output. */
  get plausible(): boolean {
    return this.end?.kind === 'raised' && !this.options.binary;
  }

  /** The doubtful end was one: the device answered with its prompt, or is silent. */
  confirm(): void {
    this.#held = EMPTY;
    this.state = 'ended';
    this.confirmed = this.end ?? { kind: 'ended' };
  }

  /** `bytes` begins with 04: what is it? */
  #classify(bytes: Buffer): Verdict {
    const marked = bytes.indexOf(this.#mark);
    if (marked >= 0) {
      const prompt = promptBehindTraceback(bytes, marked + this.#mark.length);
      if (prompt < 0) return 'hold';
      // A traceback behind the mark can only be a late Ctrl-C: the caller's code was done.
      return {
        end: { kind: 'completed' },
        output: bytes.subarray(0, marked),
        rest: bytes.subarray(prompt + 1),
      };
    }
    if (startsAlike(bytes, this.#mark)) return 'hold';
    const body = bytes.subarray(1);
    if (startsAlike(body, TRACEBACK)) return this.#traceback(bytes);
    if (body[0] === END_OF_TEXT) return this.#emptyTraceback(bytes);
    if (!this.options.binary && isLetter(body[0]) && bytes.length <= 4096) return this.#bareException(bytes);
    return 'data';
  }

  #traceback(bytes: Buffer): Verdict {
    if (bytes.length > HOLD_LIMIT) return 'data';
    const prompt = promptBehindTraceback(bytes, 1 + TRACEBACK.length);
    if (prompt < 0) return 'hold';
    // The end, with late output behind it or none; or data that looks like one.
    this.#doubt({ kind: 'raised', stderr: bytes.subarray(1, bytes.indexOf(END_OF_TEXT, 1)) });
    this.rest = bytes.subarray(prompt + 1);
    return 'hold';
  }

  #emptyTraceback(bytes: Buffer): Verdict {
    if (bytes.length === 2) return 'hold';
    if (bytes[2] === PROMPT) {
      if (bytes.length > 3) return bytes.length <= HOLD_LIMIT && !this.options.binary ? this.#doubtAndHold() : 'data';
      return this.#doubtAndHold();
    }
    // SystemExit: 04 04, the text of a soft reset, and the banner of the new interpreter.
    const banner = bytes.indexOf(RAW_BANNER, 2);
    const prompt = banner < 0 ? -1 : bytes.indexOf(PROMPT, banner + RAW_BANNER.length);
    if (prompt < 0) return bytes.length <= HOLD_LIMIT ? 'hold' : 'data';
    return { end: { kind: 'exited' }, output: EMPTY, rest: bytes.subarray(prompt + 1) };
  }

  #bareException(bytes: Buffer): 'hold' | 'data' {
    const close = bytes.indexOf(END_OF_TEXT, 1);
    if (close < 0) return 'hold';
    const text = bytes.toString('latin1', 1, close);
    if (!BARE_EXCEPTION.test(text)) return 'data';
    if (bytes.length === close + 1) return 'hold';
    if (bytes[close + 1] !== PROMPT || bytes.length > close + 2) return 'data';
    this.#doubt({ kind: 'raised', stderr: bytes.subarray(1, close) });
    return 'hold';
  }

  #doubtAndHold(): 'hold' {
    this.#doubt({ kind: 'ended' });
    return 'hold';
  }

  #doubt(end: ReplyEnd): void {
    this.state = 'doubtful';
    this.end = end;
  }

  #lookForRestart(output: Buffer): void {
    const text = (this.#tail + output.toString('latin1', Math.max(0, output.length - TAIL))).slice(-TAIL);
    this.#tail = text;
    const last = output[output.length - 1];
    if (last !== PROMPT && last !== 0x20 && !text.includes('rst:0x')) return;
    const sign = signOfRestart(text);
    if (sign === 'booting') {
      this.state = 'ended';
      this.end = { kind: 'booting' };
    } else if (sign === 'prompt') {
      this.#doubt({ kind: 'restarted' });
    }
  }
}

const EMPTY = Buffer.alloc(0);

/** True when `bytes` begins with `pattern`, or is the beginning of it. */
function startsAlike(bytes: Buffer, pattern: Buffer): boolean {
  const length = Math.min(bytes.length, pattern.length);
  return bytes.compare(pattern, 0, length, 0, length) === 0;
}

/** Where the prompt is behind the 04 that ends a traceback. A thread or timer of the device may print in between. */
function promptBehindTraceback(bytes: Buffer, from: number): number {
  const close = bytes.indexOf(END_OF_TEXT, from);
  return close < 0 ? -1 : bytes.indexOf(PROMPT, close + 1);
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f);
}
