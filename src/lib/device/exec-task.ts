import { CancelledError } from '../errors';
import { parseTraceback } from '../python/traceback';
import { trace } from '../trace';
import { withAssignments } from './compose';
import { raised } from './raised';
import type { Task, TaskContext } from './task';
import { TextOutput } from './text-output';

/** What `Device.exec` resolves to. */
export interface ExecResult<Output = string> {
  /** What the code printed: text with `\n` line ends, or with `encoding: 'buffer'` the bytes as they came. */
  output: Output;
  /** Milliseconds between sending the code and its end, on the host's clock. */
  durationMs: number;
}

/** Bytes that a command may print before it is ended, unless somebody takes them with `onOutput`. */
export const MAX_OUTPUT = 4 * 1024 * 1024;

export interface ExecTaskOptions {
  readonly address: string;
  readonly code: string;
  readonly assignments: string;
  readonly timeout: number;
  readonly repeatable: boolean;
  readonly maxOutput: number;
  readonly onOutput?: (text: string) => void;
}

/** Statements of the caller: their output, or the exception that they raised. */
export class ExecTask implements Task<ExecResult<Buffer>> {
  readonly doing = 'running code';
  readonly timeout: number;
  readonly repeatable: boolean;
  #chunks: Buffer[] = [];
  #size = 0;
  readonly #live: TextOutput | undefined;

  constructor(private readonly options: ExecTaskOptions) {
    this.timeout = options.timeout;
    this.repeatable = options.repeatable;
    if (options.onOutput) this.#live = new TextOutput();
  }

  async execute(context: TaskContext): Promise<ExecResult<Buffer>> {
    this.#chunks = [];
    this.#size = 0;
    const { code, assignments, address } = this.options;
    const started = performance.now();
    for (const source of withAssignments(code, assignments)) {
      const end = await context.exec({ code: Buffer.from(source), onOutput: (chunk) => this.#take(chunk) });
      if (end.kind !== 'raised') continue;
      const lastLine = source.split('\n').length;
      if (isOurOwn(end.stderr.toString(), lastLine)) continue;
      const { doing } = this;
      throw await raised(end.stderr, context, { output: this.outputSoFar(), address, doing, lastLine });
    }
    if (this.#live) this.#tell(this.#live.end());
    return { output: Buffer.concat(this.#chunks), durationMs: performance.now() - started };
  }

  outputSoFar(): string {
    const text = new TextOutput();
    return text.push(Buffer.concat(this.#chunks)) + text.end();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const { maxOutput, address } = this.options;
    if (this.#live) {
      this.#tell(this.#live.push(chunk));
      // Somebody has taken it; only the end of it is kept.
      while (maxOutput > 0 && this.#size > maxOutput && this.#chunks.length > 1) {
        this.#size -= this.#chunks.shift()!.length;
      }
    } else if (maxOutput > 0 && this.#size > maxOutput) {
      throw new CancelledError(
        'OUTPUT_LIMIT',
        `running code on ${address} printed more than ${maxOutput} bytes and was ended; ` +
          'print less, stream the output, or raise maxOutput',
        { address, output: this.outputSoFar().slice(0, 1000) },
      );
    }
  }

  #tell(text: string): void {
    if (text === '') return;
    try {
      this.options.onOutput?.(text);
    } catch (error) {
      trace('---', this.options.address, `onOutput threw: ${String(error)}`);
    }
  }
}

/** The statement behind the caller's code failed, since the code shadows `print`: the code itself was done. */
function isOurOwn(stderr: string, lastLine: number): boolean {
  const [outermost] = parseTraceback(stderr).frames;
  return outermost?.name === '<module>' && outermost.line > lastLine;
}
