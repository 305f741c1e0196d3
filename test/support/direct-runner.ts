/**
 * Real MicroPython without link, protocol and session, for tests of the file layer: a `CommandRunner` that counts
 * commands and bytes, and lets a test break them.
 *
 *   DeviceFs -> DirectRunner -> WebAssembly build in this process, or the Unix port behind pipes
 */
import { strict as assert } from 'node:assert';
import type { DeviceInfo } from '../../src/lib/device/device-info';
import { probeCode, readProbe } from '../../src/lib/device/info-task';
import type { Command, CommandRunner } from '../../src/lib/fs/command-runner';
import { toDeviceException } from '../../src/lib/python/traceback';
import type { TransportTraits } from '../../src/lib/transport/transport';
import { CancelledError } from '../../src/lib/errors';

/** An interpreter that runs one command at a time. */
export interface Interpreter {
  /** `onOutput` gets what the code prints as it comes. Resolves to the traceback, or to '' when it raised nothing. */
  exec(code: Uint8Array, onOutput: (chunk: Buffer) => void): Promise<string>;
  close(): Promise<void>;
}

/** What a test may do to a command. May throw, in place of the command or after it has run. */
export interface Faults {
  before?(command: Command, code: Buffer): Buffer | void | Promise<Buffer | void>;
  after?(command: Command): void;
  output?(chunk: Buffer): Buffer;
}

/** What the engine adds to a command on the wire: its end mark, `OK`, the end of the output and the prompt. */
const OVERHEAD_SENT = 30;
const OVERHEAD_RECEIVED = 16;

export class DirectRunner implements CommandRunner {
  readonly address = 'direct:';
  generation = 1;
  traits: TransportTraits = { pushesBack: true, eightBit: true, rawPaste: true };
  /** What the device claims about itself, over what it is. */
  pretend: { memoryFree?: number; capabilities?: Partial<DeviceInfo['capabilities']> } = {};
  faults: Faults = {};
  commands: Command[] = [];
  sent = 0;
  received = 0;
  #info: DeviceInfo | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly interpreter: Interpreter) {}

  run(command: Command, signal?: AbortSignal): Promise<Buffer> {
    const run = this.#turn.then(() => this.#run(command, signal));
    this.#turn = run.catch(() => {});
    return run;
  }

  async info(): Promise<DeviceInfo> {
    this.#info ??= await this.#probe();
    return {
      ...this.#info,
      ...('memoryFree' in this.pretend && { memoryFree: this.pretend.memoryFree }),
      capabilities: { ...this.#info.capabilities, ...this.pretend.capabilities },
    };
  }

  /** Runs code of a test, uncounted; resolves to what it printed. */
  async python(code: string): Promise<string> {
    const run = this.#turn.then(async () => {
      let printed = '';
      const stderr = await this.interpreter.exec(Buffer.from(code), (chunk) => (printed += chunk.toString()));
      assert.equal(stderr, '', `python: ${code}`);
      return printed;
    });
    this.#turn = run.catch(() => {});
    return run;
  }

  /** Counts from zero. */
  reset(): void {
    this.commands = [];
    this.sent = 0;
    this.received = 0;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.interpreter.close();
  }

  async #run(command: Command, signal?: AbortSignal): Promise<Buffer> {
    if (signal?.aborted) throw this.#aborted(command, signal);
    let code: Buffer = Buffer.from(command.code);
    for (const byte of [1, 2, 3, 4]) assert.equal(code.indexOf(byte), -1, `bare ${byte} in a command`);
    this.commands.push(command);
    this.sent += code.length + OVERHEAD_SENT;
    code = (await this.faults.before?.(command, code)) ?? code;
    const output: Buffer[] = [];
    const stderr = await this.interpreter.exec(code, (chunk) => {
      this.received += chunk.length;
      const heard = this.faults.output?.(chunk) ?? chunk;
      if (command.onOutput) command.onOutput(heard);
      else output.push(heard);
    });
    this.received += stderr.length + OVERHEAD_RECEIVED;
    this.faults.after?.(command);
    if (signal?.aborted) throw this.#aborted(command, signal);
    if (stderr) {
      throw toDeviceException(stderr, {
        output: '',
        address: this.address,
        doing: command.doing,
        platform: this.#info?.platform,
      });
    }
    return Buffer.concat(output);
  }

  async #probe(): Promise<DeviceInfo> {
    return readProbe(Buffer.from(await this.python(probeCode())), this.address);
  }

  #aborted(command: Command, signal: AbortSignal): CancelledError {
    return new CancelledError('ABORTED', `${command.doing} was aborted`, { cause: signal.reason });
  }
}
