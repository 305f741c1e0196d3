import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const PACKAGE = '@boardflow/node-red-micropython';

export interface RealNodeRedOptions {
  /** The Node.js to run it with; default: this one. Node-RED 5 needs Node.js 22.9 or later. */
  node?: string;
  /** Node-RED's `red.js`; default: the one of this repository. */
  redJs?: string;
  /** A folder whose `node_modules` has the package already; it is kept. Default: a new one with a link to this repository. */
  userDir?: string;
  /** Content of `flows.json`. */
  flows?: object[];
  /** Over the settings below. */
  settings?: Record<string, unknown>;
  /** Milliseconds to wait until flows have started; default 30000. */
  timeout?: number;
}

/** One entry of Node-RED's `GET /nodes`. */
export interface NodeSet {
  id: string;
  module: string;
  types: string[];
  enabled: boolean;
  err?: unknown;
}

/** A Node-RED of its own process, as a user has it. */
export interface RealNodeRed {
  readonly url: string;
  readonly userDir: string;
  readonly pid: number;
  /** What it printed so far. */
  output(): string;
  /** The node sets of this package. */
  nodeSets(): Promise<NodeSet[]>;
  /** Ends it as Ctrl-C does; kills it after 10 s. Resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the real Node-RED and waits until its flows have started. Rejects with what it printed. */
export async function startRealNodeRed(options: RealNodeRedOptions = {}): Promise<RealNodeRed> {
  const userDir = options.userDir ?? linkedUserDir();
  const port = await freePort();
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    lang: 'en-US',
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false },
    ...options.settings,
  };
  writeFileSync(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings)};`);
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(options.flows ?? []));

  const red = options.redJs ?? join(ROOT, 'node_modules/node-red/red.js');
  const child = spawn(options.node ?? process.execPath, [red, '-u', userDir, '-s', join(userDir, 'settings.js')], {
    cwd: userDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A coverage or loader option of the test runner is not for it.
    env: { ...process.env, NODE_OPTIONS: '', LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8' },
  });
  const printed: string[] = [];
  const exited = new Promise<number | null>((done) => child.on('exit', done));
  const stop = async () => {
    const code = await end(child, exited);
    if (!options.userDir) rmSync(userDir, { recursive: true, force: true });
    return code;
  };
  try {
    await started(child, printed, options.timeout ?? 30_000);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    userDir,
    pid: child.pid ?? 0,
    output: () => printed.join(''),
    nodeSets: async () => {
      const response = await fetch(`${url}/nodes`, { headers: { accept: 'application/json' } });
      return ((await response.json()) as NodeSet[]).filter((set) => set.module === PACKAGE);
    },
    stop,
  };
}

function linkedUserDir(): string {
  const userDir = mkdtempSync(join(tmpdir(), 'node-red-'));
  const installed = join(userDir, 'node_modules', PACKAGE);
  mkdirSync(dirname(installed), { recursive: true });
  symlinkSync(ROOT, installed, 'junction');
  return userDir;
}

function started(child: ChildProcess, printed: string[], ms: number): Promise<void> {
  return new Promise((done, reject) => {
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new Error(`Node-RED ${what}:\n${printed.join('')}`));
    };
    const timer = setTimeout(() => fail(`did not start its flows within ${ms} ms`), ms);
    const hear = (chunk: Buffer) => {
      printed.push(chunk.toString());
      if (!printed.join('').includes('Started flows')) return;
      clearTimeout(timer);
      done();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('error', (error) => fail(`could not be run (${error.message})`));
    child.on('exit', (code) => fail(`ended with ${code}`));
  });
}

async function end(child: ChildProcess, exited: Promise<number | null>): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  const code = await exited;
  clearTimeout(timer);
  return code;
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : reject(new Error('no port'))));
    });
  });
}
