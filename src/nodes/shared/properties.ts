import type { Node, NodeAPI } from 'node-red';
import { ArgumentError } from '../../lib/index';
import type { Message } from './handle-input';

/** A row of a node's argument list. */
export interface ArgumentRow {
  /** Name of the variable on the device. */
  name: string;
  /** A type of Node-RED's typedInput. */
  type: string;
  value: string;
}

/**
 * Value of a typedInput. The callback form: context stores and JSONata may be asynchronous.
 * @throws what the evaluation raised, with the property's name in front
 */
export function evaluate(
  RED: NodeAPI,
  node: Node,
  msg: Message,
  property: { name: string; value: string | undefined; type: string | undefined },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        new ArgumentError(
          'INVALID_ARGUMENT',
          `${property.name}: ${cause instanceof Error ? cause.message : text(cause)}`,
          {
            cause,
          },
        ),
      );
    try {
      RED.util.evaluateNodeProperty(property.value ?? '', property.type || 'str', node, msg, (error, value) =>
        error ? fail(error) : resolve(value),
      );
    } catch (thrown) {
      fail(thrown);
    }
  });
}

/**
 * Value of a typedInput that was filled in and has to be text. What it names must be there: a fallback in its place would
 * be another file, or other code, than the user meant.
 * @throws ArgumentError when it is empty, or no text
 */
export async function evaluateText(
  RED: NodeAPI,
  node: Node,
  msg: Message,
  property: { name: string; value: string | undefined; type: string | undefined },
): Promise<string> {
  const value = await evaluate(RED, node, msg, property);
  if (isBlank(value)) throw new ArgumentError('INVALID_ARGUMENT', `${property.name}: ${source(property)} is empty`);
  return textOf(value, `${property.name}: ${source(property)}`);
}

/** `msg.target`, in the words of the dialog. */
function source({ value = '', type }: { value: string | undefined; type: string | undefined }): string {
  if (type === 'msg' || type === 'flow' || type === 'global') return `${type}.${value.replace(/^#:\([^)]*\)::/, '')}`;
  return type === 'env' ? `the environment variable ${value}` : 'the value';
}

/** @throws ArgumentError when `value` is no text */
export function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new ArgumentError('INVALID_ARGUMENT', `${name} must be text, not ${text(value)}`);
}

/**
 * The variables for a command: the node's rows, and over them `msg.args`.
 * Their names and values are checked by the engine, before anything is sent.
 */
export async function evaluateArgs(
  RED: NodeAPI,
  node: Node,
  msg: Message,
  rows: readonly ArgumentRow[] | undefined,
): Promise<Record<string, unknown>> {
  const args: [string, unknown][] = [];
  for (const row of rows ?? []) {
    args.push([row.name, await evaluate(RED, node, msg, { ...row, name: `argument "${row.name}"` })]);
  }
  return Object.fromEntries([...args, ...Object.entries(messageArgs(msg.args))]);
}

function messageArgs(args: unknown): object {
  if (args === undefined || args === null) return {};
  if (typeof args === 'object' && !Array.isArray(args) && !Buffer.isBuffer(args)) return args;
  throw new ArgumentError('INVALID_ARGUMENT', `msg.args must be an object of names and values, not ${text(args)}`);
}

/**
 * Milliseconds that a command may run: `msg.timeout` or the node's, both in seconds; 0: no limit.
 * `undefined` when neither says: the engine's default.
 */
export function timeoutMs(msg: Message, configured: string | number | undefined): number | undefined {
  const given = isBlank(msg.timeout) ? configured : msg.timeout;
  if (isBlank(given)) return undefined;
  const seconds = typeof given === 'number' || typeof given === 'string' ? Number(given) : NaN;
  if (!(seconds >= 0)) {
    throw new ArgumentError('INVALID_ARGUMENT', `timeout must be a number of seconds, 0 or more, not ${text(given)}`);
  }
  return seconds * 1000;
}

/** A path on the device: the node's own, else `msg.filename`, else `fallback`. */
export async function devicePath(
  RED: NodeAPI,
  node: Node,
  msg: Message,
  config: { path?: string; pathType?: string },
  fallback?: string,
): Promise<string> {
  if (!isBlank(config.path)) {
    return evaluateText(RED, node, msg, { name: 'path', value: config.path, type: config.pathType });
  }
  const path = isBlank(msg.filename) ? fallback : msg.filename;
  if (path === undefined) {
    throw new ArgumentError('INVALID_ARGUMENT', 'there is no path: fill it in, or send it as msg.filename');
  }
  return textOf(path, 'msg.filename');
}

/** Nothing was filled in. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** A value in an error message. */
export function text(value: unknown): string {
  let shown: string | undefined;
  try {
    // JSON has no NaN.
    if (typeof value !== 'number') shown = JSON.stringify(value);
  } catch {
    // A value that JSON cannot express, such as a BigInt or a circle.
  }
  shown ??= String(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}
