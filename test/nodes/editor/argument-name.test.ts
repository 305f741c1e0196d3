import assert from 'node:assert/strict';
import { nameProblem } from '../../../src/nodes/editor/argument-name';

describe('nameProblem', () => {
  const cases: [string, string[], ReturnType<typeof nameProblem>][] = [
    ['pin', [], undefined],
    ['_x9', ['pin'], undefined],
    ['print', [], undefined],
    ['', [], 'name-blank'],
    ['9x', [], 'name-form'],
    ['my-pin', [], 'name-form'],
    ['a b', [], 'name-form'],
    ['größe', [], 'name-form'],
    ['x\n', [], 'name-form'],
    ['class', [], 'name-keyword'],
    ['None', [], 'name-keyword'],
    ['__debug__', [], 'name-keyword'],
    ['pin', ['led', 'pin'], 'name-twice'],
  ];
  for (const [name, others, problem] of cases) {
    it(`${JSON.stringify(name)} beside ${JSON.stringify(others)}: ${problem ?? 'fine'}`, () => {
      assert.equal(nameProblem(name, others), problem);
    });
  }
});
