import type { Command } from '../fs/command-runner';
import { raised } from './raised';
import type { Task, TaskContext } from './task';

const DEFAULT_TIMEOUT = 30_000;

/** A command of the engine's own, as the file layer gives it: bytes out, nothing interpreted. */
export class RunTask implements Task<Buffer> {
  readonly doing: string;
  readonly timeout: number;
  readonly repeatable: boolean;
  #chunks: Buffer[] = [];

  constructor(
    private readonly address: string,
    private readonly command: Command,
  ) {
    this.doing = command.doing;
    this.timeout = command.timeout ?? DEFAULT_TIMEOUT;
    this.repeatable = command.repeatable ?? false;
  }

  async execute(context: TaskContext): Promise<Buffer> {
    this.#chunks = [];
    const { code, onOutput, binary, bulk } = this.command;
    const end = await context.exec({
      code: typeof code === 'string' ? Buffer.from(code) : code,
      onOutput: onOutput ?? ((chunk) => this.#chunks.push(chunk)),
      binary,
      bulk,
    });
    if (end.kind === 'raised') {
      const { address, doing } = this;
      throw await raised(end.stderr, context, { output: this.outputSoFar(), address, doing });
    }
    return Buffer.concat(this.#chunks);
  }

  outputSoFar(): string {
    return Buffer.concat(this.#chunks).toString('latin1').slice(0, 1000);
  }
}
