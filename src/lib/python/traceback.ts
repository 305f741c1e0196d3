import { DeviceException } from '../errors';
import { errnoOf } from './errno';

/** One `File "…", line n, in name` of a traceback, outermost call first. */
export interface Frame {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Function, or `<module>`; empty for the place of a SyntaxError. */
  readonly name: string;
}

export interface Traceback {
  /** Python's class name; `Exception` when the device printed no name. */
  readonly type: string;
  /** Text behind the class name, possibly of many lines; empty when there is none. */
  readonly detail: string;
  /** What the device printed, with `\n` line ends and none at the end. */
  readonly traceback: string;
  /** Outermost first; empty when the device printed none (out of memory, interrupted before the first line). */
  readonly frames: readonly Frame[];
  /** Line of the innermost frame in the code that was sent (`<stdin>`), from 1. */
  readonly line?: number;
  /** Name of the errno, e.g. `ENOENT`. */
  readonly errno?: string;
}

/** Where the caller's code lies in the code that was sent. */
export interface TracebackOptions {
  /** `sys.platform` of the device: error numbers differ. */
  platform?: string;
  /** Lines of ours in front of the caller's code; default 0. */
  lineOffset?: number;
  /** Number of lines of the caller's code; lines behind it are ours. Default: no limit. */
  lastLine?: number;
}

/** What an exception means for the caller of a command. */
export interface DeviceExceptionContext extends TracebackOptions {
  /** What the code had printed before it raised. */
  output: string;
  /** Address of the device, as the caller wrote it. */
  address: string;
  /** What was being done, as a phrase: `running code`, `reading /main.py`. */
  doing: string;
}

/** What the raw REPL calls the code it is given. */
const SENT_CODE = '<stdin>';
/** CircuitPython translates the words (`  Archivo "<stdin>", línea 3, en <module>`): hence any words. */
const FRAME = /^( +\S+ "(.*)", \S+ )(\d+)((?:, \S+ (.*))?)$/;
/** CircuitPython prints the causes first, each with its traceback; what ended the program comes last. */
const NEXT_IN_CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause).*:$/;
const NAMED = /^([A-Za-z_][\w.]*)(?:: ?([^]*))?$/;
/** Without frames: by the usual names, should anything stand in front. */
const USUAL_NAME = /^[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Iteration)(?::|$)/m;
const HEADLINE_LIMIT = 300;

/** Reads what a device prints about an exception. Never throws: text that makes no sense becomes the `detail`. */
export function parseTraceback(stderr: string, options: TracebackOptions = {}): Traceback {
  const lines = stderr.replace(/\r+\n/g, '\n').replace(/\n$/, '').split('\n');
  const chained = lines.findLastIndex((line) => NEXT_IN_CHAIN.test(line));
  const first = lines.findIndex((line, index) => index > chained && FRAME.test(line));
  const frames: Frame[] = [];
  const shown: string[] = [];
  let end = Math.max(first, 0);
  for (let match; first >= 0 && (match = FRAME.exec(lines[end] ?? '')); end++) {
    const sent: Frame = { file: match[2]!, line: Number(match[3]), name: match[5] ?? '' };
    const line = shift(sent, options);
    if (line === undefined) continue;
    frames.push({ ...sent, line });
    shown.push(match[1]! + line + match[4]!);
  }
  const rest = lines.slice(end).join('\n');
  const exception = first >= 0 ? rest : rest.slice(Math.max(0, rest.search(USUAL_NAME)));
  const named = NAMED.exec(exception);
  const type = named?.[1] ?? 'Exception';
  const detail = named ? (named[2] ?? '') : exception;
  const line = frames.findLast(({ file, line }) => file === SENT_CODE && line <= (options.lastLine ?? Infinity))?.line;
  const errno = errnoOf(type, detail, options.platform);
  return {
    type,
    detail,
    traceback: [...lines.slice(0, Math.max(first, 0)), ...shown, rest].join('\n'),
    frames,
    ...(line !== undefined && { line }),
    ...(errno !== undefined && { errno }),
  };
}

/**
 * A frame's line as the caller counts; `undefined` for a line of ours.
 * A function may have been defined by an earlier command, so its line proves nothing about the code of this one.
 */
function shift({ file, line, name }: Frame, { lineOffset = 0, lastLine = Infinity }: TracebackOptions) {
  if (file !== SENT_CODE) return line;
  const own = line - lineOffset;
  // The end of the code is where an open bracket is noticed: behind our own last line, but it is the caller's mistake.
  if (name === '') return Math.min(Math.max(own, 1), lastLine);
  if (name !== '<module>') return own >= 1 ? own : line;
  return own >= 1 && own <= lastLine ? own : undefined;
}

/** Makes the error for the caller out of what a device printed about an exception. */
export function toDeviceException(stderr: string, context: DeviceExceptionContext): DeviceException {
  const { type, detail, traceback, line, errno } = parseTraceback(stderr, context);
  const place = line === undefined ? '' : ` (line ${line})`;
  return new DeviceException(`${headline(type, detail)}${place}, ${context.doing} on ${context.address}`, {
    type,
    detail,
    traceback,
    line,
    errno,
    output: context.output,
    address: context.address,
  });
}

/** The exception on one line of bearable length. */
function headline(type: string, detail: string): string {
  const end = detail.indexOf('\n');
  const text = (end < 0 ? detail : detail.slice(0, end)).slice(0, HEADLINE_LIMIT);
  const shortened = text.length < detail.length ? `${text} …` : text;
  return shortened === '' ? type : `${type}: ${shortened}`;
}
