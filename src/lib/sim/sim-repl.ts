import type { Outcome } from './sim-interpreter';

/**
 * The read-eval-print loop of a device, as in MicroPython's shared/runtime/pyexec.c and ports/rp2/main.c:
 *
 *   boot.py -> main.py -> friendly REPL <--Ctrl-A / Ctrl-B--> raw REPL --05 41 01--> raw paste
 *      ^------------------------- soft reset ---------------------------|
 *
 * The friendly REPL is the interpreter's own. The raw REPL is ours, because the build's own waits for ever when it
 * is offered raw paste: its console input is a constant.
 */

/** The console: `readByte` blocks. */
export interface ReplConsole {
  readByte(): number;
  write(bytes: Uint8Array): void;
  /** What `work` writes, as Latin-1 text; it is written as well when `pass` is set. */
  record(pass: boolean, work: () => void): string;
}

export interface ReplInterpreter {
  exec(source: Uint8Array): Outcome;
  execFile(path: string): Outcome;
  startRepl(): void;
  typeIntoRepl(character: number): boolean;
}

export type ReplMode = 'friendly' | 'raw';

/** Why the device starts: a soft reset says so, and after one from the raw REPL `main.py` is left out. */
export type Start = { readonly cause: 'power' | 'soft reset'; readonly mode: ReplMode };

const CTRL_A = 0x01;
const CTRL_B = 0x02;
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const CTRL_E = 0x05;

/** The letter of raw paste: `A`. */
const OFFER = 0x41;

const END = '\x04';
const PROMPT = '>';
const RAW_BANNER = 'raw REPL; CTRL-B to exit\r\n';

/** Bytes that the host may send before it waits: half of the 256 that a board's input buffer holds. */
const WINDOW = 128;

/** Where a mode leads. */
type Next = ReplMode | 'reset';

export class SimRepl {
  readonly #console: ReplConsole;
  readonly #python: ReplInterpreter;

  constructor(console: ReplConsole, python: ReplInterpreter) {
    this.#console = console;
    this.#python = python;
  }

  /** Runs until the interpreter must restart, and tells in which mode it does. */
  run(start: Start): ReplMode {
    if (start.cause === 'soft reset') this.#print('MPY: soft reboot\r\n');
    if (this.#runFile('/boot.py') || (start.mode === 'friendly' && this.#runFile('/main.py'))) return start.mode;
    // The interpreter's own REPL begins as the friendly one, with an empty line before its banner.
    const banner = this.#console.record(false, () => this.#python.startRepl());
    if (start.mode === 'friendly') this.#print(banner.replace(/^\r\n/, ''));
    else {
      this.#console.record(false, () => this.#python.typeIntoRepl(CTRL_A));
      this.#print(RAW_BANNER + PROMPT);
    }
    let mode = start.mode;
    for (;;) {
      const next: Next = mode === 'raw' ? this.#raw() : this.#friendly();
      if (next === 'reset') return mode;
      mode = next;
    }
  }

  /** Runs a file and prints its traceback. Returns true when it asks for a reset. */
  #runFile(path: string): boolean {
    const outcome = this.#python.execFile(path);
    if (outcome.type === 'raised') this.#print(cook(outcome.traceback));
    return outcome.type === 'exit';
  }

  #friendly(): Next {
    for (;;) {
      const character = this.#console.readByte();
      let exit = false;
      const type = () => {
        exit = this.#python.typeIntoRepl(character);
      };
      // Ctrl-A is an editing key as well, in a line that is not empty: only the banner tells.
      if (character !== CTRL_A) type();
      else if (this.#console.record(true, type).includes(RAW_BANNER)) return 'raw';
      if (exit) return 'reset';
    }
  }

  /** Entered behind the banner and its prompt. */
  #raw(): Next {
    const line: number[] = [];
    for (;;) {
      const character = this.#console.readByte();
      switch (character) {
        case CTRL_A:
          if (line[0] === CTRL_E && line.length === 2) {
            if (this.#rawPaste(line[1] as number)) return 'reset';
            this.#print(PROMPT);
          } else {
            this.#print(RAW_BANNER + PROMPT);
          }
          line.length = 0;
          break;
        case CTRL_B:
          // The interpreter's REPL was left in its raw mode, and prints the way back.
          this.#python.typeIntoRepl(CTRL_B);
          return 'friendly';
        case CTRL_C:
          line.length = 0;
          break;
        case CTRL_D:
          this.#print('OK');
          if (line.length === 0) {
            this.#print('\r\n');
            return 'reset';
          }
          if (this.#finish(this.#python.exec(Uint8Array.from(line)))) return 'reset';
          this.#print(PROMPT);
          line.length = 0;
          break;
        default:
          line.push(character);
      }
    }
  }

  /** `05 41 01` was read; any other letter in the middle is an offer that we do not know. Returns true for a reset. */
  #rawPaste(letter: number): boolean {
    if (letter !== OFFER) {
      this.#print('R\x00');
      return false;
    }
    this.#print(`R\x01${String.fromCharCode(WINDOW & 0xff, WINDOW >> 8)}\x01`);
    const source: number[] = [];
    for (let room = WINDOW; ;) {
      const character = this.#console.readByte();
      if (character === CTRL_D || character === CTRL_C) {
        this.#print(END);
        const interrupted: Outcome = { type: 'raised', traceback: 'KeyboardInterrupt: \n' };
        return this.#finish(character === CTRL_C ? interrupted : this.#python.exec(Uint8Array.from(source)));
      }
      source.push(character);
      if (--room === 0) {
        this.#print('\x01');
        room = WINDOW;
      }
    }
  }

  /** Closes a program's output and tells its error. Returns true when it asks for a reset. */
  #finish(outcome: Outcome): boolean {
    this.#print(END);
    if (outcome.type === 'raised') this.#print(cook(outcome.traceback));
    this.#print(END);
    return outcome.type === 'exit';
  }

  #print(text: string | Uint8Array): void {
    this.#console.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  }
}

/** A traceback as a board prints it: UTF-8, with `\r\n`. */
function cook(text: string): Uint8Array {
  return Buffer.from(text.replaceAll('\n', '\r\n'));
}
