import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Milliseconds that a device stays powered after its last connection; then its files are gone. */
const GRACE = 10_000;

/** Characters of the process's error output that are kept, to tell why it failed. */
const COMPLAINT_LENGTH = 2_000;

/** Who holds the connection. */
export interface DeviceHolder {
  data(chunk: Uint8Array): void;
  /** The process is gone; `why` is for an error message. */
  gone(why: string): void;
}

/** The device's program: sim-process.ts, built. */
const PROGRAM = join(__dirname, 'sim-process.js');

const powered = new Map<string, SimDevice>();

/**
 * A simulated device: a process that stays powered while somebody is connected, and for 10 s more, so that whoever
 * reconnects finds its files and variables. Without a connection it does not keep this process alive, and it ends
 * with this process, whose end closes its input.
 */
export class SimDevice {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #started: Promise<void>;
  #holder: DeviceHolder | undefined;
  #grace: NodeJS.Timeout | undefined;
  #complaint = '';
  #gone: string | undefined;

  /**
   * The device of that name, switched on if need be.
   * @param program the script to start; default: the simulated device of this package
   */
  static named(name: string, program = PROGRAM): SimDevice {
    return powered.get(name) ?? new SimDevice(name, program);
  }

  /** Switches off the device of that name, if there is one. Its files are gone. */
  static switchOff(name: string): void {
    powered.get(name)?.switchOff();
  }

  private constructor(name: string, program: string) {
    this.#name = name;
    this.#process = spawn(process.execPath, [program, name], {
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      windowsHide: true,
      // Options of this process, such as a debugger's port, are not meant for the device.
      env: { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' },
    });
    powered.set(name, this);
    const { stdin, stdout, stderr } = this.#process;
    // The end of the process tells it all.
    stdin?.on('error', () => {});
    stdout?.on('error', () => {});
    // Without a holder the bytes are lost, as those of a board whose cable nobody reads.
    stdout?.on('data', (chunk: Buffer) => this.#holder?.data(chunk));
    stderr?.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-COMPLAINT_LENGTH);
    });
    this.#started = new Promise((resolve, reject) => {
      this.#process.on('message', () => resolve());
      this.#process.on('error', (error) => {
        this.#end(error.message);
        reject(error);
      });
      // Not 'exit': its last output is still to come then.
      this.#process.on('close', (code, signal) => {
        this.#end(`its process ended (${signal ?? `exit code ${code}`}) ${this.#complaint}`.trimEnd());
        reject(new Error(this.#gone));
      });
    });
    this.#started.catch(() => {});
  }

  /** Process id; for tests and logs. */
  get processId(): number | undefined {
    return this.#process.pid;
  }

  get busy(): boolean {
    return this.#holder !== undefined;
  }

  /** Takes the only connection. Ask `busy` first. */
  hold(holder: DeviceHolder): void {
    this.#holder = holder;
    clearTimeout(this.#grace);
    this.#keepAlive(true);
    if (this.#gone !== undefined) queueMicrotask(() => holder.gone(this.#gone ?? ''));
  }

  /** Resolves when the interpreter runs; rejects when the process ends instead. */
  started(): Promise<void> {
    return this.#started;
  }

  /** Calls `done` when the process has taken the bytes, or cannot any more. */
  send(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.#process.stdin?.write(bytes, done);
  }

  /** Presses the reset button. */
  reset(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#process.connected) return reject(new Error(this.#gone ?? 'its process is ending'));
      this.#process.send({ type: 'reset' }, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Gives the connection back. */
  release(holder: DeviceHolder): void {
    if (this.#holder !== holder) return;
    this.#holder = undefined;
    if (this.#gone !== undefined) return;
    this.#grace = setTimeout(() => this.switchOff(), GRACE).unref();
    this.#keepAlive(false);
  }

  /** Ends the process now. Whoever holds the device is told. */
  switchOff(): void {
    if (powered.get(this.#name) === this) powered.delete(this.#name);
    clearTimeout(this.#grace);
    this.#process.kill('SIGKILL');
  }

  #end(why: string): void {
    if (this.#gone !== undefined) return;
    this.#gone = why;
    if (powered.get(this.#name) === this) powered.delete(this.#name);
    clearTimeout(this.#grace);
    this.#holder?.gone(why);
  }

  /** Whether the device keeps this process from ending. */
  #keepAlive(alive: boolean): void {
    const { stdin, stdout, stderr, channel } = this.#process;
    // The streams are sockets; their type does not say so.
    const handles = [this.#process, channel, stdin, stdout, stderr] as unknown as ({
      ref(): void;
      unref(): void;
    } | null)[];
    for (const handle of handles) {
      if (alive) handle?.ref();
      else handle?.unref();
    }
  }
}
