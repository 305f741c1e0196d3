import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openPty } from './pty';
import { SIM_PROGRAM } from './sim-program';
import { within } from './within';

export interface SimOnPty {
  /** Path of the serial port, to be opened by the real `serialport`. */
  readonly path: string;
  /** Process id of the device. */
  readonly pid: number;
  /** Pulls the cable: the port vanishes under whoever has it open. The device ends. */
  unplug(): void;
  /** Presses the reset button. */
  reset(): void;
  /** Ends everything; idempotent. */
  stop(): Promise<void>;
}

/** The simulated device behind a real pseudo-terminal, which is there as long as it is plugged in, like a board. */
export async function startSimOnPty(name = 'pty'): Promise<SimOnPty> {
  // Started before there is a terminal, whose descriptors it would inherit: then pulling the cable would not hang up.
  const sim = spawn(process.execPath, [SIM_PROGRAM, name], { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] });
  const { stdin, stdout } = sim;
  if (!stdin || !stdout) throw new Error('unreachable: both are pipes');
  const exited = once(sim, 'exit');
  stdin.on('error', () => {});
  try {
    await within(once(sim, 'message'), 15_000, 'the start of the simulated device');
    const pty = await openPty();
    pty.onData((chunk) => stdin.write(chunk));
    stdout.on('data', (chunk: Buffer) => {
      // The terminal's buffer is small; while it is full, the device waits.
      stdout.pause();
      pty.write(chunk).then(
        () => stdout.resume(),
        () => stdin.end(),
      );
    });
    const unplug = () => {
      pty.unplug();
      stdin.end();
    };
    return {
      path: pty.path,
      pid: sim.pid ?? -1,
      unplug,
      reset: () => void sim.send({ type: 'reset' }),
      stop: async () => {
        unplug();
        await within(exited, 5_000, 'the end of the simulated device');
        await pty.close();
      },
    };
  } catch (error) {
    stdin.end();
    throw error;
  }
}
