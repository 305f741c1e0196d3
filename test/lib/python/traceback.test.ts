import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DeviceException } from '../../../src/lib/errors';
import { parseTraceback, toDeviceException, type TracebackOptions } from '../../../src/lib/python/traceback';
import { loadWasmInterpreter } from '../../support/wasm-interpreter';

const HEADER = 'Traceback (most recent call last):\n';
const at = (line: number, name = '<module>', file = '<stdin>') => `  File "${file}", line ${line}, in ${name}\n`;

interface Expected {
  type: string;
  detail?: string;
  line?: number;
  errno?: string;
  options?: TracebackOptions;
}

describe('parseTraceback', () => {
  const table: [string, string, Expected][] = [
    ['an exception', `${HEADER}${at(3)}ValueError: text\n`, { type: 'ValueError', detail: 'text', line: 3 }],
    ['one without a text', `${HEADER}${at(1)}ValueError: \n`, { type: 'ValueError', line: 1 }],
    ['one without even a colon', `${HEADER}${at(1)}StopIteration\n`, { type: 'StopIteration', line: 1 }],
    ['CRLF line ends', `${HEADER}${at(2)}KeyError: 1\n`.replaceAll('\n', '\r\n'), { type: 'KeyError', detail: '1', line: 2 }],
    ['a text of several lines', `${HEADER}${at(4)}E: a\n  b\n\nc: d\n`, { type: 'E', detail: 'a\n  b\n\nc: d', line: 4 }],
    ['the innermost of the user’s frames', `${HEADER}${at(5)}${at(2, 'f')}${at(4, 'g')}E: x\n`, { type: 'E', detail: 'x', line: 4 }],
    ['a library’s frame below the user’s', `${HEADER}${at(5)}${at(70, 'get', 'lib/http.py')}E: x\n`, { type: 'E', detail: 'x', line: 5 }],
    ['a callback out of a library', `${HEADER}${at(5)}${at(70, 'each', 'x.py')}${at(2, 'cb')}E: x\n`, { type: 'E', detail: 'x', line: 2 }],
    ['no frame of the user’s', `${HEADER}${at(7, 'main', 'main.py')}E: x\n`, { type: 'E', detail: 'x' }],
    ['a syntax error', `${HEADER}  File "<stdin>", line 2\nSyntaxError: invalid syntax\n`, { type: 'SyntaxError', detail: 'invalid syntax', line: 2 }],
    ['a syntax error inside exec', `${HEADER}${at(3)}  File "<string>", line 1\nSyntaxError: invalid syntax\n`, { type: 'SyntaxError', detail: 'invalid syntax', line: 3 }],
    ['no traceback at all', 'KeyboardInterrupt: \r\n', { type: 'KeyboardInterrupt' }],
    ['out of memory', 'MemoryError: memory allocation failed, allocating 8 bytes\n', { type: 'MemoryError', detail: 'memory allocation failed, allocating 8 bytes' }],
    ['an exception of the user’s own without a traceback', 'Oops: 1\n', { type: 'Oops', detail: '1' }],
    ['noise in front of a traceback', `I (312) wifi: x\n${HEADER}${at(1)}E: x\n`, { type: 'E', detail: 'x', line: 1 }],
    ['noise in front of a bare exception', 'I (312) wifi: x\nMemoryError: \n', { type: 'MemoryError' }],
    ['a traceback inside the text', `${HEADER}${at(1)}E: ${HEADER}${at(99)}F: y\n`, { type: 'E', detail: `${HEADER}${at(99)}F: y`, line: 1 }],
    ['an errno', `${HEADER}${at(1)}OSError: [Errno 2] ENOENT: /x\n`, { type: 'OSError', detail: '[Errno 2] ENOENT: /x', line: 1, errno: 'ENOENT' }],
    ['a bare errno', `${HEADER}${at(1)}OSError: 28\n`, { type: 'OSError', detail: '28', line: 1, errno: 'ENOSPC' }],
    ['a bare errno of another platform', `${HEADER}${at(1)}OSError: 44\n`, { type: 'OSError', detail: '44', line: 1, errno: 'ENOENT', options: { platform: 'webassembly' } }],
    ['a repr of the user’s own', `${HEADER}${at(1)}<broken 7>\n`, { type: 'Exception', detail: '<broken 7>', line: 1 }],
    ['CircuitPython’s chain', `${HEADER}${at(2)}KeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\n${HEADER}${at(4)}ValueError: x\n`, { type: 'ValueError', detail: 'x', line: 4 }],
    ['CircuitPython in Spanish', 'Traceback (ultima llamada reciente):\n  Archivo "<stdin>", línea 6, en <module>\nTypeError: x\n', { type: 'TypeError', detail: 'x', line: 6 }],
    ['text that is no exception', 'what is this?\n', { type: 'Exception', detail: 'what is this?' }],
    ['nothing', '', { type: 'Exception' }],
    ['lines of ours in front', `${HEADER}${at(5)}E: x\n`, { type: 'E', detail: 'x', line: 3, options: { lineOffset: 2 } }],
    ['a failure in our own lines', `${HEADER}${at(1)}MemoryError: \n`, { type: 'MemoryError', options: { lineOffset: 1 } }],
    ['an open bracket, noticed behind our last line', `${HEADER}  File "<stdin>", line 5\nSyntaxError: invalid syntax\n`, { type: 'SyntaxError', detail: 'invalid syntax', line: 3, options: { lastLine: 3 } }],
    ['an interrupt behind the user’s last line', `${HEADER}${at(4)}KeyboardInterrupt: \n`, { type: 'KeyboardInterrupt', options: { lastLine: 3 } }],
    ['a function of an earlier command', `${HEADER}${at(1)}${at(50, 'f')}E: x\n`, { type: 'E', detail: 'x', line: 1, options: { lastLine: 1 } }],
  ]; // prettier-ignore
  for (const [what, stderr, { type, detail = '', line, errno, options }] of table) {
    it(`reads ${what}`, () => {
      const result = parseTraceback(stderr, options);
      assert.deepEqual([result.type, result.detail, result.line, result.errno], [type, detail, line, errno]);
    });
  }

  it('keeps what was printed, with plain line ends', () => {
    const stderr = `${HEADER}${at(1)}${at(2, 'f', 'a b.py')}E: x\n`;
    const { traceback, frames } = parseTraceback(stderr.replaceAll('\n', '\r\n'));
    assert.equal(traceback, stderr.trimEnd());
    assert.deepEqual(frames, [
      { file: '<stdin>', line: 1, name: '<module>' },
      { file: 'a b.py', line: 2, name: 'f' },
    ]);
  });

  it('counts lines as the caller does, in the printed text too, and leaves ours out', () => {
    const options = { lineOffset: 1, lastLine: 9 };
    const { traceback } = parseTraceback(`${HEADER}${at(4)}${at(3, 'f')}${at(8, 'g', 'lib.py')}E: line 4\n`, options);
    assert.equal(traceback, `${HEADER}${at(3)}${at(2, 'f')}${at(8, 'g', 'lib.py')}E: line 4`);
    assert.equal(parseTraceback(`${HEADER}${at(11)}E: x\n`, options).traceback, `${HEADER}E: x`);
  });

  it('reads an endless recursion in a moment', () => {
    const { frames, line } = parseTraceback(`${HEADER}${at(3)}${at(2, 'f').repeat(5000)}RuntimeError: deep\n`);
    assert.equal(frames.length, 5001);
    assert.equal(line, 2);
  });

  it('makes something of anything', () => {
    const piece = fc.constantFrom(
      HEADER,
      at(1),
      at(2, 'f'),
      'ValueError',
      ': ',
      '\n',
      '\r\n',
      '  File "',
      '", line ',
      'x',
      '[Errno ',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.record({ lineOffset: fc.nat(3), lastLine: fc.nat(3) }),
        (pieces, options) => {
          const { type, line } = parseTraceback(pieces.join(''), options);
          assert.match(type, /^[A-Za-z_][\w.]*$/);
          if (line !== undefined) assert.ok(line >= 1 && line <= options.lastLine);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('reads what real MicroPython prints', async () => {
    const python = await loadWasmInterpreter();
    const read = (code: string) => {
      const { type, detail, line, errno } = parseTraceback(python.run(code).stderr, { platform: 'webassembly' });
      return [type, detail, line, errno];
    };
    assert.deepEqual(read('def f():\n  1/0\n\nf()'), ['ZeroDivisionError', 'divide by zero', 2, undefined]);
    assert.deepEqual(read('x = 1\nif:\n  pass'), ['SyntaxError', 'invalid syntax', 2, undefined]);
    assert.deepEqual(read('\n\nopen("/nope")'), ['OSError', '44', 3, 'ENOENT']);
    assert.deepEqual(read('raise ValueError("a\\nb")'), ['ValueError', 'a\nb', 1, undefined]);
    assert.deepEqual(read('class E(Exception): pass\nraise E("hi", 2)'), ['E', "('hi', 2)", 2, undefined]);
    assert.deepEqual(read('raise KeyboardInterrupt'), ['KeyboardInterrupt', '', 1, undefined]);
    assert.deepEqual(read('  x = 1\n y = 2')[0], 'IndentationError');
  });
});

describe('toDeviceException', () => {
  const context = { output: 'so far\n', address: 'sim:', doing: 'running code' };

  it('says what was raised, where, while doing what, on which device', () => {
    const error = toDeviceException(`${HEADER}${at(3)}ZeroDivisionError: divide by zero\r\n`, context);
    assert.ok(error instanceof DeviceException);
    assert.equal(error.message, 'ZeroDivisionError: divide by zero (line 3), running code on sim:');
    const { type, detail, traceback, line, errno, output, address, code } = error;
    assert.deepEqual([type, detail, line, errno], ['ZeroDivisionError', 'divide by zero', 3, undefined]);
    assert.equal(traceback, `${HEADER}${at(3)}ZeroDivisionError: divide by zero`);
    assert.deepEqual([output, address, code], ['so far\n', 'sim:', 'DEVICE_EXCEPTION']);
  });

  it('has the errno as its code', () => {
    const error = toDeviceException(`${HEADER}${at(1)}OSError: 44\n`, { ...context, platform: 'webassembly' });
    assert.equal(error.code, 'ENOENT');
    assert.equal(error.errno, 'ENOENT');
  });

  it('stays on one line of bearable length', () => {
    const long = toDeviceException(`${HEADER}${at(1)}ValueError: ${'x'.repeat(5000)}\nmore\n`, context);
    assert.match(long.message, /^ValueError: x{300} … \(line 1\), running code on sim:$/);
    assert.equal(long.detail, 'x'.repeat(5000) + '\nmore');
    assert.equal(
      toDeviceException('KeyboardInterrupt: \n', context).message,
      'KeyboardInterrupt, running code on sim:',
    );
  });
});
