import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { ignoring } from '../../../src/lib/fs/ignore';
import { candidates, planSync, type SyncEntry } from '../../../src/lib/fs/sync-plan';

const file = (path: string, size = 1): SyncEntry => ({ path, type: 'file', size });
const dir = (path: string): SyncEntry => ({ path, type: 'dir', size: 0 });

describe('planSync', () => {
  it('copies what is missing or different, and skips what is equal', () => {
    const source = [file('a', 3), file('b', 4), file('c', 5)];
    const target = [file('a', 3), file('b', 4), file('d')];
    assert.deepEqual(candidates(source, target), ['a', 'b']);
    assert.deepEqual(planSync(source, target, new Set(['a']), false), {
      makeDirs: [],
      copy: ['b', 'c'],
      skip: ['a'],
      delete: [],
      bytes: 9,
    });
  });

  it('makes folders with parents first', () => {
    const { makeDirs } = planSync([dir('x/y/z'), dir('x'), dir('x/y')], [dir('x')], new Set(), false);
    assert.deepEqual(makeDirs, ['x/y', 'x/y/z']);
  });

  it('deletes a folder as one', () => {
    const target = [dir('old'), file('old/a'), dir('old/sub'), file('old/sub/b'), file('older')];
    assert.deepEqual(planSync([], target, new Set(), true).delete, ['old', 'older']);
    assert.deepEqual(planSync([], target, new Set(), false).delete, []);
  });

  it('always deletes what is in the way', () => {
    const source = [dir('lib'), file('lib/a'), file('main')];
    const target = [file('lib'), dir('main'), file('main/x')];
    const plan = planSync(source, target, new Set(), false);
    assert.deepEqual(plan.delete, ['lib', 'main']);
    assert.deepEqual(plan.makeDirs, ['lib']);
    assert.deepEqual(plan.copy, ['lib/a', 'main']);
  });

  it('makes the target equal to the source, whatever they hold', () => {
    const trees = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(fc.integer({ min: 0, max: 2 })));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'x'), trees),
        fc.dictionary(fc.constantFrom('a', 'b', 'x'), trees),
        (one, two) => {
          const flat = (tree: Record<string, Record<string, number | null>>) =>
            Object.entries(tree).flatMap(([name, inner]) =>
              Object.keys(inner).length === 0
                ? [file(name)]
                : [
                    dir(name),
                    ...Object.entries(inner).map(([sub, size]) =>
                      size === null ? dir(`${name}/${sub}`) : file(`${name}/${sub}`, size),
                    ),
                  ],
            );
          const source = flat(one);
          const target = flat(two);
          const plan = planSync(source, target, new Set(candidates(source, target)), true);
          const result = new Map(target.map((entry) => [entry.path, entry]));
          for (const path of plan.delete) {
            for (const key of [...result.keys()]) if (key === path || key.startsWith(`${path}/`)) result.delete(key);
          }
          for (const path of plan.makeDirs) result.set(path, dir(path));
          for (const path of plan.copy)
            result.set(
              path,
              source.find((entry) => entry.path === path)!,
            );
          const sorted = (entries: Iterable<SyncEntry>) => [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
          assert.deepEqual(sorted(result.values()), sorted(source));
        },
      ),
    );
  });
});

describe('ignoring', () => {
  const cases: [pattern: string, ignored: string[], kept: string[]][] = [
    ['*.pyc', ['a.pyc', 'lib/b.pyc'], ['a.py', 'a.pyc.txt']],
    ['__pycache__', ['__pycache__', '__pycache__/x', 'lib/__pycache__/y'], ['pycache__']],
    ['__pycache__/', ['lib/__pycache__/y'], []],
    ['/build', ['build', 'build/x'], ['lib/build', 'builder']],
    ['docs/*.md', ['docs/a.md'], ['docs/sub/a.md', 'a.md', 'x/docs/a.md']],
    ['src/**/test', ['src/test', 'src/a/b/test/x'], ['src/tests', 'test']],
    ['**/x', ['x', 'a/x', 'a/b/x/y'], ['ax']],
    ['a?c', ['abc', 'd/a-c'], ['ac', 'a/c']],
    ['./main.py', ['main.py'], ['lib/main.py']],
    ['a+(b)[c]{1}$^|', ['a+(b)[c]{1}$^|'], ['aab']],
    ['  ', [], ['a', '']],
  ];
  for (const [pattern, ignored, kept] of cases) {
    it(`understands ${JSON.stringify(pattern)}`, () => {
      const test = ignoring([pattern]);
      for (const path of ignored) assert.equal(test(path), true, path);
      for (const path of kept) assert.equal(test(path), false, path);
    });
  }
});
