import type { Node, NodeAPI, NodeDef } from 'node-red';
import { ArgumentError } from '../../lib/index';
import type { Message } from './handle-input';
import type { Job } from './jobs';
import { evaluateArgs, isBlank, textOf, timeoutMs, type ArgumentRow } from './properties';

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

/**
 * Python from the node, or from a property of the message when the node has none.
 * @param what it is, and the name of the property
 */
export function sourceText(own: string | undefined, msg: Message, what: 'code' | 'expression'): string {
  if (!isBlank(own)) return own as string;
  if (!isBlank(msg[what])) return textOf(msg[what], `msg.${what}`);
  throw new ArgumentError('INVALID_ARGUMENT', `there is no ${what}: fill it in, or send it as msg.${what}`);
}
