import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { ArgumentError } from '../../../src/lib/errors';
import { assignments, toLiteral } from '../../../src/lib/python/literal';
import { parseLiteral } from '../../../src/lib/python/parse-literal';
import { PythonObject } from '../../../src/lib/python/python-object';
import { loadWasmInterpreter, type WasmInterpreter } from '../../support/wasm-interpreter';

function refusal(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof ArgumentError);
    assert.equal(error.code, 'INVALID_ARGUMENT');
    assert.match(error.message, pattern);
    return true;
  };
}

describe('toLiteral', () => {
  const table: [unknown, string][] = [
    [null, 'None'],
    [undefined, 'None'],
    [true, 'True'],
    [false, 'False'],
    [0, '0'],
    [-7, '-7'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [2 ** 60, '1152921504606847000.0'],
    [1e21, '1e+21'],
    [0.1, '0.1'],
    [-0, '-0.0'],
    [5e-324, '5e-324'],
    [Infinity, '1e999'],
    [-Infinity, '-1e999'],
    [NaN, '(1e999-1e999)'],
    [2n ** 70n, '1180591620717411303424'],
    ['', "''"],
    ['it\'s "x"\\', "'it\\'s \"x\"\\\\'"],
    ['\0\t\n\r\x04\x7f\x80é€😀', "'\\x00\\t\\n\\r\\x04\\x7f\\x80\\xe9\\u20ac\\U0001f600'"],
    ['\ud800', "'\\ud800'"],
    [Buffer.from("a'\\\0\n\xff", 'latin1'), "b'a\\'\\\\\\x00\\n\\xff'"],
    [new Uint8Array([1, 2]).buffer, "b'\\x01\\x02'"],
    [[], '[]'],
    [[1, [2]], '[1,[2]]'],
    [new Set(), '({0}-{0})'],
    [new Set([1, [2], [3, 4], []]), '{1,(2,),(3,4),()}'],
    [{}, '{}'],
    [Object.create(null), '{}'],
    [{ a: 1, 'b c': null }, "{'a':1,'b c':None}"],
    [new Map<unknown, unknown>([[1, 'x'], [[2, [3]], true]]), "{1:'x',(2,(3,)):True}"], // prettier-ignore
  ];
  for (const [value, expected] of table) {
    it(`writes ${expected}`, () => assert.equal(toLiteral(value), expected));
  }

  it('takes values out of another realm, such as those of a function node', () => {
    const value: unknown = runInNewContext(
      '({ list: [1], map: new Map([["k", 2]]), set: new Set([3]), bytes: new Uint8Array([4]) })',
    );
    assert.equal(toLiteral(value), "{'list':[1],'map':{'k':2},'set':{3},'bytes':b'\\x04'}");
    assert.equal(assignments(runInNewContext('({ a: 1 })') as Record<string, unknown>), 'a=1');
  });

  const cyclic: Record<string, unknown> = { list: [1] };
  (cyclic.list as unknown[]).push({ back: cyclic });
  class Point {}
  const refused: [string, unknown, RegExp][] = [
    ['a function', { pin: [1, 2, () => 1] }, /^value\.pin\[2\] is a function/],
    ['a symbol', Symbol('x'), /^value is a symbol/],
    ['an instance of a class', { 'my pin': new Point() }, /^value\["my pin"\] is an instance of Point/],
    ['a Date', [new Date()], /^value\[0\] is an instance of Date.*toISOString/],
    ['numbers in a typed array', new Float32Array(2), /Float32Array.*Array\.from/],
    ['an object known only by its text', new PythonObject('<Pin 1>'), /PythonObject.*only its text/],
    ['a value that contains itself', cyclic, /^value\.list\[1\]\.back contains itself/],
    ['what Python cannot hash, in a set', new Set([[{}]]), /^value\[0\]\[0\] is a plain object.*dict key or set item/],
    ['what Python cannot hash, as a key', new Map([[new Map(), 1]]), /^value\[an instance of Map\] \(key\) is an/],
    ['a boxed number', Object(1), /an instance of Number/],
    ['a promise', { a: Promise.resolve() }, /^value\.a is an instance of Promise/],
  ];
  for (const [what, value, pattern] of refused) {
    it(`refuses ${what} and names its place`, () => assert.throws(() => toLiteral(value), refusal(pattern)));
  }

  it('takes the same object twice, side by side', () => {
    const shared = [1];
    assert.equal(toLiteral([shared, shared]), '[[1],[1]]');
  });

  it('takes 64 levels and refuses more', () => {
    const nested = (levels: number) => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = [value];
      return value;
    };
    assert.equal(toLiteral(nested(64)), '['.repeat(64) + '1' + ']'.repeat(64));
    assert.throws(() => toLiteral(nested(65)), refusal(/deeper than 64 levels/));
    assert.throws(() => toLiteral(nested(100_000)), refusal(/deeper than 64 levels/));
  });

  it('writes printable ASCII on one line, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything({ withMap: true, withSet: true, withBigInt: true, maxDepth: 4 }), (value) => {
        let text: string;
        try {
          text = toLiteral(value);
        } catch (error) {
          assert.ok(error instanceof ArgumentError);
          return;
        }
        assert.match(text, /^[ -~]*$/);
      }),
    );
  });
});

describe('assignments', () => {
  it('puts all on one line, in order', () => {
    assert.equal(assignments({ a: 1, _b2: 'x\n', c: undefined }), "a=1;_b2='x\\n         '[:2];c=None");
    assert.equal(assignments({}), '');
  });

  for (const name of [
    '',
    '1a',
    'a b',
    'a-b',
    'lambda',
    'None',
    'await',
    '__debug__',
    'a=1;b',
    'é',
    'a\n',
    'print(1)',
  ]) {
    it(`refuses ${JSON.stringify(name)} as a name`, () => {
      assert.throws(() => assignments({ [name]: 1 }), refusal(/no name for a Python variable/));
    });
  }

  it('reads own properties only', () => {
    assert.throws(() => assignments({ __proto__: { os: 1 } }), refusal(/plain object/));
    assert.equal(assignments(JSON.parse('{"__proto__": {"a": 1}}') as Record<string, unknown>), "__proto__={'a':1}");
    assert.equal(assignments(Object.create(null, { hidden: { value: 1 } }) as Record<string, unknown>), '');
  });

  it('refuses what is no object of names and values', () => {
    for (const args of [null, [1], 'a', new Map([['a', 1]]), 7]) {
      assert.throws(
        () => assignments(args as unknown as Record<string, unknown>),
        refusal(/args must be a plain object/),
      );
    }
  });

  it('names the argument at fault', () => {
    assert.throws(() => assignments({ pin: { mode: [0, Symbol('x')] } }), refusal(/^args\.pin\.mode\[1\] is a symbol/));
  });
});

describe('literals in real MicroPython', function () {
  let python: WasmInterpreter;
  before(async () => {
    python = await loadWasmInterpreter();
  });
  const ask = (code: string) => {
    const { stdout, stderr } = python.run(code);
    assert.equal(stderr, '');
    return parseLiteral(stdout.replace(/\r?\n$/, ''));
  };

  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const key = text.filter((name) => name !== '__proto__');
  const { value } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.bigInt().filter((number) => !Number.isSafeInteger(Number(number))),
      fc.double(),
      text,
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    dict: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('list'), tie('dict')),
  }));

  it('come back from repr as they were', () => {
    fc.assert(
      fc.property(value, (sent) => {
        const received = ask(`print(repr(${toLiteral(sent)}))`);
        assert.deepEqual(received, sent);
      }),
      { numRuns: 300 },
    );
  });

  it('are what they say, told by other means than repr', () => {
    // An oracle that shares no code with what it checks: code points and bytes as numbers.
    fc.assert(
      fc.property(text, fc.uint8Array({ maxLength: 40 }), (string, bytes) => {
        const received = ask(`print([[ord(c) for c in ${toLiteral(string)}], list(${toLiteral(bytes)})])`);
        const codePoints = Array.from(string, (char) => char.codePointAt(0));
        assert.deepEqual(received, [codePoints, [...bytes]]);
      }),
      { numRuns: 200 },
    );
  });

  it('hold sets, maps with any keys, and the special floats', () => {
    assert.deepEqual(
      ask(`x=${toLiteral(new Set([1, 'a', [2]]))}\nprint(len(x), type(x)==set)`),
      new PythonObject('3 True'),
    );
    assert.deepEqual(ask(`print(type(${toLiteral(new Set())})==set)`), true);
    const map = new Map<unknown, unknown>([[[1, 2], 'tuple'], [null, 'none']]); // prettier-ignore
    assert.deepEqual(ask(`print(repr(${toLiteral(map)}))`), map);
    assert.deepEqual(ask(`print([${toLiteral([Infinity, -Infinity, NaN, -0]).slice(1, -1)}])`), [
      Infinity,
      -Infinity,
      NaN,
      -0,
    ]);
  });

  it('do not depend on names that a program has taken', () => {
    const { stderr } = python.run('float = set = bytes = dict = None');
    assert.equal(stderr, '');
    assert.deepEqual(
      ask(`print(repr([${[NaN, new Set(), Buffer.from('x')].map((each) => toLiteral(each)).join()}]))`),
      [NaN, [], Buffer.from('x')],
    );
    python.run('del float, set, bytes, dict');
  });

  it('arrive as variables', () => {
    const args = { pin: 25, name: "it's\n\u{1f600}", on: true, data: Buffer.from([0, 255]) };
    assert.deepEqual(ask(`${assignments(args)};print(repr([pin,name,on,data]))`), Object.values(args));
  });

  it('work at the deepest nesting that is allowed', () => {
    let deep: unknown = [];
    for (let level = 0; level < 63; level++) deep = [deep];
    assert.deepEqual(ask(`print(repr(${toLiteral(deep)}))`), deep);
  });
});
