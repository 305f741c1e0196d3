import assert from 'node:assert/strict';
import { readAnswer } from '../../../src/lib/repl/raw-paste';

describe('readAnswer', () => {
  const cases: [string, number[] | string, { window: number; end: number } | undefined][] = [
    ['raw paste', [0x52, 1, 0x80, 0, 1], { window: 128, end: 4 }],
    ['a window of 32', [0x52, 1, 0x20, 0], { window: 32, end: 4 }],
    ['late output before it', [...Buffer.from('late R\r\n'), 0x52, 1, 0x80, 0, 1], { window: 128, end: 12 }],
    ['a refusal and its prompt', 'R\x00>', { window: 0, end: 3 }],
    ['a refusal whose prompt is still to come', 'R\x00', undefined],
    ['the banner of old firmware', 'raw REPL; CTRL-B to exit\r\n>', { window: 0, end: 27 }],
    ['half a header', [0x52, 1, 0x80], undefined],
    ['nothing that makes sense', 'Raw', undefined],
  ];
  for (const [name, bytes, expected] of cases) {
    it(`reads ${name}`, () => assert.deepEqual(readAnswer(Buffer.from(bytes as string)), expected));
  }

  it('decides as soon as the header is whole, whatever the split', () => {
    const header = Buffer.from([0x52, 1, 0x80, 0, 1]);
    for (let length = 0; length < 4; length++) assert.equal(readAnswer(header.subarray(0, length)), undefined);
    assert.deepEqual(readAnswer(header.subarray(0, 4)), { window: 128, end: 4 });
  });
});
