import { ProtocolError } from '../errors';
import { toLiteral } from '../python/literal';
import { parseLiteral, type PythonValue } from '../python/parse-literal';
import { withAssignments } from './compose';
import { raised } from './raised';
import type { Task, TaskContext } from './task';
import { TextOutput } from './text-output';

export interface EvalTaskOptions {
  readonly address: string;
  readonly expression: string;
  readonly assignments: string;
  readonly timeout: number;
  readonly repeatable: boolean;
}

/** Stands around the value, since what the expression prints comes before it. */
const FENCE = Buffer.from('\x04=');

/** One expression of the caller: its value, in one round trip. */
export class EvalTask implements Task<PythonValue> {
  readonly doing = 'evaluating';
  readonly timeout: number;
  readonly repeatable: boolean;
  #chunks: Buffer[] = [];

  constructor(private readonly options: EvalTaskOptions) {
    this.timeout = options.timeout;
    this.repeatable = options.repeatable;
  }

  async execute(context: TaskContext): Promise<PythonValue> {
    this.#chunks = [];
    const { address, expression, assignments } = this.options;
    // Eleven characters: shorter literals stay on the device for ever. Python's own eval takes one expression only. Printed inside a list, the value goes out as its repr
    // piece by piece: repr() would need memory for the whole text.
    const statement = `print('\\4=',[eval(${toLiteral(expression.padEnd(11))})],'\\4=',sep='',end='')`;
    for (const source of withAssignments(statement, assignments)) {
      const end = await context.exec({ code: Buffer.from(source), onOutput: (chunk) => this.#chunks.push(chunk) });
      if (end.kind !== 'raised') continue;
      throw await raised(end.stderr, context, { output: this.outputSoFar(), address, doing: this.doing });
    }
    return parseLiteral(this.#value(Buffer.concat(this.#chunks)));
  }

  outputSoFar(): string {
    const text = new TextOutput();
    return text.push(Buffer.concat(this.#chunks)) + text.end();
  }

  #value(output: Buffer): string {
    const close = output.lastIndexOf(FENCE);
    const open = close > 0 ? output.lastIndexOf(FENCE, close - 1) : -1;
    if (open < 0) {
      const { address, expression } = this.options;
      throw new ProtocolError('UNEXPECTED_REPLY', `evaluating ${expression} on ${address} ended without a value`, {
        address,
        received: output,
      });
    }
    return output.toString('utf8', open + FENCE.length + 1, close - 1).replaceAll('\r\n', '\n');
  }
}
