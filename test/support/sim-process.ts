import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { SIM_PROGRAM } from './sim-program';
import { within } from './within';

/** A simulated device started as a program, and what it said so far. */
export interface SimProcess {
  readonly pid: number;
  send(bytes: string | Uint8Array): void;
  /** Everything up to and including `end`, as Latin-1 text; the next call goes on behind it. */
  until(end: string, ms?: number): Promise<string>;
  /** Sends, and waits for `end`. */
  ask(bytes: string | Uint8Array, end: string, ms?: number): Promise<string>;
  /** Runs code by the plain raw REPL and returns the reply between `OK` and the prompt. */
  exec(code: string): Promise<string>;
  /** Stops reading what the device says, or goes on. */
  pause(paused: boolean): void;
  reset(): void;
  /** Ends the device's input and resolves to its exit code. */
  end(ms?: number): Promise<number | null>;
}

export function startSimProcess(name = 'test', oneByteAtATime = false): SimProcess {
  const child = spawn(process.execPath, [SIM_PROGRAM, name], { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const chunks = new EventEmitter();
  let text = '';
  child.stdin?.on('error', () => {});
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    chunks.emit('chunk');
  });
  const send = (bytes: string | Uint8Array) => {
    const whole = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    const size = oneByteAtATime ? 1 : whole.length;
    for (let i = 0; i < whole.length; i += size) child.stdin?.write(whole.subarray(i, i + size));
  };
  const until = async (end: string, ms = 10_000) => {
    const deadline = AbortSignal.timeout(ms);
    while (!text.includes(end)) {
      await once(chunks, 'chunk', { signal: deadline }).catch(() => {
        throw new Error(`${JSON.stringify(end)} has not come within ${ms} ms, but ${JSON.stringify(text.slice(-500))}`);
      });
    }
    const stop = text.indexOf(end) + end.length;
    const found = text.slice(0, stop);
    text = text.slice(stop);
    return found;
  };
  const ask = (bytes: string | Uint8Array, end: string, ms?: number) => {
    send(bytes);
    return until(end, ms);
  };
  return {
    pid: child.pid ?? -1,
    send,
    until,
    ask,
    exec: async (code) => (await ask(Buffer.from(`${code}\x04`), '\x04>')).slice(2),
    pause: (paused) => void (paused ? child.stdout?.pause() : child.stdout?.resume()),
    reset: () => void child.send({ type: 'reset' }),
    end: async (ms = 5_000) => {
      child.stdin?.end();
      const [code] = await within(exited, ms, 'the end of the simulated device');
      return code;
    },
  };
}
