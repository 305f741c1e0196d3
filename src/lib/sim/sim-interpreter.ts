import type { DeviceUart } from './device-uart';
import type { CreateModule, MicroPythonExports } from './emscripten';
import { mountFlash, type Flash, type FlashChange, type FlashImage } from './sim-files';
import { deviceImports } from './sim-imports';
import { learnInterruptWords, PendingInterrupt, type InterruptWords } from './sim-interrupt';
import { CONSOLE_OBJECTS, RESET_SWITCH, startupProgram } from './sim-python';

/** Bytes of Python's heap at the start, as on an ESP32 with some external memory; it grows when it must. */
const HEAP_SIZE = 1024 * 1024;
/** Depth of nested calls, in words; the package's own default. */
const PYSTACK_SIZE = 2048;

const KIND_EXCEPTION = -1;
const FORCED_EXIT = 0x100;
const CTRL_C = 0x03;

/** How a program ended. A traceback is text as Python prints it, with `\n`. */
export type Outcome =
  { readonly type: 'done' } | { readonly type: 'exit' } | { readonly type: 'raised'; readonly traceback: string };

/** Thrown through the interpreter when a program pulls the reset pin; nothing of the interpreter can be used then. */
export class DeviceReset extends Error {
  override readonly name = 'DeviceReset';
}

export interface InterpreterOptions {
  /** The compiled package, its memory shared if that was possible. */
  readonly wasm: WebAssembly.Module;
  readonly uart: DeviceUart;
  readonly name: string;
  readonly flash: FlashImage;
  readonly flashCapacity: number;
  readonly onFlashChange: (change: FlashChange) => void;
  /** Whether the front asks for an interrupt that it cannot write into the memory itself; asking forgets it. */
  readonly takeInterrupt: () => boolean;
  /** Called before and after Python runs. */
  readonly onRun: (running: boolean) => void;
}

/** One life of MicroPython, from one reset to the next. */
export class SimInterpreter {
  readonly memory: WebAssembly.Memory;
  /** Absent when this version of the package cannot be interrupted from outside. */
  readonly interruptWords: InterruptWords | undefined;
  readonly flash: Flash;
  readonly #exports: MicroPythonExports;
  readonly #result: number;
  readonly #onRun: (running: boolean) => void;
  readonly #interrupt: PendingInterrupt | undefined;
  /** This program was interrupted without our knowing where the interpreter keeps that. */
  #raisedBlindly = false;

  static async start(create: CreateModule, options: InterpreterOptions): Promise<SimInterpreter> {
    let exports: MicroPythonExports | undefined;
    const module = await create({
      // A memory that cannot grow is the program's MemoryError, and no news for our standard error.
      printErr: () => {},
      instantiateWasm: (generated, done) => {
        const imports = deviceImports(generated, options.uart, {
          memory: () => (exports as MicroPythonExports).memory,
          sync: (fd) => flash?.sync(fd),
        });
        const instance = new WebAssembly.Instance(options.wasm, imports);
        exports = instance.exports as unknown as MicroPythonExports;
        done(instance, options.wasm);
        return instance.exports;
      },
    });
    const fs = module.FS;
    const open = fs.open.bind(fs);
    fs.open = (path, flags, mode) => {
      if (path === RESET_SWITCH) throw new DeviceReset();
      return open(path, flags, mode);
    };
    const flash: Flash | undefined = mountFlash(fs, options.flash, {
      capacity: options.flashCapacity,
      onChange: options.onFlashChange,
    });
    return new SimInterpreter(exports as unknown as MicroPythonExports, flash, options);
  }

  private constructor(exports: MicroPythonExports, flash: Flash, options: InterpreterOptions) {
    this.#exports = exports;
    this.memory = exports.memory;
    this.flash = flash;
    this.#onRun = options.onRun;
    exports.mp_js_init(PYSTACK_SIZE, HEAP_SIZE);
    exports.proxy_c_init();
    this.#result = exports.malloc(12);
    this.#setUp(startupProgram(options.name));
    this.#redirectConsole();
    this.interruptWords = this.#learnInterrupts();
    const words = this.interruptWords;
    this.#interrupt = words && new PendingInterrupt(this.memory, words);
    options.uart.interrupted = () => {
      if (options.takeInterrupt()) {
        exports.mp_sched_keyboard_interrupt();
        this.#raisedBlindly = true;
        return true;
      }
      return this.#interrupt?.pending ?? false;
    };
  }

  /** Runs a program as the raw REPL does. */
  exec(source: Uint8Array): Outcome {
    const interrupt = this.#interrupt;
    const outcome = this.#running(() => {
      if (interrupt) interrupt.character = CTRL_C;
      return this.#exec(source);
    });
    if (interrupt) interrupt.character = -1;
    // An interrupt that came behind the last place where the program looked is still this program's, not the next
    // one's: parse_compile_execute in shared/runtime/pyexec.c.
    if (!this.#takeLeftOver()) return outcome;
    return outcome.type === 'done' ? { type: 'raised', traceback: 'KeyboardInterrupt: \n' } : outcome;
  }

  /** Runs a file of the flash if it is there. */
  execFile(path: string): Outcome {
    if (!this.flash.has(path)) return { type: 'done' };
    const outcome = this.exec(Buffer.from(`execfile(${JSON.stringify(path.slice(1))})`));
    if (outcome.type !== 'raised') return outcome;
    // A board has no such frame: it starts the file from C.
    return { ...outcome, traceback: outcome.traceback.replace('  File "<stdin>", line 1, in <module>\n', '') };
  }

  /** Starts the friendly REPL, which prints its banner. */
  startRepl(): void {
    this.#exports.mp_js_repl_init();
  }

  /** Hands a character to the friendly REPL, which may run what was typed. Returns true when the device must restart. */
  typeIntoRepl(character: number): boolean {
    return this.#running(() => (this.#exports.mp_js_repl_process_char(character) & FORCED_EXIT) !== 0);
  }

  /** Whether an interrupt is pending, which is forgotten. */
  #takeLeftOver(): boolean {
    if (this.#interrupt) {
      const pending = this.#interrupt.pending;
      this.#interrupt.clear();
      return pending;
    }
    if (!this.#raisedBlindly) return false;
    this.#raisedBlindly = false;
    return this.#exec(Buffer.from('for _ in (0,): pass')).type === 'raised';
  }

  #running<T>(work: () => T): T {
    this.#onRun(true);
    try {
      return work();
    } finally {
      this.#onRun(false);
    }
  }

  #exec(source: Uint8Array): Outcome {
    const python = this.#exports;
    const { memory } = python;
    const pointer = python.malloc(source.length + 1);
    if (pointer === 0) return { type: 'raised', traceback: 'MemoryError: \n' };
    const target = new Uint8Array(memory.buffer, pointer, source.length + 1);
    target.set(source);
    target[source.length] = 0;
    python.mp_js_do_exec(pointer, source.length, this.#result);
    python.free(pointer);
    const [kind = 0, length = 0, text = 0] = new Int32Array(memory.buffer, this.#result, 3);
    if (kind !== KIND_EXCEPTION) return { type: 'done' };
    // Copied, because text decoders refuse shared memory.
    const [type = '', traceback = ''] = Buffer.from(new Uint8Array(memory.buffer, text, length))
      .toString()
      .split('\x04');
    python.free(text);
    return type === 'SystemExit' ? { type: 'exit' } : { type: 'raised', traceback };
  }

  /** Runs our own code, before anything of the user's. */
  #setUp(source: string): void {
    const outcome = this.#exec(Buffer.from(source));
    if (outcome.type === 'raised') throw new Error(`the simulated device did not start: ${outcome.traceback}`);
  }

  /** Gives the console's streams file descriptors of their own; sim-imports.ts tells why. */
  #redirectConsole(): void {
    const memory = new Int32Array(this.memory.buffer);
    for (const { expression, descriptor } of CONSOLE_OBJECTS) {
      const at = this.#addressOf(expression) / 4 + 1;
      // Should another version lay its objects out otherwise, the descriptor stays, and bytes are sent like text.
      const old = memory[at] ?? -1;
      if (old >= 0 && old <= 2) memory[at] = descriptor;
    }
    this.#setUp('del sys');
  }

  /** `id()` of an object, told by an exception: the console is only being set up. */
  #addressOf(expression: string): number {
    const outcome = this.#exec(Buffer.from(`import sys\nraise ValueError(id(${expression}))`));
    const address = outcome.type === 'raised' ? /ValueError: (\d+)/.exec(outcome.traceback)?.[1] : undefined;
    return Number(address ?? 0);
  }

  #learnInterrupts(): InterruptWords | undefined {
    if (!(this.memory.buffer instanceof SharedArrayBuffer)) return undefined;
    this.#setUp('import micropython');
    const words = learnInterruptWords(
      this.memory,
      this.#exports.emscripten_stack_get_base(),
      () => this.#exports.mp_sched_keyboard_interrupt(),
      (character) => this.#setUp(`micropython.kbd_intr(${character})`),
    );
    this.#setUp('del micropython');
    return words;
  }
}
