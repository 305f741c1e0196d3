import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from './within';

/** Debian's package ser2net puts the program where a user's PATH does not look. */
const PLACES = ['ser2net', '/usr/sbin/ser2net'];

/** The program's path, or `undefined` with the reason printed. */
export function findSer2net(): string | undefined {
  const found = PLACES.find((place) => spawnSync(place, ['-v']).error === undefined);
  if (!found) console.log('    skipped: ser2net is not installed (Debian: apt-get install ser2net)');
  return found;
}

export interface Ser2net {
  readonly port: number;
  /** Kills the server without a farewell. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The real ser2net on 127.0.0.1, in front of the serial port `device`. */
export async function startSer2net(program: string, device: string, port: number): Promise<Ser2net> {
  const folder = mkdtempSync(join(tmpdir(), 'ser2net-'));
  const config = join(folder, 'ser2net.yaml');
  writeFileSync(
    config,
    [
      'connection: &con0',
      `  accepter: telnet(rfc2217),tcp,127.0.0.1,${port}`,
      `  connector: serialdev,${device},115200n81,local`,
      '',
    ].join('\n'),
  );
  let child: ChildProcess;
  const start = async () => {
    child = spawn(program, ['-n', '-u', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`ser2net ended: ${said}`)));
    ended.catch(() => {});
    await within(Promise.race([untilListening(port), ended]), 5_000, 'the start of ser2net');
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await within(ended, 5_000, 'the end of ser2net');
  };
  await start();
  return {
    port,
    kill,
    restart: start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Reads the kernel's table, because a trial connection would occupy the serial port for a moment. */
async function untilListening(port: number): Promise<void> {
  const entry = new RegExp(`: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 0A `);
  for (let attempt = 0; attempt < 250; attempt++) {
    if (entry.test(readFileSync('/proc/net/tcp', 'latin1'))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing listens on port ${port}`);
}
