import assert from 'node:assert/strict';
import { checkCode, withAssignments } from '../../../src/lib/device/compose';

describe('withAssignments', () => {
  const cases: [string, string, string[]][] = [
    ['a statement', 'print(a)\n1/0', ['a=1;print(a)\n1/0']],
    ['a comment', '# hello\nprint(a)', ['a=1 # hello\nprint(a)']],
    ['an empty line', '\nfor i in a: pass', ['a=1 \nfor i in a: pass']],
    ['nothing', '', ['a=1 ']],
    ['a loop', 'for i in a:\n  pass', ['a=1', 'for i in a:\n  pass']],
    ['a decorator', '@micropython.native\ndef f(): pass', ['a=1', '@micropython.native\ndef f(): pass']],
    ['an indented line, which stays an error', ' print(a)', ['a=1', ' print(a)']],
    ['a name that begins like a keyword', 'format(a)', ['a=1;format(a)']],
    ['an async function', 'async def f(): pass', ['a=1', 'async def f(): pass']],
  ];
  for (const [name, code, expected] of cases) {
    it(`keeps the line numbers of code that begins with ${name}`, () => {
      const commands = withAssignments(code, 'a=1');
      assert.deepEqual(commands, expected);
      assert.equal(commands.at(-1)!.split('\n').length, code.split('\n').length);
    });
  }

  it('leaves code without arguments alone', () => assert.deepEqual(withAssignments('x', ''), ['x']));
});

describe('checkCode', () => {
  it('gives every line the end that Python expects', () => {
    assert.equal(checkCode('a\r\nb\rc\n', 'code', 'sim:'), 'a\nb\nc\n');
  });

  it('leaves out a byte order mark', () => {
    assert.equal(checkCode("\ufeffprint('\ufeff')", 'code', 'sim:'), "print('\ufeff')");
  });

  it('refuses a control character that the REPL would act upon, and says where', () => {
    assert.throws(() => checkCode('a\nb = "\x04"', 'code', 'sim:'), /code for sim: .* 0x04 in line 2.*\\x04/);
  });

  it('refuses what is no text', () => {
    assert.throws(() => checkCode(7, 'expression', 'sim:'), { code: 'INVALID_ARGUMENT' });
  });
});
