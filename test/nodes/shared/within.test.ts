import assert from 'node:assert/strict';
import sinon from 'sinon';
import { within } from '../../../src/nodes/shared/within';

describe('nodes: within', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => (clock = sinon.useFakeTimers()));
  afterEach(() => clock.restore());

  it('ends with the work, whether it succeeds or not, and leaves no timer', async () => {
    await within(Promise.resolve(1), 2000);
    await within(Promise.reject(new Error('no')), 2000);
    assert.equal(clock.countTimers(), 0);
  });

  it('ends without the work when it takes too long', async () => {
    const closing = within(new Promise(() => undefined), 2000);
    let ended = false;
    void closing.then(() => (ended = true));
    await clock.tickAsync(1999);
    assert.equal(ended, false);
    await clock.tickAsync(1);
    assert.equal(ended, true);
  });
});
