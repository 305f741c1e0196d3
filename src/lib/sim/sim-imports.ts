import type { DeviceUart } from './device-uart';
import { Errno, type MicroPythonImports, type WasmFunction } from './emscripten';

/**
 * File descriptors that exist only between MicroPython's memory and these imports. The build writes text and bytes
 * to descriptor 1 alike; giving `sys.stdout` and `sys.stdout.buffer` descriptors of their own tells them apart.
 * Descriptor 1 itself keeps what C code prints (REPL, help, tracebacks), which has its `\r\n` already.
 */
export const Descriptor = { STDIN: 0, STDOUT: 1, STDERR: 2, TEXT_IN: 1000, TEXT_OUT: 1001, BYTES_OUT: 1002 } as const;

const LF = 0x0a;
const CR = 0x0d;
const POLLIN = 1;
const POLLOUT = 4;

/** Reads of the clock in a row, without pause, after which a program is taken to be waiting for time to pass. */
const SPIN_LIMIT = 20;
/** Milliseconds: reads of the clock that follow more closely count as being in a row. */
const SPIN_GAP = 0.05;
/** Milliseconds: the longest nap of such a program, and so the most by which it oversleeps. */
const LONGEST_NAP = 5;
/** Makes every sleep of MicroPython's (`now - start < duration`, 32 bits without sign) look over: 12 days. */
const FAR_FUTURE = 0x40000000;

export interface DeviceInside {
  /** Is asked at each call: the buffer changes when the memory grows. */
  readonly memory: () => WebAssembly.Memory;
  /** A program flushes a file. */
  readonly sync: (fd: number) => void;
}

/** The generated imports with those replaced that are the device's hardware: console, clock, flash. */
export function deviceImports(
  generated: MicroPythonImports,
  uart: DeviceUart,
  { memory, sync }: DeviceInside,
): WebAssembly.Imports {
  const { env, wasi_snapshot_preview1: wasi } = generated;
  const clock = new Clock(uart);
  return {
    env: {
      ...env,
      mp_js_ticks_ms: () => Math.floor(clock.read() - clock.start),
      mp_js_time_ms: () => performance.timeOrigin + clock.read(),
      __syscall_poll: (list: number, count: number, timeout: number) => poll(uart, memory(), list, count, timeout),
    },
    wasi_snapshot_preview1: {
      ...wasi,
      fd_write: redirect(wasi.fd_write, (fd, vectors) => consoleWrite(uart, fd, vectors), memory),
      fd_sync: (fd = 0) => {
        sync(fd);
        return Errno.SUCCESS;
      },
      fd_read: redirect(wasi.fd_read, (fd, vectors) => consoleRead(uart, fd, vectors), memory),
    },
  };
}

/** Milliseconds of this process; notices programs that do nothing but look at it, and lets them sleep. */
class Clock {
  readonly start = performance.now();
  readonly #uart: DeviceUart;
  #last = 0;
  #inARow = 0;
  #since = 0;

  constructor(uart: DeviceUart) {
    this.#uart = uart;
  }

  read(): number {
    // A sleep in C looks at nothing but the clock; back in the virtual machine, the exception is raised.
    if (this.#uart.interrupted()) return performance.now() + FAR_FUTURE;
    const now = performance.now();
    if (now - this.#last >= SPIN_GAP) {
      this.#inARow = 0;
      this.#since = now;
    }
    this.#last = now;
    if (this.#inARow++ < SPIN_LIMIT) return now;
    // Who has waited long will wait long: an eighth of it more does no harm.
    this.#uart.sleep(Math.min(LONGEST_NAP, Math.max(1, (now - this.#since) / 8)));
    this.#last = performance.now();
    return this.#uart.interrupted() ? this.#last + FAR_FUTURE : this.#last;
  }
}

type Handler = (fd: number, vectors: Uint8Array[]) => { errno: number; count: number } | undefined;

/** A WASI read or write that asks `handler` first; the generated one does what is left: files. */
function redirect(
  original: WasmFunction | undefined,
  handler: Handler,
  memory: () => WebAssembly.Memory,
): WasmFunction {
  return (fd = 0, list = 0, count = 0, result = 0) => {
    const buffer = memory().buffer;
    const view = new DataView(buffer);
    const vectors: Uint8Array[] = [];
    for (let at = list; at < list + 8 * count; at += 8) {
      vectors.push(new Uint8Array(buffer, view.getUint32(at, true), view.getUint32(at + 4, true)));
    }
    const handled = handler(fd, vectors);
    if (!handled) return original?.(fd, list, count, result);
    view.setUint32(result, handled.count, true);
    return handled.errno;
  };
}

function consoleWrite(uart: DeviceUart, fd: number, vectors: Uint8Array[]): ReturnType<Handler> {
  const text = fd === Descriptor.TEXT_OUT || fd === Descriptor.STDERR;
  if (!text && fd !== Descriptor.STDOUT && fd !== Descriptor.BYTES_OUT) return undefined;
  let count = 0;
  for (const bytes of vectors) {
    uart.write(text ? cook(bytes) : bytes);
    count += bytes.length;
  }
  return { errno: Errno.SUCCESS, count };
}

/** `\n` becomes `\r\n`, even behind a `\r`, as in mp_hal_stdout_tx_strn_cooked. */
function cook(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(LF)) return bytes;
  const cooked: number[] = [];
  for (const byte of bytes) {
    if (byte === LF) cooked.push(CR);
    cooked.push(byte);
  }
  return Uint8Array.from(cooked);
}

function consoleRead(uart: DeviceUart, fd: number, vectors: Uint8Array[]): ReturnType<Handler> {
  if (fd !== Descriptor.STDIN && fd !== Descriptor.TEXT_IN) return undefined;
  const target = vectors.find((vector) => vector.length > 0);
  if (!target) return { errno: Errno.SUCCESS, count: 0 };
  const bytes = uart.read(target.length);
  // MicroPython answers EINTR by raising what is pending.
  if (bytes.length === 0) return { errno: Errno.EINTR, count: 0 };
  // Text mode reads `\r` as `\n`: shared/runtime/sys_stdio_mphal.c.
  target.set(fd === Descriptor.TEXT_IN ? bytes.map((byte) => (byte === CR ? LF : byte)) : bytes);
  return { errno: Errno.SUCCESS, count: bytes.length };
}

/** `poll(2)` for `select`: the console is readable when there is input, everything else always is. */
function poll(uart: DeviceUart, memory: WebAssembly.Memory, list: number, count: number, timeout: number): number {
  const end = timeout < 0 ? Infinity : performance.now() + timeout;
  for (;;) {
    let ready = 0;
    const view = new DataView(memory.buffer);
    for (let at = list; at < list + 8 * count; at += 8) {
      const fd = view.getInt32(at, true);
      const input = fd === Descriptor.STDIN || fd === Descriptor.TEXT_IN;
      const possible = input ? (uart.readable ? POLLIN : 0) : POLLIN | POLLOUT;
      const events = view.getInt16(at + 4, true) & possible;
      view.setInt16(at + 6, events, true);
      if (events !== 0) ready++;
    }
    const left = end - performance.now();
    if (ready > 0 || left <= 0) return ready;
    if (uart.interrupted()) return -Errno.EINTR;
    uart.sleep(Math.min(left, 1000));
  }
}
