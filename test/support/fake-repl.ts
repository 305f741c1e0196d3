/**
 * MicroPython's REPL as shared/runtime/pyexec.c has it, byte by byte, without a Python behind it.
 *
 *   friendly --01--> raw --05 41 01--> raw paste --04--> running --> raw
 *   friendly <--02-- raw --code 04------------------> running --> raw        04 alone: soft reset
 */
import type { Outcome } from './fake-program';

export const RAW_BANNER = 'raw REPL; CTRL-B to exit\r\n';
export const FRIENDLY_BANNER =
  'MicroPython v1.28.0 on 2026-01-01; Fake board with FAKE1\r\nType "help()" for more information.\r\n';
export const SOFT_REBOOT = 'MPY: soft reboot\r\n';
/** First lines of an ESP32 after a reset. */
export const BOOT_TEXT = 'ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n';
const PROMPT = '>>> ';

export interface FakeReplOptions {
  /**
   * `yes`: as current firmware. `refused`: answers `R 00` and a fresh prompt. `unknown`: firmware before 1.14, for
   * which the last byte of the offer is Ctrl-A. `silent`: answers nothing at all to an offer.
   */
  rawPaste?: 'yes' | 'refused' | 'unknown' | 'silent';
  /** Bytes for which one credit is given; default 128: half of MICROPY_REPL_STDIN_BUFFER_MAX. */
  window?: number;
  /** Said before every raw banner: noise on the line, output of a thread. */
  garbage?: string;
  /** Said before every raw prompt, between the last 04 and `>` too. */
  promptGarbage?: string;
}

export interface ReplHost {
  say(bytes: Uint8Array | string): void;
  /** Runs source; the REPL takes no byte until it ends. */
  run(source: Buffer): Promise<Outcome>;
  /** The traceback when a line of the source cannot be compiled. */
  syntaxError(source: string): string | undefined;
  /** The REPL takes input again after a program. */
  ready(): void;
  softReset(): void;
  hardReset(): void;
}

type Mode = 'friendly' | 'paste-mode' | 'raw' | 'raw-paste' | 'raw-paste-refused';

export class FakeRepl {
  mode: Mode = 'friendly';
  running = false;
  readonly #host: ReplHost;
  readonly #options: FakeReplOptions;
  #line: number[] = [];
  /** Bytes of raw paste since the last credit. */
  #uncredited = 0;
  #error = '';

  constructor(host: ReplHost, options: FakeReplOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** Power-up, or the interpreter starts again in the REPL where it was. */
  start(mode: 'friendly' | 'raw'): void {
    this.mode = mode;
    this.running = false;
    this.#line = [];
    if (mode === 'raw') this.#rawBanner();
    else this.#host.say(FRIENDLY_BANNER + PROMPT);
  }

  /** The next byte of standard input. Must not be called while a program runs. */
  feed(byte: number): void {
    if (this.mode === 'friendly') this.#friendly(byte);
    else if (this.mode === 'paste-mode') this.#pasteMode(byte);
    else if (this.mode === 'raw') this.#raw(byte);
    else if (this.mode === 'raw-paste') this.#rawPaste(byte);
    else this.#discard(byte);
  }

  #friendly(byte: number): void {
    if (byte === 1) {
      this.mode = 'raw';
      this.#line = [];
      this.#host.say('\r\n');
      this.#rawBanner();
    } else if (byte === 2) {
      this.#host.say('\r\n');
      this.start('friendly');
    } else if (byte === 3) {
      this.#line = [];
      this.#host.say(`\r\n${PROMPT}`);
    } else if (byte === 4 && this.#line.length === 0) {
      this.#host.say('\r\n');
      this.#host.softReset();
    } else if (byte === 5) {
      this.mode = 'paste-mode';
      this.#line = [];
      this.#host.say('\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ');
    } else if (byte === 13 || byte === 10) {
      const source = Buffer.from(this.#line);
      this.#line = [];
      this.#host.say('\r\n');
      if (source.length === 0) this.#host.say(PROMPT);
      else void this.#run(source, (error) => this.#host.say(error + PROMPT));
    } else if (byte >= 32) {
      this.#line.push(byte);
      this.#host.say(Buffer.from([byte]));
    }
  }

  #pasteMode(byte: number): void {
    if (byte === 3 || byte === 4) {
      const source = Buffer.from(this.#line);
      this.mode = 'friendly';
      this.#line = [];
      this.#host.say('\r\n');
      if (byte === 3) this.#host.say(PROMPT);
      else void this.#run(source, (error) => this.#host.say(error + PROMPT));
    } else {
      this.#line.push(byte === 13 ? 10 : byte);
      this.#host.say(byte === 13 ? '\r\n=== ' : Buffer.from([byte]));
    }
  }

  #raw(byte: number): void {
    if (byte === 1) {
      const [first, second] = this.#line;
      const offer = this.#line.length === 2 && first === 5;
      this.#line = [];
      if (offer && this.#options.rawPaste !== 'unknown') this.#offered(second);
      else this.#rawBanner();
    } else if (byte === 2) {
      this.#host.say('\r\n');
      this.start('friendly');
    } else if (byte === 3) {
      this.#line = [];
    } else if (byte === 4) {
      const source = Buffer.from(this.#line);
      this.#line = [];
      this.#host.say('OK');
      if (source.length > 0) return this.#execute(source, this.#host.syntaxError(source.toString()));
      this.#host.say('\r\n');
      this.#host.softReset();
    } else this.#line.push(byte);
  }

  #offered(letter: number | undefined): void {
    const { rawPaste = 'yes', window = 128 } = this.#options;
    if (rawPaste === 'silent') return;
    if (letter !== 0x41 || rawPaste === 'refused') {
      this.#host.say('R\0');
      return this.#rawPrompt();
    }
    this.mode = 'raw-paste';
    this.#uncredited = 0;
    this.#host.say(Buffer.from([0x52, 1, window & 0xff, window >> 8, 1]));
  }

  #rawPaste(byte: number): void {
    if (byte === 3) {
      this.mode = 'raw';
      this.#line = [];
      this.#host.say('\x04\x04KeyboardInterrupt: \r\n\x04');
      return this.#rawPrompt();
    }
    if (byte === 4) {
      this.mode = 'raw';
      this.#host.say('\x04');
      const source = Buffer.from(this.#line);
      this.#line = [];
      return this.#execute(source, this.#host.syntaxError(source.toString()));
    }
    this.#line.push(byte);
    this.#uncredited++;
    if (this.#uncredited === (this.#options.window ?? 128)) {
      this.#uncredited = 0;
      this.#host.say('\x01');
    }
    // The compiler reads as the code comes, and gives up at once.
    if (byte !== 10) return;
    const error = this.#host.syntaxError(Buffer.from(this.#line).toString());
    if (error === undefined) return;
    this.mode = 'raw-paste-refused';
    this.#error = error;
    this.#line = [];
    this.#host.say('\x04');
  }

  /** After an early end everything is thrown away until the host ends too. */
  #discard(byte: number): void {
    if (byte !== 3 && byte !== 4) return;
    this.mode = 'raw';
    this.#host.say(`\x04${this.#error}\x04`);
    this.#rawPrompt();
  }

  #execute(source: Buffer, syntaxError: string | undefined): void {
    const finish = (error: string) => {
      this.#host.say(`\x04${error}\x04`);
      this.#rawPrompt();
    };
    if (syntaxError === undefined) void this.#run(source, finish);
    else finish(syntaxError);
  }

  async #run(source: Buffer, finish: (error: string) => void): Promise<void> {
    this.running = true;
    const outcome = await this.#host.run(source);
    if (outcome.kind === 'gone') return;
    this.running = false;
    if (outcome.kind === 'done') {
      finish(outcome.error);
      this.#host.ready();
    } else if (outcome.kind === 'exit') {
      if (this.mode === 'raw') this.#host.say('\x04\x04');
      this.#host.softReset();
    } else if (outcome.reset === 'soft') this.#host.softReset();
    else this.#host.hardReset();
  }

  #rawBanner(): void {
    this.#host.say((this.#options.garbage ?? '') + RAW_BANNER);
    this.#rawPrompt();
  }

  #rawPrompt(): void {
    this.#host.say(`${this.#options.promptGarbage ?? ''}>`);
  }
}
