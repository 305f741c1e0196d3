import assert from 'node:assert/strict';
import { TransportError } from '../../../src/lib/index';
import { DistinctCauses } from '../../../src/nodes/device/distinct-causes';

describe('nodes: distinct causes', () => {
  const missing = () => new TransportError('PORT_NOT_FOUND', 'opening /dev/ttyACM0: there is no such port');

  it('calls a cause news once, until the device was there again', () => {
    const causes = new DistinctCauses();
    assert.equal(causes.isNews(missing()), true);
    assert.equal(causes.isNews(missing()), false);
    assert.equal(causes.isNews(new TransportError('PORT_BUSY', 'opening /dev/ttyACM0: busy')), true);
    assert.equal(causes.isNews(missing()), false);
    causes.reset();
    assert.equal(causes.isNews(missing()), true);
  });
});
