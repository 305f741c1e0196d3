import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteRing } from '../../../src/lib/sim/byte-ring';

describe('ByteRing', () => {
  const ring = (capacity: number) => new ByteRing(ByteRing.allocate(capacity));

  it('gives back what was put in, in order, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.integer({ min: 1, max: 16 }), (chunks, limit) => {
        const bytes = ring(16);
        const expected = Buffer.concat(chunks);
        const received: number[] = [];
        for (const chunk of chunks) {
          for (let rest = chunk; rest.length > 0;) {
            rest = rest.subarray(bytes.write(rest));
            received.push(...bytes.read(limit));
          }
        }
        for (let byte = bytes.readByte(); byte >= 0; byte = bytes.readByte()) received.push(byte);
        assert.deepEqual(Buffer.from(received), expected);
        assert.equal(bytes.length, 0);
      }),
    );
  });

  it('takes no more than fits', () => {
    const bytes = ring(8);
    assert.equal(bytes.write(new Uint8Array(10)), 8);
    assert.equal(bytes.space, 0);
    assert.equal(bytes.write(new Uint8Array(1)), 0);
  });

  it('is the same ring in another thread: nothing is kept outside the shared memory', () => {
    const memory = ByteRing.allocate(8);
    new ByteRing(memory).write(Buffer.from('abc'));
    assert.deepEqual(Buffer.from(new ByteRing(memory).read(9)), Buffer.from('abc'));
  });

  it('forgets everything before a position, but never what was written later', () => {
    const bytes = ring(8);
    bytes.write(Buffer.from('ab\x03cd'));
    const position = bytes.positionBehindLast(3);
    assert.ok(position !== undefined);
    bytes.discardUntil(position);
    assert.equal(Buffer.from(bytes.read(9)).toString(), 'cd');
    bytes.write(Buffer.from('ef'));
    bytes.discardUntil(position);
    assert.equal(Buffer.from(bytes.read(9)).toString(), 'ef');
    assert.equal(bytes.positionBehindLast(3), undefined);
  });

  it('refuses a capacity that is no power of two', () => {
    assert.throws(() => ring(12), RangeError);
  });
});
