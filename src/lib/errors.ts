/**
 * The errors of this package. Decide by class or by `code`, never by text.
 *
 *   MicroPythonError
 *     TransportError    the link to the device
 *     ProtocolError     device and host out of step
 *     DeviceException   the user's Python raised
 *     CancelledError    the caller, or a limit, ended the command
 *     ArgumentError     the caller passed something that cannot be sent
 *
 * A message says what was being done, what happened, on which device, and where it helps, what to do.
 * This file imports nothing of ours.
 */

/** What is wrong with the link. */
export type TransportErrorCode =
  /** The transport could not be opened, for a reason that has no code of its own. */
  | 'OPEN_FAILED'
  /** Another program, or another instance of this package, holds the port. */
  | 'PORT_BUSY'
  /** There is no such port, or no device with that serial number is plugged in. */
  | 'PORT_NOT_FOUND'
  /** The user who runs Node.js may not open the port. */
  | 'PERMISSION_DENIED'
  /** The device refused the password. */
  | 'AUTH_FAILED'
  /** The link broke while it was in use. */
  | 'CONNECTION_LOST'
  /** The caller closed the device. */
  | 'DEVICE_CLOSED';

/** How device and host came out of step. */
export type ProtocolErrorCode =
  /** The device did not enter the raw REPL before the deadline. */
  | 'NO_RAW_REPL'
  /** The device answered something that the protocol does not allow, or a check of its data failed. */
  | 'UNEXPECTED_REPLY'
  /** The device restarted while a command was running. */
  | 'DEVICE_RESET';

/** Who or what ended a command. */
export type CancelledErrorCode =
  /** The command's own `timeout` ran out. */
  | 'TIMED_OUT'
  /** The caller's `AbortSignal` fired; its reason is the `cause`. */
  | 'ABORTED'
  /** The device's queue is full. */
  | 'QUEUE_FULL'
  /** The code printed more than `maxOutput` bytes. */
  | 'OUTPUT_LIMIT';

/** What was wrong with something that the caller passed. */
export type ArgumentErrorCode =
  /** A value, name, path or option that cannot be used. */
  | 'INVALID_ARGUMENT'
  /** Text that is no address. */
  | 'INVALID_ADDRESS';

export interface ErrorFacts {
  /** Address of the device, as the caller wrote it. */
  address?: string;
  cause?: unknown;
}

/** Root of all errors that this package raises on purpose. */
export class MicroPythonError extends Error {
  override readonly name: string = 'MicroPythonError';
  /** Address of the device, as the caller wrote it; absent when no device was involved yet. */
  declare readonly address?: string;

  constructor(
    /** What happened, for programs. An own property: Node-RED copies only those to a Catch node. */
    readonly code: string,
    message: string,
    facts: ErrorFacts = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    if (facts.address !== undefined) this.address = facts.address;
  }
}

/** The link to the device could not be opened, broke, or was closed. */
export class TransportError extends MicroPythonError {
  override readonly name = 'TransportError';
  declare readonly code: TransportErrorCode;
  constructor(code: TransportErrorCode, message: string, facts?: ErrorFacts) {
    super(code, message, facts);
  }
}

/** Device and host are out of step. */
export class ProtocolError extends MicroPythonError {
  override readonly name = 'ProtocolError';
  declare readonly code: ProtocolErrorCode;
  /** The last bytes received, escaped to printable ASCII; empty when nothing came. */
  readonly received: string;
  constructor(code: ProtocolErrorCode, message: string, facts: ErrorFacts & { received?: Uint8Array } = {}) {
    super(code, message, facts);
    this.received = printable(facts.received ?? new Uint8Array());
  }
}

export interface DeviceExceptionFacts extends ErrorFacts {
  /** Python's class name, e.g. `ZeroDivisionError`. */
  type: string;
  /** Text behind the class name; empty when the exception has none. */
  detail: string;
  /** What the device printed, with `\n` line ends. */
  traceback: string;
  /** Line in the caller's own code, from 1; absent when the traceback names none. */
  line?: number;
  /** Name of the errno of an `OSError`, e.g. `ENOENT`. */
  errno?: string;
  /** What the code had printed before it raised. */
  output: string;
}

/** The user's Python raised. `code` is the errno name of an OSError (`ENOENT`), else `DEVICE_EXCEPTION`. */
export class DeviceException extends MicroPythonError {
  override readonly name = 'DeviceException';
  readonly type: string;
  readonly detail: string;
  readonly traceback: string;
  declare readonly line?: number;
  declare readonly errno?: string;
  readonly output: string;
  constructor(message: string, facts: DeviceExceptionFacts) {
    super(facts.errno ?? 'DEVICE_EXCEPTION', message, facts);
    this.type = facts.type;
    this.detail = facts.detail;
    this.traceback = facts.traceback;
    if (facts.line !== undefined) this.line = facts.line;
    if (facts.errno !== undefined) this.errno = facts.errno;
    this.output = facts.output;
  }
}

/** The caller, or a limit, ended the command. */
export class CancelledError extends MicroPythonError {
  override readonly name = 'CancelledError';
  declare readonly code: CancelledErrorCode;
  /** What the code had printed before it was ended; empty when it had not started. */
  readonly output: string;
  constructor(code: CancelledErrorCode, message: string, facts: ErrorFacts & { output?: string } = {}) {
    super(code, message, facts);
    this.output = facts.output ?? '';
  }
}

/** The caller passed something that cannot be used. Raised before anything is sent. */
export class ArgumentError extends MicroPythonError {
  override readonly name = 'ArgumentError';
  declare readonly code: ArgumentErrorCode;
  constructor(code: ArgumentErrorCode, message: string, facts?: ErrorFacts) {
    super(code, message, facts);
  }
}

/** Bytes as printable ASCII, control characters and bytes above 126 as `\xNN`; at most the last `limit` bytes. */
export function printable(bytes: Uint8Array, limit = 200): string {
  const tail = bytes.length > limit ? bytes.subarray(bytes.length - limit) : bytes;
  let text = '';
  for (const byte of tail) {
    if (byte === 0x0a) text += '\\n';
    else if (byte === 0x0d) text += '\\r';
    else if (byte === 0x5c) text += '\\\\';
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += '\\x' + byte.toString(16).padStart(2, '0');
  }
  return text;
}
