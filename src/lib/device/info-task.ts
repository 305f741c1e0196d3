import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtocolError } from '../errors';
import { toLiteral } from '../python/literal';
import { minify } from '../python/minify';
import { parseLiteral } from '../python/parse-literal';
import type { DeviceInfo } from './device-info';
import { RunTask } from './run-task';
import type { Task, TaskContext } from './task';

let code: string | undefined;

/** The Python that asks; `readProbe` reads what it prints. */
export function probeCode(): string {
  code ??= inGlobalsOfItsOwn(readFileSync(join(__dirname, '../python/snippets/probe.py'), 'utf8'));
  return code;
}

/** Asks the device what it is, in one command. */
export class InfoTask implements Task<DeviceInfo> {
  readonly doing = 'asking what the device is';
  readonly timeout = 10_000;
  readonly repeatable = true;
  readonly #run: RunTask;

  constructor(private readonly address: string) {
    this.#run = new RunTask(address, { doing: this.doing, code: probeCode() });
  }

  async execute(context: TaskContext): Promise<DeviceInfo> {
    const printed = await this.#run.execute(context);
    return readProbe(printed, this.address);
  }

  outputSoFar(): string {
    return '';
  }
}

/** What the user's code has made of `print` or `len` does not matter to ours. */
function inGlobalsOfItsOwn(source: string): string {
  return `__import__('builtins').exec(${toLiteral(minify(source))},{})`;
}

/** What the probe printed, by name. Pure. @throws ProtocolError when it is no such tuple */
export function readProbe(printed: Buffer, address: string): DeviceInfo {
  const values = parseLiteral(printed.toString().trim());
  if (!Array.isArray(values) || values.length !== 11) {
    throw new ProtocolError('UNEXPECTED_REPLY', `${address} did not say what it is`, { address, received: printed });
  }
  const text = (at: number) => (typeof values[at] === 'string' ? values[at] : '');
  const memoryFree = values[4];
  return {
    platform: text(0),
    machine: text(1),
    implementation: text(2),
    release: text(3),
    memoryFree: typeof memoryFree === 'number' ? memoryFree : undefined,
    uniqueId: text(5),
    capabilities: {
      stdoutBuffer: values[6] === true,
      inflate: values[7] === true,
      deflate: values[8] === true,
      binascii: values[9] === true,
      sha256: values[10] === true,
    },
  };
}
