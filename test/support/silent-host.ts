import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { within } from './within';

/** A host that can vanish from the network without a farewell. */
export interface SilentHost {
  readonly host: string;
  readonly port: number;
  /** From now on it answers nothing, as if its power had been cut. */
  vanish(): void;
  stop(): Promise<void>;
}

/** Addresses for benchmarks (RFC 2544): no real network has them. */
const OURS = '198.18.77.1';
const THEIRS = '198.18.77.2';
const PORT = 2323;

/** A server in a network namespace of its own, or `undefined` with the reason printed. Needs Linux, root and `ip`. */
export async function startSilentHost(): Promise<SilentHost | undefined> {
  const name = `half-open-${process.pid}`;
  const [near, far] = [`ho${process.pid}a`, `ho${process.pid}b`];
  const ip = (...args: string[]) => {
    const ran = spawnSync('ip', args, { encoding: 'utf8' });
    if (ran.error || ran.status !== 0)
      throw new Error(`ip ${args.join(' ')}: ${ran.error?.message ?? ran.stderr.trim()}`);
  };
  const remove = () => spawnSync('ip', ['netns', 'del', name]);
  try {
    ip('netns', 'add', name);
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
    ip('addr', 'add', `${OURS}/30`, 'dev', near);
    ip('link', 'set', near, 'up');
    ip('-n', name, 'addr', 'add', `${THEIRS}/30`, 'dev', far);
    ip('-n', name, 'link', 'set', far, 'up');
  } catch (error) {
    remove();
    console.log(`      skipped: no network namespace can be made (${(error as Error).message})`);
    return undefined;
  }
  const script = `require('net').createServer((s) => s.on('error', () => {})).listen(${PORT}, '${THEIRS}', () => console.log('up'))`;
  const server = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(server, 'exit');
  await within(once(server.stdout, 'data'), 10_000, 'the start of the server');
  return {
    host: THEIRS,
    port: PORT,
    // It still hears us; its answers go nowhere.
    vanish: () => ip('-n', name, 'route', 'add', 'blackhole', `${OURS}/32`),
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
      remove();
    },
  };
}
