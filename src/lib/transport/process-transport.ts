import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { TransportError } from '../errors';
import { LinkTransport, type LinkTransportOptions } from './link-transport';
import { endWithThisProcess, OWN_GROUP, signalGroup } from './process-group';
import { splitCommand } from './split-command';
import type { TransportTraits } from './transport';

/** Milliseconds that a process gets to end after its input has ended, and then after SIGTERM. */
const FAREWELL = 500;
const TERMINATION = 800;
/** Milliseconds between the end of a process and of its streams, which something that it started may hold open. */
const LAST_OUTPUT = 250;
/** Characters of standard error that are kept for the error message. */
const STDERR_TAIL = 600;

/**
 * The standard streams of a program: `exec:<command>`, as `exec:ssh pi@host micropython` or `exec:docker run -i …`.
 * What the program writes to standard error is no data; its end appears in the error when the program ends.
 */
export class ProcessTransport extends LinkTransport {
  readonly traits: TransportTraits = { pushesBack: true, eightBit: true, rawPaste: true };
  readonly #command: readonly string[];
  #child: ChildProcessWithoutNullStreams | undefined;
  #stderr = '';
  #ending: NodeJS.Timeout | undefined;

  /**
   * @param command program and arguments, split as described at `splitCommand`; no shell is involved
   * @throws ArgumentError `INVALID_ADDRESS` when the command cannot be split
   */
  constructor(command: string, options: LinkTransportOptions = {}, address = `exec:${command}`) {
    super(address, options);
    this.#command = splitCommand(command);
  }

  protected connect(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const [program = '', ...args] = this.#command;
      let child: ChildProcessWithoutNullStreams;
      try {
        child = spawn(program, args, { ...OWN_GROUP, stdio: 'pipe' });
      } catch (error) {
        return reject(this.#spawnFailed(program, error));
      }
      this.#child = child;
      endWithThisProcess(child);
      const onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      // Stay for ever: an error after close must not end this process.
      child.on('error', (error) => reject(this.#spawnFailed(program, error)));
      for (const stream of [child.stdin, child.stdout, child.stderr]) {
        stream.on('error', (error) => this.#endSoon(`its streams broke (${error.message})`));
      }
      child.stdout.on('data', (chunk: Buffer) => this.received(chunk));
      child.stdout.on('end', () => this.#endSoon('it closed its output'));
      child.stderr.on('data', (chunk: Buffer) => {
        this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_TAIL);
      });
      child.once('exit', (code, killer) => this.#endSoon(this.#howItEnded(code, killer)));
      child.once('close', (code, killer) => this.#end(this.#howItEnded(code, killer)));
      child.once('spawn', () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }

  protected send(slice: Uint8Array, done: (error?: Error | null) => void): void {
    this.#child?.stdin.write(slice, done);
  }

  protected disconnect(graceful: boolean): Promise<void> {
    const child = this.#child;
    if (!child || child.pid === undefined) return Promise.resolve();
    clearTimeout(this.#ending);
    return new Promise((resolve) => {
      const steps = [() => signalGroup(child, 'SIGTERM'), () => signalGroup(child, 'SIGKILL'), () => gone()];
      const next = () => {
        steps.shift()?.();
        timer = setTimeout(next, TERMINATION);
      };
      const gone = () => {
        clearTimeout(timer);
        // Whatever the program started and left behind.
        signalGroup(child, 'SIGKILL');
        for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
        resolve();
      };
      let timer: NodeJS.Timeout | undefined;
      if (child.exitCode !== null || child.signalCode !== null) return gone();
      child.once('exit', gone);
      child.stdout.resume();
      child.stdin.end();
      if (graceful) timer = setTimeout(next, FAREWELL);
      else next();
    });
  }

  /** The better reason, an exit code, usually follows within milliseconds. */
  #endSoon(what: string): void {
    this.#ending ??= setTimeout(() => this.#end(what), LAST_OUTPUT);
  }

  #end(what: string): void {
    clearTimeout(this.#ending);
    this.lost(what);
  }

  #howItEnded(code: number | null, killer: NodeJS.Signals | null): string {
    const how = killer ? `the program was ended by ${killer}` : `the program ended with exit code ${code}`;
    const said = this.#stderr.trim().split(/\r?\n/).slice(-3).join(' | ');
    return said === '' ? how : `${how}; it said: ${said}`;
  }

  #spawnFailed(program: string, error: unknown): TransportError {
    const { code } = error as { code?: unknown };
    if (code === 'ENOENT') return this.openFailed(`there is no program "${program}"`, error);
    if (code === 'EACCES') {
      const message = `cannot open ${this.address}: "${program}" may not be run by this user`;
      return new TransportError('PERMISSION_DENIED', message, { address: this.address, cause: error });
    }
    return this.openFailed(
      `"${program}" could not be started (${error instanceof Error ? error.message : String(error)})`,
      error,
    );
  }
}
