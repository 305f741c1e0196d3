import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceException, MicroPythonError, ProtocolError } from '../errors';
import { bytesLiteral } from '../python/bytes-literal';
import { toLiteral } from '../python/literal';
import { minify } from '../python/minify';
import { check, type CheckName } from './check';
import type { Command, CommandRunner } from './command-runner';
import type { LiteralForm } from './encode-piece';
import { inWords } from './file-error';

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
  /** Settled by the self-test of the link. */
  greeting?: Promise<void>;
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
 *   call('list', invoke('ls', '/', true)) -> exec('''base, list''', _nrmp)     the first time, in the same command
 *                                            _nrmp['ls']('/',True)
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
    };
    return this.#state;
  }

  /** `ready`, and the link has been tried with all byte values. */
  async readyToWrite(signal?: AbortSignal): Promise<HelperState> {
    const state = await this.ready(signal);
    state.greeting ??= this.#greet(state, signal).catch((error: unknown) => {
      state.greeting = undefined;
      throw error;
    });
    await state.greeting;
    return state;
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
      const output = await this.runner.run({ ...command, code: withSnippets(missing, expression) }, signal);
      for (const name of missing) state.installed.add(name);
      return output;
    } catch (error) {
      // Somebody deleted it, or restarted the interpreter behind our back. Nothing of the expression has run.
      if (missing.length === names.length || !isMissingName(error)) throw inWords(error, command.doing);
      state.installed.clear();
      const output = await this.#runAgain({ ...command, code: withSnippets(names, expression) }, signal);
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

  /** Ends uploads of earlier connections, and sends every byte value through the link. */
  async #greet(state: HelperState, signal: AbortSignal | undefined): Promise<void> {
    const expected = String(check(state.checkName, SAMPLE));
    for (;;) {
      const sample = state.form === 'literal' ? bytesLiteral(SAMPLE, { rawPaste: false }) : Buffer.from("b''");
      const token = toLiteral(`${PROCESS}:${state.generation}`);
      try {
        const answer = await this.call(
          'write',
          Buffer.concat([Buffer.from(`_nrmp['hello'](${token},`), sample, Buffer.from(')')]),
          { doing: 'testing the link', timeout: 10_000, signal },
        );
        if (state.form !== 'literal' || answer.toString() === expected) return;
      } catch (error) {
        if (state.form !== 'literal' || !isMangled(error)) throw error;
      }
      this.degrade(state);
    }
  }
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

const sources = new Map<string, string>();

function sourceOf(name: string): string {
  let source = sources.get(name);
  if (source === undefined) {
    source = minify(readFileSync(join(__dirname, '../python/snippets', `${name}.py`), 'utf8'));
    sources.set(name, source);
  }
  return source;
}

/** `exec` and its own globals: what the user's code calls `open` or `print` does not matter to ours. */
function withSnippets(names: string[], expression: string | Uint8Array): Buffer {
  const source = names.map(sourceOf).join('');
  const install =
    source === '' ? '' : `try:_nrmp\nexcept:_nrmp={}\n__import__('builtins').exec('''${source}''',_nrmp)\n`;
  return Buffer.concat([Buffer.from(install), Buffer.from(expression)]);
}
