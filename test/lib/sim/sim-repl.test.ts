import assert from 'node:assert/strict';
import type { Outcome } from '../../../src/lib/sim/sim-interpreter';
import { SimRepl, type ReplInterpreter, type Start } from '../../../src/lib/sim/sim-repl';

const RAW: Start = { cause: 'soft reset', mode: 'raw' };
const RAW_BANNER = 'raw REPL; CTRL-B to exit\r\n>';

class EndOfInput extends Error {}

/** Feeds `input` to a REPL over an interpreter of the test's own. Returns what it wrote, what it ran, and how it ended. */
function converse(start: Start, input: string, program: (source: string) => Outcome = () => ({ type: 'done' })) {
  const bytes = [...Buffer.from(input, 'latin1')];
  const ran: string[] = [];
  let output = '';
  let recording: { pass: boolean; text: string } | undefined;
  const write = (chunk: Uint8Array) => {
    const text = Buffer.from(chunk).toString('latin1');
    if (recording) recording.text += text;
    if (recording?.pass !== false) output += text;
  };
  const print = (text: string) => write(Buffer.from(text, 'latin1'));
  const run = (source: string) => {
    ran.push(source);
    return program(source);
  };
  const python: ReplInterpreter = {
    exec: (source) => run(Buffer.from(source).toString('latin1')),
    execFile: (path) => run(path),
    startRepl: () => print('\r\nfriendly banner\r\n>>> '),
    typeIntoRepl: (character) => {
      if (character === 1) print('\r\nraw REPL; CTRL-B to exit\r\n>');
      else if (character === 2) print('\r\nfriendly banner\r\n>>> ');
      else print(String.fromCharCode(character));
      return character === 4;
    },
  };
  const repl = new SimRepl(
    {
      readByte: () => {
        const byte = bytes.shift();
        if (byte === undefined) throw new EndOfInput();
        return byte;
      },
      write,
      record: (pass, work) => {
        const mine = { pass, text: '' };
        recording = mine;
        work();
        recording = undefined;
        return mine.text;
      },
    },
    python,
  );
  let ended: string;
  try {
    ended = repl.run(start);
  } catch (error) {
    if (!(error instanceof EndOfInput)) throw error;
    ended = 'end of input';
  }
  return { output, ran, ended };
}

/** What a REPL that is in raw mode answers to `input`. */
function raw(input: string, program: (source: string) => Outcome = () => ({ type: 'done' })) {
  const result = converse(RAW, input, (source) => (source === '/boot.py' ? { type: 'done' } : program(source)));
  const greeting = `MPY: soft reboot\r\n${RAW_BANNER}`;
  assert.ok(result.output.startsWith(greeting), JSON.stringify(result.output));
  return { ...result, output: result.output.slice(greeting.length), ran: result.ran.slice(1) };
}

describe('SimRepl', () => {
  it('boots: boot.py, main.py, banner', () => {
    const { output, ran } = converse({ cause: 'power', mode: 'friendly' }, '');
    assert.equal(output, 'friendly banner\r\n>>> ');
    assert.deepEqual(ran, ['/boot.py', '/main.py']);
  });

  it('leaves main.py out after a soft reset from the raw REPL, and stays in it', () => {
    const { output, ran } = converse(RAW, '');
    assert.equal(output, `MPY: soft reboot\r\n${RAW_BANNER}`);
    assert.deepEqual(ran, ['/boot.py']);
  });

  it('prints the traceback of boot.py and goes on', () => {
    const { output, ran } = converse({ cause: 'soft reset', mode: 'friendly' }, '', (source) =>
      source === '/boot.py' ? { type: 'raised', traceback: 'Oops: é\n' } : { type: 'done' },
    );
    assert.equal(Buffer.from(output, 'latin1').toString(), 'MPY: soft reboot\r\nOops: é\r\nfriendly banner\r\n>>> ');
    assert.deepEqual(ran, ['/boot.py', '/main.py']);
  });

  it('restarts when main.py ends by sys.exit()', () => {
    const { ended } = converse({ cause: 'power', mode: 'friendly' }, '', (source) =>
      source === '/main.py' ? { type: 'exit' } : { type: 'done' },
    );
    assert.equal(ended, 'friendly');
  });

  it('goes to the raw REPL by Ctrl-A and back by Ctrl-B', () => {
    const { output } = converse({ cause: 'power', mode: 'friendly' }, 'x\x01\x02y');
    assert.equal(output, `friendly banner\r\n>>> x\r\n${RAW_BANNER}\r\nfriendly banner\r\n>>> y`);
  });

  it('resets by Ctrl-D in the friendly REPL', () => {
    assert.equal(converse({ cause: 'power', mode: 'friendly' }, '\x04').ended, 'friendly');
  });

  it('runs a line of the raw REPL at Ctrl-D', () => {
    const { output, ran } = raw('x = 1\r\ny\x04');
    assert.equal(output, 'OK\x04\x04>');
    assert.deepEqual(ran, ['x = 1\r\ny']);
  });

  it('tells an exception behind the output', () => {
    const { output } = raw('x\x04', () => ({ type: 'raised', traceback: 'Traceback:\nOops: é\n' }));
    assert.equal(Buffer.from(output, 'latin1').toString(), 'OK\x04Traceback:\r\nOops: é\r\n\x04>');
  });

  it('answers Ctrl-A by its banner, again and again', () => {
    assert.equal(raw('half a line\x01\x01').output, RAW_BANNER + RAW_BANNER);
  });

  it('clears the line at Ctrl-C, silently', () => {
    const { output, ran } = raw('half a line\x03y\x04');
    assert.equal(output, 'OK\x04\x04>');
    assert.deepEqual(ran, ['y']);
  });

  it('resets at Ctrl-D behind an empty line, and stays raw', () => {
    const { output, ended } = raw('junk\x03\x04');
    assert.equal(output, 'OK\r\n');
    assert.equal(ended, 'raw');
  });

  it('resets after a program that ends by sys.exit()', () => {
    const { output, ended } = raw('exit\x04', () => ({ type: 'exit' }));
    assert.equal(output, 'OK\x04\x04');
    assert.equal(ended, 'raw');
  });

  it('takes a program by raw paste, with control characters that are data there', () => {
    const { output, ran } = raw('\x05A\x01a\x01b\x02c\x05d\x04');
    assert.equal(output, 'R\x01\x80\x00\x01\x04\x04\x04>');
    assert.deepEqual(ran, ['a\x01b\x02c\x05d']);
  });

  it('gives a credit for each 128 bytes of raw paste', () => {
    const credits = (length: number) => raw(`\x05A\x01${'x'.repeat(length)}\x04`).output;
    assert.equal(credits(127), 'R\x01\x80\x00\x01\x04\x04\x04>');
    assert.equal(credits(128), 'R\x01\x80\x00\x01\x01\x04\x04\x04>');
    assert.equal(credits(300), 'R\x01\x80\x00\x01\x01\x01\x04\x04\x04>');
  });

  it('gives raw paste up at Ctrl-C', () => {
    const { output, ran } = raw('\x05A\x01half a program\x03print()\x04');
    assert.equal(output, 'R\x01\x80\x00\x01\x04\x04KeyboardInterrupt: \r\n\x04>OK\x04\x04>');
    assert.deepEqual(ran, ['print()']);
  });

  it('runs an empty raw paste without a reset', () => {
    const { output, ended } = raw('\x05A\x01\x04');
    assert.equal(output, 'R\x01\x80\x00\x01\x04\x04\x04>');
    assert.equal(ended, 'end of input');
  });

  it('refuses an offer that it does not know, and prompts again', () => {
    assert.equal(raw('\x05B\x01').output, 'R\x00>');
  });

  it('takes no offer where text stands before it', () => {
    assert.equal(raw('x\x05A\x01').output, RAW_BANNER);
  });

  it('resets after a raw paste that ends by sys.exit()', () => {
    const { output, ended } = raw('\x05A\x01x\x04', () => ({ type: 'exit' }));
    assert.equal(output, 'R\x01\x80\x00\x01\x04\x04\x04');
    assert.equal(ended, 'raw');
  });
});
