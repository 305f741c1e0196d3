import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { applyFlashChange, type FlashImage } from './sim-files';
import { PendingInterrupt } from './sim-interrupt';
import { Control, SimLine } from './sim-line';
import type { WorkerMessage, WorkerStart } from './sim-messages';
import type { Start } from './sim-repl';
import { shareMemory } from './sim-wasm';

const PACKAGE = '@micropython/micropython-webassembly-pyscript';
const CTRL_C = 0x03;

/** Milliseconds between looks whether a Ctrl-C that came before the code was started can be delivered now. */
const RETRY = 5;
/** Milliseconds after which an interrupt that the interpreter has not taken becomes a reset. */
const DEAF = 1_500;

const POWER_ON: Start = { cause: 'power', mode: 'friendly' };

export interface SimFrontOptions {
  /** Tells devices apart; `machine.unique_id()` follows from it. */
  readonly name?: string;
  /** Bytes of flash; default 4 MiB. */
  readonly flashCapacity?: number;
  /** Takes what the device prints. Nothing more is given until `taken` is called, and the device waits meanwhile. */
  readonly onOutput: (bytes: Uint8Array, taken: () => void) => void;
  /** The interpreter runs for the first time: bytes may flow. */
  readonly onStarted: () => void;
  /** Input is held back, or no longer: the host should stop or go on. */
  readonly onHold: (hold: boolean) => void;
  /** The device cannot work at all. */
  readonly onFailure: (error: Error) => void;
}

/**
 * The chip around the interpreter: power, reset, serial line, interrupt, flash.
 *
 *   host bytes -> receive() -> input ring  -> worker: REPL, Python
 *   host bytes <- onOutput  <- output ring <-
 *                 Ctrl-C    -> Python's own memory, while code runs
 */
export class SimFront {
  readonly #options: SimFrontOptions;
  readonly #shared = SimLine.allocate();
  readonly #line = new SimLine(this.#shared);
  readonly #flash: FlashImage = new Map();
  readonly #wasm: WebAssembly.Module;
  readonly #package: string;
  #worker: Worker | undefined;
  #interrupt: PendingInterrupt | undefined;
  #held: Uint8Array[] = [];
  #sending = false;
  #started = false;
  #retry: NodeJS.Timeout | undefined;
  #deaf: NodeJS.Timeout | undefined;

  constructor(options: SimFrontOptions) {
    this.#options = options;
    const resolve = createRequire(__filename).resolve;
    this.#package = pathToFileURL(resolve(PACKAGE)).href;
    const bytes = readFileSync(resolve(`${PACKAGE}/micropython.wasm`));
    shareMemory(bytes);
    // Compiled once; each reset instantiates it anew.
    this.#wasm = new WebAssembly.Module(bytes);
  }

  /** Switches the power on. */
  start(): void {
    this.#boot(POWER_ON);
  }

  /** Presses the reset button: whatever runs is gone, the flash stays. */
  async reset(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#forgetInterrupts();
    await worker?.terminate();
    this.#held = [];
    this.#discardInput(this.#line.input.head);
    this.#options.onHold(false);
    this.#boot(POWER_ON);
  }

  /** Bytes from the host. */
  receive(bytes: Uint8Array): void {
    const at = bytes.lastIndexOf(CTRL_C);
    if (at < 0 || !this.#deliverInterrupt()) {
      this.#push(bytes);
      if (at >= 0) this.#watchForCode();
      return;
    }
    // What was typed before Ctrl-C is forgotten, as by TinyUSB (shared/tinyusb/mp_usbd_cdc.c).
    this.#held = [];
    this.#discardInput(this.#line.input.head);
    this.#push(bytes.subarray(at + 1));
  }

  #boot(start: Start): void {
    Atomics.store(this.#line.control, Control.RUN, 0);
    Atomics.store(this.#line.control, Control.INTERRUPT, 0);
    const workerData: WorkerStart = {
      line: this.#shared,
      wasm: this.#wasm,
      package: this.#package,
      name: this.#options.name ?? '',
      start,
      flash: this.#flash,
      flashCapacity: this.#options.flashCapacity ?? 4 * 1024 * 1024,
    };
    const worker = new Worker(join(__dirname, 'sim-worker.js'), { workerData });
    this.#worker = worker;
    worker.on('message', (message: WorkerMessage) => {
      // What a device wrote to its flash before it was reset is there, even if it is told late.
      if (message.type === 'flash') applyFlashChange(this.#flash, message.change);
      else if (worker === this.#worker) this.#handle(message);
    });
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#options.onFailure(error);
    });
  }

  #handle(message: Exclude<WorkerMessage, { type: 'flash' }>): void {
    switch (message.type) {
      case 'look':
        this.#push(new Uint8Array());
        this.#send();
        break;
      case 'started':
        if (message.memory && message.words) this.#interrupt = new PendingInterrupt(message.memory, message.words);
        if (!this.#started) this.#options.onStarted();
        this.#started = true;
        break;
      case 'reset':
        this.#forgetInterrupts();
        this.#boot(message);
    }
  }

  /** Input that does not fit is held back, in order. */
  #push(bytes: Uint8Array): void {
    const { control, input } = this.#line;
    const wasHeld = this.#held.length > 0;
    if (bytes.length > 0) this.#held.push(bytes);
    // Announced first: the device makes room at any time.
    Atomics.store(control, Control.INPUT_HELD, 1);
    for (;;) {
      const first = this.#held[0];
      if (!first) break;
      const count = input.write(first);
      if (count < first.length) {
        this.#held[0] = first.subarray(count);
        break;
      }
      this.#held.shift();
    }
    const holds = this.#held.length > 0;
    if (!holds) Atomics.store(control, Control.INPUT_HELD, 0);
    if (holds !== wasHeld) this.#options.onHold(holds);
    this.#line.ring();
  }

  #send(): void {
    if (this.#sending) return;
    Atomics.store(this.#line.control, Control.TOLD, 0);
    const bytes = this.#line.output.read(Infinity);
    if (bytes.length === 0) return;
    this.#line.ring();
    this.#sending = true;
    this.#options.onOutput(bytes, () => {
      this.#sending = false;
      this.#send();
    });
  }

  #discardInput(position: number): void {
    const { control } = this.#line;
    Atomics.store(control, Control.DISCARD_POSITION, position);
    Atomics.store(control, Control.DISCARD, 1);
    this.#line.ring();
  }

  /** Interrupts the code that runs. Returns false when none does, or none that listens to Ctrl-C. */
  #deliverInterrupt(): boolean {
    const { control } = this.#line;
    const interrupt = this.#interrupt;
    if (Atomics.compareExchange(control, Control.RUN, 1, 2) !== 1) return false;
    const listens = interrupt === undefined || interrupt.character === CTRL_C;
    if (listens) {
      if (interrupt) interrupt.raise();
      else Atomics.store(control, Control.INTERRUPT, 1);
    }
    Atomics.store(control, Control.RUN, 1);
    if (!listens) return false;
    this.#line.ring();
    this.#deaf ??= setTimeout(() => this.#checkDelivery(), DEAF);
    return true;
  }

  /** A program that is busy in C for so long, or an interpreter whose memory is not what we think: reset it. */
  #checkDelivery(): void {
    this.#deaf = undefined;
    const deaf = this.#interrupt ? this.#interrupt.pending : Atomics.load(this.#line.control, Control.INTERRUPT) === 1;
    if (deaf && Atomics.load(this.#line.control, Control.RUN) === 1) {
      this.reset().catch((error: unknown) => this.#options.onFailure(error as Error));
    }
  }

  /** A Ctrl-C that arrived before the device began to run the line in front of it: on a board it comes in time. */
  #watchForCode(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      const position = this.#line.input.positionBehindLast(CTRL_C);
      if (position === undefined) return;
      if (this.#deliverInterrupt()) this.#discardInput(position);
      else this.#watchForCode();
    }, RETRY);
  }

  #forgetInterrupts(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#deaf);
    this.#retry = this.#deaf = undefined;
    this.#interrupt = undefined;
  }
}
