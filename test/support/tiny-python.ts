import { printedBy, traceback, type Program, type ProgramIo } from './fake-program';

/** What programs of a fake device have in common: its memory, and a log of what ran. */
export interface TinyWorld {
  readonly variables: Map<string, string | number>;
  log(what: 'ran' | 'done', id: string): void;
}

const TEXT = String.raw`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"`;
const ARGUMENT = new RegExp(`^(?:(?:${TEXT})(?:\\[:\\d+\\])?|-?\\d+|[A-Za-z_]\\w*)$`);
const SLICE = /^(['"].*['"])\[:(\d+)\]$/;
const EVAL = /^print\('\\4=',\[eval\((.*)\)\],'\\4=',sep='',end=''\)$/;
const PRINT = /^print\(([A-Za-z_]\w*)(, ?end='')?\)$/;
const CALL = /^([a-z.]+)\((.*)\)$/;
const ASSIGNMENT = /^([A-Za-z_]\w*) ?= ?(.+)$/;
const TAG = /^tag\('(\w+)'(?:, ?(\d+))?\)$/;

/**
 * A program for `FakeDevice.on` that understands a few statements, one a line or between semicolons:
 *
 *   print('text')  print(x, end='')   x = 'text'   x = 'text'[:n]   x = 1   import x
 *   ran('id')  done('id')             into the log
 *   sleep(ms)  loop()  swallow(n)     wait; for ever; for ever, with the first n Ctrl-C caught
 *   flood(lines, 'text')              prints, a line a millisecond
 *   fail('text')  exit()  reset()     ValueError; SystemExit; restart of the chip
 *
 * and evaluates a literal, a variable, or `tag('id', ms)`, which logs and is `'<id>'`. What else comes is a
 * SyntaxError, before anything runs, as in Python.
 */
export function tinyPython(world: TinyWorld): Program {
  return async (code, io) => {
    const lines = code.split('\n').map(statements);
    const bad = lines.findIndex((line) => !line.every(isStatement));
    if (bad >= 0) io.printError(traceback('SyntaxError: invalid syntax', bad + 1).replace(', in <module>', ''));
    for (const [at, line] of lines.entries()) {
      for (const statement of line) await run(statement, at + 1, io, world);
    }
  };
}

/** A line at its semicolons, those in quotes not counted. */
function statements(line: string): string[] {
  const parts = line.match(new RegExp(`(?:${TEXT}|[^;])+`, 'g')) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '' && !part.startsWith('#'));
}

function isStatement(text: string): boolean {
  if (printedBy(text) !== undefined || EVAL.test(text) || PRINT.test(text) || /^import \w+$/.test(text)) return true;
  if (CALL.test(text)) return true;
  const assigned = ASSIGNMENT.exec(text);
  return assigned !== null && ARGUMENT.test(assigned[2]!);
}

async function run(text: string, line: number, io: ProgramIo, world: TinyWorld): Promise<void> {
  const get = (argument: string): string | number => {
    if (/^-?\d+$/.test(argument)) return Number(argument);
    const slice = SLICE.exec(argument);
    if (slice) return String(get(slice[1]!)).slice(0, Number(slice[2]));
    if (/^['"]/.test(argument)) return printedBy(`print(${argument},end='')`) ?? '';
    const found = world.variables.get(argument);
    if (found === undefined) io.printError(traceback(`NameError: name '${argument}' isn't defined`, line));
    return found;
  };
  if (text.startsWith('import ')) return;
  const printed = printedBy(text);
  if (printed !== undefined) return io.print(printed);
  const evaluated = EVAL.exec(text);
  if (evaluated) {
    const value = await evaluate(String(get(evaluated[1]!)).trim(), io, world, get);
    return io.write(Buffer.from(`\x04=[${value}]\x04=`));
  }
  const variable = PRINT.exec(text);
  if (variable) return io.print(String(get(variable[1]!)) + (variable[2] ? '' : '\n'));
  const called = CALL.exec(text);
  if (called) {
    const [first = '', second = ''] = called[2] === '' ? [] : called[2]!.split(/, ?/).map(get);
    return call(called[1]!, first, second, line, io, world);
  }
  const [, name, value] = ASSIGNMENT.exec(text)!;
  world.variables.set(name!, get(value!));
}

async function call(
  name: string,
  first: string | number,
  second: string | number,
  line: number,
  io: ProgramIo,
  world: TinyWorld,
): Promise<void> {
  switch (name) {
    case 'ran':
    case 'done':
      return world.log(name, String(first));
    case 'sleep':
      return io.pause(Number(first));
    case 'loop':
      return io.hang();
    case 'swallow':
      for (let left = Number(first); left > 0; left--) await io.interrupted();
      return io.hang();
    case 'flood':
      for (let left = Number(first); left > 0; left--) {
        io.print(`${second}\n`);
        await io.pause(1);
      }
      return;
    case 'fail':
      return io.printError(traceback(`ValueError: ${first}`, line));
    case 'exit':
      return io.exit();
    case 'reset':
    case 'machine.reset':
      return io.reset();
    default:
      return io.printError(traceback(`NameError: name '${name}' isn't defined`, line));
  }
}

/** The value of an expression, as its repr. */
async function evaluate(
  expression: string,
  io: ProgramIo,
  world: TinyWorld,
  get: (argument: string) => string | number,
): Promise<string> {
  const tagged = TAG.exec(expression);
  if (tagged) {
    world.log('ran', tagged[1]!);
    if (tagged[2]) await io.pause(Number(tagged[2]));
    world.log('done', tagged[1]!);
    return `'<${tagged[1]}>'`;
  }
  const value = get(expression);
  return typeof value === 'number' ? String(value) : `'${value}'`;
}
