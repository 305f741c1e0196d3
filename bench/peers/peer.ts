import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Contender } from '../rounds';

/** What a peer's driver answers; see driver.py. */
interface Answer {
  readonly error?: string;
  readonly count?: number;
  readonly seconds?: number;
  readonly same?: boolean;
}

/** Milliseconds for opening and closing. */
const SHORT = 15_000;

/** Another program in a process of its own, asked by one line of JSON and answering with one. */
export class Peer implements Contender {
  #process: ChildProcessWithoutNullStreams | undefined;
  #answers: AsyncIterator<string> | undefined;
  #complaints = '';

  /**
   * @param script file in this folder
   * @param path of the serial port, as the peer shall see it
   */
  constructor(
    readonly name: string,
    private readonly python: string,
    private readonly script: string,
    private readonly path: string,
  ) {}

  async open(): Promise<void> {
    if (!this.#process) this.#start();
    await this.#ask({ do: 'open', path: this.path, baud: 115200 }, SHORT);
  }

  async close(): Promise<void> {
    if (this.#process) await this.#ask({ do: 'close' }, SHORT);
  }

  /** Evaluates for that long, one after the other. @returns evals a second */
  async evals(expression: string, milliseconds: number): Promise<number> {
    const { count = 0, seconds = NaN } = await this.#ask(
      { do: 'evals', expression, seconds: milliseconds / 1000 },
      milliseconds + SHORT,
    );
    return count / seconds;
  }

  /** @returns seconds */
  async transfer(
    action: 'upload' | 'download' | 'sync',
    local: string,
    remote: string,
    limit: number,
  ): Promise<number> {
    const { seconds = NaN, same = true } = await this.#ask({ do: action, local, remote }, limit);
    if (!same) throw new Error(`${this.name} did not bring ${remote} back as it was`);
    return seconds;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  #start(): void {
    const child = spawn(this.python, [join(__dirname, this.script)], { stdio: 'pipe' });
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    child.stderr.on('data', (chunk: Buffer) => (this.#complaints = (this.#complaints + chunk.toString()).slice(-2000)));
    this.#process = child;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async #ask(request: object, limit: number): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.name} took more than ${limit / 1000} s`)), limit);
    });
    try {
      this.#process!.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await Promise.race([this.#answers!.next(), late]);
      if (line.done) throw new Error(`${this.name} ended: ${this.#complaints.trim().split('\n').at(-1)}`);
      const answer = JSON.parse(line.value) as Answer;
      if (answer.error !== undefined) throw new Error(`${this.name}: ${answer.error}`);
      return answer;
    } catch (error) {
      // It may hang inside of the port: only its end lets go of that.
      await this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
