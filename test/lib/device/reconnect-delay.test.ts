import assert from 'node:assert/strict';
import fc from 'fast-check';
import { reconnectDelay } from '../../../src/lib/device/reconnect-delay';

describe('reconnectDelay', () => {
  const middle = () => 0.5;

  it('doubles from 250 ms to 10 s and stays there', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempt) => reconnectDelay(attempt, middle));
    assert.deepEqual(delays, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  });

  it('spreads by 20 percent either way', () => {
    assert.equal(
      reconnectDelay(1, () => 0),
      200,
    );
    assert.equal(
      reconnectDelay(3, () => 1),
      1200,
    );
  });

  it('is a whole number of milliseconds that a timer takes, whatever the count', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0 }), random, (attempt, value) => {
        const delay = reconnectDelay(attempt, () => value);
        assert.ok(Number.isInteger(delay) && delay >= 200 && delay <= 12_000, `${delay} ms`);
      }),
    );
  });

  it('needs no source of randomness', () => {
    const delay = reconnectDelay(1);
    assert.ok(delay >= 200 && delay <= 300);
  });
});
