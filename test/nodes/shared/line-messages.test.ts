import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineSplitter, Sequence } from '../../../src/nodes/shared/line-messages';

describe('nodes: line messages', () => {
  it('gives lines as they become complete, and keeps the rest', () => {
    const lines = new LineSplitter();
    assert.deepEqual(lines.push('a\nb'), ['a']);
    assert.deepEqual(lines.push('c'), []);
    assert.deepEqual(lines.push('\n\nd'), ['bc', '']);
    assert.equal(lines.rest, 'd');
  });

  it('loses nothing, wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'ü') })), (pieces) => {
        const lines = new LineSplitter();
        const got = pieces.flatMap((piece) => lines.push(piece));
        assert.equal([...got, lines.rest].join('\n'), pieces.join(''));
      }),
    );
  });

  it('numbers the messages and tells the count on the last one', () => {
    const messages = new Sequence('id', { type: 'string', ch: '\n' }, (payload) => ({ topic: 't', payload }), {
      id: 0,
    });
    const parts = { id: 'id', type: 'string', ch: '\n', parts: { id: 0 } };
    assert.deepEqual(messages.next('a'), { topic: 't', payload: 'a', parts: { ...parts, index: 0 } });
    assert.deepEqual(messages.last('b'), {
      topic: 't',
      payload: 'b',
      parts: { ...parts, index: 1, count: 2 },
      complete: true,
    });
  });
});
