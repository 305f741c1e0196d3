import type { Node, NodeAPI, NodeDef } from 'node-red';
import { ArgumentError } from '../../lib/index';
import type { Message } from './handle-input';
import type { Job } from './jobs';
import { evaluateArgs, timeoutMs, type ArgumentRow } from './properties';

/** What the dialogs of `micropython-exec` and `micropython-eval` have in common. */
export interface CommandConfig extends NodeDef {
  device?: string;
  args?: ArgumentRow[];
  /** Seconds; blank: the engine's default; 0: no limit. */
  timeout?: number | string;
}

/** Options of one command for the engine: the node's settings, with what the message says over them. */
export async function commandOptions(RED: NodeAPI, node: Node, config: CommandConfig, msg: Message, job: Job) {
  const timeout = timeoutMs(msg, config.timeout);
  const args = await evaluateArgs(RED, node, msg, config.args);
  return { args, signal: job.signal, ...(timeout === undefined ? {} : { timeout }) };
}

/** Python from the node, or from the message when the node has none. */
export function sourceText(own: unknown, message: unknown, missing: string): string {
  const source = typeof own === 'string' && own.trim() !== '' ? own : message;
  if (typeof source === 'string' && source.trim() !== '') return source;
  throw new ArgumentError('INVALID_ARGUMENT', missing);
}
