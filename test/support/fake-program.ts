/** What a program on a fake device may do. Every wait ends when the program is interrupted or the device restarts. */
export interface ProgramIo {
  /** The source as it came, with all its bytes. */
  readonly source: Buffer;
  /** Text, with `\n` sent as `\r\n`, as `print` does on a board. */
  print(text: string): void;
  /** Bytes as they are, as `sys.stdout.buffer.write` does. */
  write(bytes: Uint8Array): void;
  /** Ends the program by an exception: `raise('OSError: [Errno 2] ENOENT')`. */
  raise(exception: string): never;
  /** Ends the program with this text in place of a traceback. */
  printError(traceback: string): never;
  /** The next `count` bytes of standard input. */
  read(count: number): Promise<Buffer>;
  /** Does nothing until Ctrl-C, which ends the program. */
  hang(): Promise<never>;
  /** Resolves at the next Ctrl-C and catches it, as `except:` does. */
  interrupted(): Promise<void>;
  /** Lets go of the processor for a moment. */
  pause(ms?: number): Promise<void>;
  /** `sys.exit()`: a soft reset. */
  exit(): never;
  /** The device restarts in the middle of the program. */
  reset(kind?: 'soft' | 'hard'): never;
}

/** A stand-in for Python code. What it throws besides what `io` throws is reported as a traceback. */
export type Program = (code: string, io: ProgramIo) => void | Promise<void>;

/** How a program ended. */
export type Outcome =
  { kind: 'done'; error: string } | { kind: 'exit' } | { kind: 'reset'; reset: 'soft' | 'hard' } | { kind: 'gone' };

/** Thrown through a program to end it. */
class Ending extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.kind);
  }
}

/** One run of a program. */
export class RunningProgram implements ProgramIo {
  #catching: (() => void) | undefined;
  readonly #readers = new Set<() => void>();
  readonly #waiting = new Set<(ending: Ending) => void>();
  #ending: Ending | undefined;

  constructor(
    readonly source: Buffer,
    private readonly say: (bytes: Uint8Array) => void,
    /** At most so many bytes of what is there. */
    private readonly takeInput: (count: number) => Buffer,
  ) {}

  async run(program: Program, code: string): Promise<Outcome> {
    try {
      await program(code, this);
      return this.#ending?.outcome ?? { kind: 'done', error: '' };
    } catch (error) {
      // A device that is gone, or an interrupt that came first, is not undone by what the program does then.
      if (this.#ending) return this.#ending.outcome;
      if (error instanceof Ending) return error.outcome;
      return { kind: 'done', error: traceback(`RuntimeError: ${String(error)}`) };
    }
  }

  /** Ctrl-C. */
  interrupt(): void {
    if (this.#catching) {
      const caught = this.#catching;
      this.#catching = undefined;
      caught();
    } else this.end({ kind: 'done', error: traceback('KeyboardInterrupt: ') });
  }

  /** Ends every wait of the program; what it does afterwards is not heard. */
  end(outcome: Outcome): void {
    this.#ending ??= new Ending(outcome);
    for (const reject of [...this.#waiting]) reject(this.#ending);
  }

  /** Standard input has something. */
  inputArrived(): void {
    for (const more of [...this.#readers]) more();
  }

  print(text: string): void {
    this.write(Buffer.from(text.replaceAll('\n', '\r\n')));
  }
  write(bytes: Uint8Array): void {
    if (this.#ending) throw this.#ending;
    this.say(bytes);
  }
  raise(exception: string): never {
    return this.printError(traceback(exception));
  }
  printError(text: string): never {
    throw new Ending({ kind: 'done', error: text });
  }
  exit(): never {
    throw new Ending({ kind: 'exit' });
  }
  reset(reset: 'soft' | 'hard' = 'hard'): never {
    throw new Ending({ kind: 'reset', reset });
  }
  hang(): Promise<never> {
    return this.#wait(() => {});
  }
  interrupted(): Promise<void> {
    return this.#wait((resolve) => (this.#catching = resolve));
  }
  pause(ms?: number): Promise<void> {
    return this.#wait((resolve) => void (ms === undefined ? setImmediate(resolve) : setTimeout(resolve, ms)));
  }
  read(count: number): Promise<Buffer> {
    return this.#wait<Buffer>((resolve) => {
      let bytes = Buffer.alloc(0);
      const more = () => {
        bytes = Buffer.concat([bytes, this.takeInput(count - bytes.length)]);
        if (bytes.length < count) return;
        this.#readers.delete(more);
        resolve(bytes);
      };
      this.#readers.add(more);
      more();
    });
  }

  async #wait<T>(start: (resolve: (value: T) => void) => void): Promise<T> {
    if (this.#ending) throw this.#ending;
    let give = (_ending: Ending) => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        give = reject;
        this.#waiting.add(give);
        start(resolve);
      });
    } finally {
      this.#waiting.delete(give);
    }
  }
}

/** As MicroPython prints an uncaught exception. */
export function traceback(exception: string, line = 1): string {
  return `Traceback (most recent call last):\r\n  File "<stdin>", line ${line}, in <module>\r\n${exception}\r\n`;
}

const PRINT = /^print\((['"])((?:\\.|(?!\1)[^\\])*)\1(,\s*end=(?:''|""))?\)$/s;

/** What `print('…')` prints, `end=''` respected; `undefined` when the line is anything else. */
export function printedBy(line: string): string | undefined {
  const match = PRINT.exec(line.trim());
  if (!match) return undefined;
  const text = (match[2] ?? '').replace(/\\(?:x([0-9a-f]{2})|([0-7]{1,3})|(.))/gis, (_all, hex, octal, other) => {
    if (hex) return String.fromCharCode(parseInt(hex as string, 16));
    if (octal) return String.fromCharCode(parseInt(octal as string, 8));
    return { n: '\n', r: '\r', t: '\t' }[other as string] ?? (other as string);
  });
  return text + (match[3] ? '' : '\n');
}
