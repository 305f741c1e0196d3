/** The device: a thread that runs MicroPython from one reset to the next, and blocks where a board blocks. */
import { parentPort, workerData } from 'node:worker_threads';
import { DeviceUart } from './device-uart';
import type { CreateModule } from './emscripten';
import { DeviceReset, SimInterpreter } from './sim-interpreter';
import { Control, SimLine } from './sim-line';
import type { WorkerMessage, WorkerStart } from './sim-messages';
import { SimRepl, type Start } from './sim-repl';

async function live({ line: shared, start, ...given }: WorkerStart): Promise<void> {
  const tell = (message: WorkerMessage) => parentPort?.postMessage(message);
  const line = new SimLine(shared);
  const uart = new DeviceUart(line, () => tell({ type: 'look' }));
  const { default: create } = (await import(given.package)) as { default: CreateModule };
  const python = await SimInterpreter.start(create, {
    wasm: given.wasm,
    uart,
    name: given.name,
    flash: new Map(given.flash),
    flashCapacity: given.flashCapacity,
    onFlashChange: (change) => tell({ type: 'flash', change }),
    takeInterrupt: () => Atomics.exchange(line.control, Control.INTERRUPT, 0) === 1,
    onRun: (running) => setRunning(line.control, running),
  });
  const { memory, interruptWords: words } = python;
  tell({ type: 'started', ...(words && { memory, words }) });
  tell({ type: 'reset', ...next(uart, python, start) });
}

/** Lives until the next reset, and tells how the one after begins. */
function next(uart: DeviceUart, python: SimInterpreter, start: Start): Start {
  try {
    const mode = new SimRepl(uart, python).run(start);
    python.flash.sync();
    return { cause: 'soft reset', mode };
  } catch (error) {
    // The interpreter is gone, by the reset pin or by a crash of its own: what a board's watchdog would make of it.
    if (!(error instanceof DeviceReset)) uart.write(Buffer.from(`\r\nFATAL: ${String(error)}\r\n`));
    return { cause: 'power', mode: 'friendly' };
  }
}

/** Waits while the front is just delivering an interrupt, so that none is left over for the next program. */
function setRunning(control: Int32Array, running: boolean): void {
  const [from, to] = running ? [0, 1] : [1, 0];
  while (Atomics.compareExchange(control, Control.RUN, from, to) === 2);
}

void live(workerData as WorkerStart);
