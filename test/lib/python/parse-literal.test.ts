import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseLiteral, type PythonValue } from '../../../src/lib/python/parse-literal';
import { PythonObject } from '../../../src/lib/python/python-object';
import { loadWasmInterpreter } from '../../support/wasm-interpreter';

const opaque = (repr: string) => new PythonObject(repr);

describe('parseLiteral', () => {
  const table: [string, PythonValue][] = [
    ['None', null],
    ['True', true],
    ['False', false],
    ['0', 0],
    ['-0', 0],
    ['-12', -12],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740992', -9007199254740992n],
    ['1' + '0'.repeat(400), 10n ** 400n],
    ['0.1000000015', 0.1000000015],
    ['-0.0', -0],
    ['3.0', 3],
    ['1e+300', 1e300],
    ['1.5e-07', 1.5e-7],
    ['1e16', 1e16],
    ['inf', Infinity],
    ['-inf', -Infinity],
    ['nan', NaN],
    ['-nan', NaN],
    ["''", ''],
    ['"it\'s"', "it's"],
    [
      String.raw`'\x00\x7f\u20ac\U0001f600\'\"\\\a\b\f\n\r\t\v\1\017\0007\q'`,
      '\0\x7f€😀\'"\\\x07\b\f\n\r\t\v\x01\x0f\x007\\q',
    ],
    ["'é€😀'", 'é€😀'],
    ["'a\\\nb'", 'ab'],
    [String.raw`'\ud800'`, '\ud800'],
    [String.raw`b'\x00a\'"\xff\377\n\u0041'`, Buffer.from('\0a\'"\xff\xff\n\\u0041', 'latin1')],
    ["bytearray(b'x')", Buffer.from('x')],
    ['[]', []],
    ['[1, 2]', [1, 2]],
    ['()', []],
    ['(1,)', [1]],
    ['(1, (2, [3]))', [1, [2, [3]]]],
    ['set()', []],
    ['{2, 1}', [2, 1]],
    ['{(1, 2)}', [[1, 2]]],
    ['frozenset()', []],
    ["frozenset({1, 'a'})", [1, 'a']],
    ['{}', {}],
    ["{'a': 1, 'b': {'c': None}}", { a: 1, b: { c: null } }],
    ['{1: 2, 0.5: 3, 9007199254740993: 4}', { 1: 2, '0.5': 3, '9007199254740993': 4 }],
    ["OrderedDict({'b': 1, 'a': 2})", { b: 1, a: 2 }],
    ["{None: 1, 'a': 2}", new Map<PythonValue, PythonValue>([[null, 1], ['a', 2]])], // prettier-ignore
    ['{(1, 2): True}', new Map([[[1, 2], true]])],
    ["{1: 'int', '1': 'str'}", new Map<PythonValue, PythonValue>([[1, 'int'], ['1', 'str']])], // prettier-ignore
    ['{<A>: 1}', new Map([[opaque('<A>'), 1]])],
    [' [ 1 ,\r\n 2 ] \r\n', [1, 2]],
    ['1j', opaque('1j')],
    ['[(1+2j), (nan-infj), -1j, (3, 4)]', [opaque('(1+2j)'), opaque('(nan-infj)'), opaque('-1j'), [3, 4]]],
    ['<Pin 25>', opaque('<Pin 25>')],
    ['[<Pin 1>, 2]', [opaque('<Pin 1>'), 2]],
    ['[<I2C a=[1, 2] b={}, c>, 2]', [opaque('<I2C a=[1, 2] b={}, c>'), 2]],
    ['(<bound_method 20 <A object>.<f>>, 1)', [opaque('<bound_method 20 <A object>.<f>>'), 1]],
    ["[<it's>, '>']", [opaque("<it's>"), '>']],
    ['{<A>: <B: 1>, 1: <a -> b>}', new Map<PythonValue, PythonValue>([[opaque('<A>'), opaque('<B: 1>')], [1, opaque('<a -> b>')]])], // prettier-ignore
    ["array('i', [1, 2])", opaque("array('i', [1, 2])")],
    ["[array('B', [1]), P(x=1, y=')'), 3]", [opaque("array('B', [1])"), opaque("P(x=1, y=')')"), 3]],
    ['[Ellipsis, NotImplemented, Pin.OUT]', [opaque('Ellipsis'), opaque('NotImplemented'), opaque('Pin.OUT')]],
    ['range(0, 3)', opaque('range(0, 3)')],
    ['Nonesuch(1)', opaque('Nonesuch(1)')],
    ['[infinite, bytes(1), setting()]', [opaque('infinite'), opaque('bytes(1)'), opaque('setting()')]],
  ];
  for (const [text, value] of table) {
    it(`reads ${text.length > 60 ? text.slice(0, 60) + '…' : text}`, () => {
      assert.deepEqual(parseLiteral(text), value);
    });
  }

  const unreadable = [
    ['nothing', ''],
    ['a string without an end', "'abc"],
    ['a string that ends in a backslash', "'abc\\"],
    ['half an escape', "'\\x1'"],
    ['a code point that does not exist', "'\\U00110000'"],
    ['bytes beyond a byte', "b'€'"],
    ['a list without an end', '[1, 2'],
    ['brackets that do not match', '[1, 2)'],
    ['a dict without a value', "{'a'}: 1"],
    ['a mixture of dict and set', "{'a': 1, 'b'}"],
    ['two values', '1 2'],
    ['commas only', '[,]'],
    ['angles without an end', '[<Pin 1, 2]'],
    ['prose', 'hello, world'],
    ['a minus', '-'],
    ['a call without an end', "f('a)"],
    ['a list that contains itself', '[1, [1, [1, '.repeat(3000)],
    ['10,000 nested lists', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['100,000 nested dicts', "{'a':".repeat(100_000)],
    ['a number with letters', '12abc'],
  ] as const;
  for (const [what, text] of unreadable) {
    it(`takes ${what} as an object with that text`, () => assert.deepEqual(parseLiteral(text), opaque(text)));
  }

  it('reads 200 nested lists', () => {
    const text = '['.repeat(200) + ']'.repeat(200);
    assert.equal(JSON.stringify(parseLiteral(text)), text);
  });

  it('keeps __proto__ an ordinary key', () => {
    const value = parseLiteral("{'__proto__': {'polluted': True}, 'constructor': 1}") as Record<string, unknown>;
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(value.polluted, undefined);
    assert.deepEqual(Object.getOwnPropertyDescriptor(value, '__proto__')?.value, { polluted: true });
  });

  it('never throws, whatever a device sends', () => {
    const piece = fc.constantFrom(
      ...'[](){}<>,:\'"\\ b-1.ej\n',
      'None',
      'inf',
      'set()',
      'bytearray(',
      'frozenset({',
      '\\u12',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
          fc.string(),
        ),
        (text) => {
          parseLiteral(text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes time in proportion to the text', () => {
    // Ten times the text must not take a hundred times as much of the processor.
    const texts: [string, (count: number) => string][] = [
      ['ints', (count) => `[${'12345, '.repeat(count)}1]`],
      ['strings', (count) => `['${'ab\\x00'.repeat(count)}']`],
      ['objects', (count) => `[${'<Pin 1>, P(1), '.repeat(count)}1]`],
      ['open angles', (count) => `[${'<'.repeat(count)}`],
      ['open brackets', (count) => `[${'f('.repeat(count)}`],
      ['quotes', (count) => `[${"f('".repeat(count)}`],
    ];
    for (const [what, make] of texts) {
      const [small, large] = [make(10_000), make(100_000)];
      const time = (text: string) => {
        const runs = [0, 1, 2].map(() => {
          const start = process.cpuUsage();
          parseLiteral(text);
          const { user, system } = process.cpuUsage(start);
          return user + system;
        });
        return Math.min(...runs);
      };
      time(small);
      const ratio = time(large) / Math.max(time(small), 200);
      assert.ok(ratio < 40, `${what}: ${ratio.toFixed(1)} times the work`);
    }
  });

  it('reads what real MicroPython prints of its own objects', async () => {
    const python = await loadWasmInterpreter();
    const { stdout } = python.run(`
import array, collections
P = collections.namedtuple('P', ('x', 'y'))
class A: pass
for value in (frozenset({1}), {(1, 2): 3}, collections.OrderedDict({'z': 1, 'a': 2}), P(1, 'y'), array.array('h', [-1]), bytearray(b'\\x00'),
              [int, None], 2**53, -2**64, 1e-7, 1/3, float('nan'), 1+2j, Ellipsis, ValueError('x', 1), [1, A(), lambda: 0, 2]):
    print(repr(value))
`);
    const values = stdout.trimEnd().split('\n').map(parseLiteral);
    const last = values.pop() as PythonValue[];
    assert.deepEqual(values, [
      [1],
      new Map([[[1, 2], 3]]),
      { z: 1, a: 2 },
      opaque("P(x=1, y='y')"),
      opaque("array('h', [-1])"),
      Buffer.from([0]),
      [opaque("<class 'int'>"), null],
      9007199254740992n,
      -(2n ** 64n),
      1e-7,
      1 / 3,
      NaN,
      opaque('(1+2j)'),
      opaque('Ellipsis'),
      opaque("ValueError('x', 1)"),
    ]);
    assert.equal(last.length, 4);
    assert.match((last[1] as PythonObject).repr, /^<A object at [0-9a-f]+>$/);
    assert.match((last[2] as PythonObject).repr, /^<function <lambda> at 0x[0-9a-f]+>$/);
  });
});

describe('PythonObject', () => {
  it('is its text wherever text is asked for', () => {
    const pin = parseLiteral('<Pin 25>');
    assert.ok(pin instanceof PythonObject);
    assert.equal(pin.repr, '<Pin 25>');
    assert.equal(`${pin}`, '<Pin 25>'); // eslint-disable-line @typescript-eslint/restrict-template-expressions
    assert.equal(JSON.stringify({ pin }), '{"pin":"<Pin 25>"}');
  });
});
