import { inspect } from 'node:util';
import { ArgumentError } from '../errors';
import { checkCode } from './compose';
import type { SessionOptions } from './session-options';

interface Rule {
  readonly allows: (value: unknown) => boolean;
  /** What it must be, as a phrase for the message. */
  readonly must: string;
}

const FLAG: Rule = { allows: (value) => typeof value === 'boolean', must: 'true or false' };
const TEXT: Rule = { allows: (value) => typeof value === 'string', must: 'text' };
const CALLBACK: Rule = { allows: (value) => typeof value === 'function', must: 'a function' };
/** By what it can do: a signal may come out of another realm. */
const SIGNAL: Rule = {
  allows: (value) => {
    const { aborted, addEventListener } = value as Partial<AbortSignal>;
    return typeof aborted === 'boolean' && typeof addEventListener === 'function';
  },
  must: 'an AbortSignal',
};

function amount(of: string): Rule {
  return { allows: (value) => typeof value === 'number' && value >= 0, must: `${of}, 0 or more` };
}

function oneOf(...words: string[]): Rule {
  return { allows: (value) => words.includes(value as string), must: words.map((word) => `'${word}'`).join(' or ') };
}

/** Of `SessionOptions`; the speed and what goes with it is the serial transport's business. */
const SESSION: { readonly [name in keyof SessionOptions]?: Rule } = {
  dtr: FLAG,
  rts: FLAG,
  hupcl: FLAG,
  lockRetryMs: amount('milliseconds'),
  password: TEXT,
  connectTimeout: amount('milliseconds'),
  autoConnect: FLAG,
  softResetOnConnect: FLAG,
  initCode: TEXT,
  queueLimit: amount('a number'),
  queuePolicy: oneOf('reject', 'dropOldest'),
  offline: oneOf('wait', 'fail'),
  allowReset: FLAG,
};

/** Of one command. */
const COMMAND: Readonly<Record<string, Rule>> = {
  timeout: amount('milliseconds'),
  signal: SIGNAL,
  onOutput: CALLBACK,
  encoding: oneOf('utf8', 'buffer'),
  maxOutput: amount('a number of bytes'),
};

/** @throws ArgumentError for an option of a device that cannot be; without it, it would do harm much later */
export function checkSessionOptions(options: SessionOptions, address: string): void {
  check(options, SESSION, address);
  if (typeof options.initCode === 'string') checkCode(options.initCode, 'initCode', address);
}

/** @throws ArgumentError for an option of a command that cannot be, before anything is sent */
export function checkCommandOptions(options: object, address: string): void {
  check(options, COMMAND, address);
}

function check(options: object, rules: Readonly<Record<string, Rule>>, address: string): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule || value === undefined || (value === null && name !== 'timeout') || rule.allows(value)) continue;
    const message = `${name} for ${address} must be ${rule.must}, not ${shown(value)}`;
    throw new ArgumentError('INVALID_ARGUMENT', message, { address });
  }
}

function shown(value: unknown): string {
  return typeof value === 'function' ? 'a function' : inspect(value, { depth: 0, maxStringLength: 40 });
}
