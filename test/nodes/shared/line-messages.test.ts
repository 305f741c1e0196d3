import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { NodeAPI } from 'node-red';
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
    const RED = createRequire(__filename)('@node-red/util') as Pick<NodeAPI, 'util'>;
    const msg = { _msgid: '1', topic: 't', payload: Buffer.alloc(9), parts: { id: '0', index: 0 } };
    const messages = new Sequence(RED, msg, { type: 'string', ch: '\n' });
    const first = messages.next('a');
    const { id } = first.parts as { id: string };
    const parts = { id, type: 'string', ch: '\n', parts: { id: '0', index: 0 } };
    assert.deepEqual(first, { _msgid: '1', topic: 't', payload: 'a', parts: { ...parts, index: 0 } });
    assert.deepEqual(messages.last('b'), {
      _msgid: '1',
      topic: 't',
      payload: 'b',
      parts: { ...parts, index: 1, count: 2 },
      complete: true,
    });
  });
});
