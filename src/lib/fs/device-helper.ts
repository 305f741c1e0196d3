import { randomBytes } from 'node:crypto';
import { CancelledError, DeviceException, MicroPythonError, ProtocolError } from '../errors';
import { bytesLiteral } from '../python/bytes-literal';
import { toLiteral } from '../python/literal';
import { check, type CheckName } from './check';
import type { Command, CommandRunner } from './command-runner';
import type { LiteralForm } from './encode-piece';
import { inWords } from './file-error';
import { installCode, type SourceForm } from './snippet-code';

/** A file in python/snippets that is put on the device when it is needed first. */
export type Snippet = 'write' | 'read' | 'list' | 'change' | 'digest' | 'usage';

/** What is known about the device until it restarts or the link is opened anew. */
export interface HelperState {
  readonly generation: number;
  readonly checkName: CheckName;
  readonly inflate: boolean;
  readonly deflate: boolean;
  readonly sha256: boolean;
  /** How the link carries the bytes of files. */
  form: LiteralForm;
  /** Bytes of a file in one command. Gets smaller when the device runs out of memory. */
  pieceSize: number;
  readonly installed: Set<string>;
  /** The link has carried all byte values. */
  proven: boolean;
  /** Settled by the self-test of the link. */
  test?: Promise<void>;
}

/** What a call needs beside its expression. */
export type CallOptions = Pick<Command, 'doing' | 'onOutput' | 'binary' | 'bulk' | 'timeout' | 'repeatable'> & {
  signal?: AbortSignal;
};

/** Tells the uploads of this process from those of one that has died. */
const PROCESS = randomBytes(4).toString('hex');
/**
 * Every byte value, but those that a link which drops the eighth bit would turn into commands to the REPL, and then what
 * is likely to be mangled: line ends, telnet's 255, flow control.
 */
const SAMPLE = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte < 0x81 || byte > 0x85)),
  Buffer.from('\r\n\xff\xff\x11\x13', 'latin1'),
]);
const MIN_PIECE = 1024;
const MAX_PIECE = 32 * 1024;

/**
 * Functions of ours on the device, in one dictionary named `_nrmp`: installed with the first command that needs them,
 * again when they are gone.
 *
 *   call('list', invoke('ls', '/', true)) -> exec('''base, list''', _nrmp)     the first time, in the same command,
 *                                            _nrmp['ls']('/',True)             and deflated where the device inflates
 */
export class DeviceHelper {
  #state: HelperState | undefined;

  constructor(readonly runner: CommandRunner) {}

  /** Asks what the device is, once a connection. */
  async ready(signal?: AbortSignal): Promise<HelperState> {
    const { runner } = this;
    if (this.#state?.generation === runner.generation) return this.#state;
    const { capabilities, memoryFree } = await runner.info(signal);
    if (this.#state?.generation === runner.generation) return this.#state;
    // A literal, what the lexer made of it, and what is unpacked from it are in memory at the same time.
    const pieceSize = Math.min(MAX_PIECE, Math.max(MIN_PIECE, Math.floor((memoryFree ?? 0) / 8 / 256) * 256));
    this.#state = {
      generation: runner.generation,
      checkName: capabilities.binascii ? 'crc32' : 'polynomial',
      inflate: capabilities.inflate,
      deflate: capabilities.deflate,
      sha256: capabilities.sha256,
      form: runner.traits.eightBit ? 'literal' : capabilities.binascii ? 'base64' : 'hex',
      pieceSize,
      installed: new Set(),
      proven: false,
    };
    return this.#state;
  }

  /** `ready`, and the link has been tried with all byte values. */
  async readyToWrite(signal?: AbortSignal): Promise<HelperState> {
    const state = await this.ready(signal);
    for (;;) {
      state.test ??= this.#test(state, signal).catch((error: unknown) => {
        state.test = undefined;
        throw error;
      });
      try {
        await state.test;
        return state;
      } catch (error) {
        // Somebody else began the test, and has given up.
        const abandoned = error instanceof CancelledError && error.code === 'ABORTED' && !signal?.aborted;
        if (!abandoned) throw error;
      }
    }
  }

  /**
   * Runs an expression that calls functions of a snippet, see `invoke`. Sends what is missing along.
   * @throws as `CommandRunner.run`
   */
  async call(snippet: Snippet, expression: string | Uint8Array, options: CallOptions): Promise<Buffer> {
    const { signal, ...command } = options;
    const state = await this.ready(signal);
    const names = ['base', snippet];
    const missing = names.filter((name) => !state.installed.has(name));
    try {
      const output = await this.runner.run({ ...command, code: this.#code(state, missing, expression) }, signal);
      for (const name of missing) state.installed.add(name);
      return output;
    } catch (error) {
      // Somebody deleted it, or restarted the interpreter behind our back. Nothing of the expression has run.
      if (missing.length === names.length || !isMissingName(error)) throw inWords(error, command.doing);
      state.installed.clear();
      const output = await this.#runAgain({ ...command, code: this.#code(state, names, expression) }, signal);
      for (const name of names) state.installed.add(name);
      return output;
    }
  }

  async #runAgain(command: Command, signal: AbortSignal | undefined): Promise<Buffer> {
    try {
      return await this.runner.run(command, signal);
    } catch (error) {
      throw inWords(error, command.doing);
    }
  }

  /** The next form of literals, when this one does not arrive as it was sent. False when there is none. */
  degrade(state: HelperState): boolean {
    if (state.form === 'hex') return false;
    state.form = state.form === 'literal' && state.checkName === 'crc32' ? 'base64' : 'hex';
    return true;
  }

  /** The expression, behind the source of what is missing. */
  #code(state: HelperState, missing: string[], expression: string | Uint8Array): Buffer {
    const parts = [installCode(missing, sourceForm(state))];
    // A new connection: what an earlier one has begun will never be finished.
    if (missing.includes('write')) parts.push(Buffer.from(invoke('hello', `${PROCESS}:${state.generation}`) + '\n'));
    return Buffer.concat([...parts, Buffer.from(expression)]);
  }

  /** Sends every byte value through the link, and takes the next form of literals when they do not arrive. */
  async #test(state: HelperState, signal: AbortSignal | undefined): Promise<void> {
    const command = { doing: 'testing the link', timeout: 10_000 };
    const install = (expression: Uint8Array) => this.call('write', expression, { ...command, signal });
    if (state.form !== 'literal') {
      // Not together with a piece of a file: that is more than a small device has room for.
      if (sourceForm(state) === 'plain') await install(Buffer.alloc(0));
      return;
    }
    const sample = bytesLiteral(SAMPLE, { rawPaste: false });
    try {
      // Deflated source takes fewer bytes when the link is known to be good, so it comes after the test.
      const answer = await (sourceForm(state) === 'plain'
        ? install(printing("_nrmp['check']", sample))
        : this.runner.run({ ...command, code: printing("__import__('binascii').crc32", sample) }, signal));
      state.proven = answer.toString() === String(check(state.checkName, SAMPLE));
    } catch (error) {
      if (!isMangled(error)) throw error;
    }
    if (!state.proven) this.degrade(state);
  }
}

/** Source that prints what a function makes of some bytes. */
function printing(name: string, bytes: Uint8Array): Buffer {
  const head = `__import__('builtins').print(${name}(`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from("),end='')")]);
}

/** Deflated where the device inflates, in ASCII as long as nobody knows whether the link carries more. */
function sourceForm({ inflate, checkName, form, proven }: HelperState): SourceForm {
  if (!inflate || checkName !== 'crc32' || form === 'hex') return 'plain';
  return form === 'literal' && proven ? 'literal' : 'base64';
}

/** Source of a call of one of our functions, with JavaScript values as arguments. */
export function invoke(name: string, ...args: unknown[]): string {
  return `_nrmp['${name}'](${args.map((arg) => toLiteral(arg)).join(',')})`;
}

/** The error may come from bytes that were lost or changed on their way: the device saw other code. */
function isMangled(error: unknown): boolean {
  if (error instanceof DeviceException) return error.type !== 'KeyboardInterrupt' && error.type !== 'OSError';
  return (
    (error instanceof ProtocolError && error.code === 'UNEXPECTED_REPLY') ||
    (error instanceof MicroPythonError && error.code === 'TIMED_OUT')
  );
}

function isMissingName(error: unknown): boolean {
  return error instanceof DeviceException && (error.type === 'NameError' || error.type === 'KeyError');
}
