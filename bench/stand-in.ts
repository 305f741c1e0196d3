import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** MicroPython's Unix port behind a pseudo-terminal. */
export interface StandIn {
  /** What is opened as a serial port. */
  readonly path: string;
  /**
   * The same under another name. mpremote has a special case for `/dev/pts/`, in which it does without the pauses that
   * it makes on every serial port; under this name it behaves as with a board.
   */
  readonly plainPath: string;
  stop(): Promise<void>;
}

/** Milliseconds for it to start. */
const START_LIMIT = 20_000;
/** Milliseconds for it to end by itself. */
const STOP_LIMIT = 5000;

/**
 * Starts one.
 * @param baudRate of the line, which then also has a latency of 1 ms; 0: as fast as it goes
 * @throws Error that says why it cannot be had
 */
export async function startStandIn(baudRate = 0): Promise<StandIn> {
  const child = fork(join(__dirname, 'stand-in-process.ts'), [String(baudRate)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    await exited;
    clearTimeout(timer);
  };
  try {
    const limit = AbortSignal.timeout(START_LIMIT);
    const [message] = (await Promise.race([
      once(child, 'message', { signal: limit }),
      exited.then(() => [{ error: 'its process ended at once' }]),
    ])) as [{ path?: string; error?: string }];
    if (message.path === undefined) throw new Error(message.error);
    const folder = await mkdtemp(join(tmpdir(), 'bench-port-'));
    const plainPath = join(folder, 'port');
    await symlink(message.path, plainPath);
    return {
      path: message.path,
      plainPath,
      stop: async () => {
        await stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
