import { MicroPythonError } from '../../lib/index';

/** Looks a text up in the catalogue: `RED._`. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** Fields of `msg.errorDetails`, for Catch nodes: Node-RED copies no more than message, code, stack and cause. */
export interface ErrorDetails {
  /** What happened, for programs: `ENOENT`, `TIMED_OUT`, `DEVICE_EXCEPTION` … */
  code: string;
  /** The text without the class name in front. */
  message: string;
  /** Address of the device. */
  device?: string;
  /** Python's class name, e.g. `ZeroDivisionError`. */
  type?: string;
  /** Text behind Python's class name. */
  detail?: string;
  /** Line in the code of the node, from 1. */
  line?: number;
  /** What the device printed about the exception. */
  traceback?: string;
  /** What the code had printed before it failed. */
  output?: string;
}

/** Whatever was thrown, as an error that has a `code` of its own. */
export function asError(thrown: unknown): Error & { code: string } {
  if (thrown instanceof Error) {
    if (typeof (thrown as { code?: unknown }).code === 'string' && Object.hasOwn(thrown, 'code')) {
      return thrown as Error & { code: string };
    }
    return new MicroPythonError('FAILED', thrown.message, { cause: thrown });
  }
  return new MicroPythonError('FAILED', String(thrown), { cause: thrown });
}

/** The facts of an error as plain data. Reads fields, not classes: two installed copies have two sets of classes. */
export function errorDetails(error: Error & { code: string }, address?: string): ErrorDetails {
  const facts = error as Partial<Record<keyof ErrorDetails | 'address', unknown>>;
  const details: ErrorDetails = { code: error.code, message: error.message };
  const device = facts.address ?? address;
  if (typeof device === 'string') details.device = device;
  for (const key of ['type', 'detail', 'traceback', 'output'] as const) {
    const fact = facts[key];
    if (typeof fact === 'string') details[key] = fact;
  }
  if (typeof facts.line === 'number') details.line = facts.line;
  return details;
}

/** A few words for a status light. */
export function shortReason(error: Error | undefined, translate: Translate): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code === 'string') {
    const key = `micropython.status.reason.${code}`;
    const text = translate(key);
    // A key without an entry comes back as it is.
    if (text !== key) return text;
  }
  return translate('micropython.status.disconnected');
}
