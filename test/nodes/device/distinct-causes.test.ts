import assert from 'node:assert/strict';
import { ProtocolError, TransportError } from '../../../src/lib/index';
import { DistinctCauses } from '../../../src/nodes/device/distinct-causes';

describe('nodes: distinct causes', () => {
  const missing = () => new TransportError('PORT_NOT_FOUND', 'opening /dev/ttyACM0: there is no such port');

  it('calls a cause news once, until the device was there again for a while', () => {
    let now = 0;
    const causes = new DistinctCauses(() => now);
    assert.equal(causes.isNews(missing()), true);
    assert.equal(causes.isNews(missing()), false);
    assert.equal(causes.isNews(new TransportError('PORT_BUSY', 'opening /dev/ttyACM0: busy')), true);
    assert.equal(causes.isNews(missing()), false);
    causes.up();
    now += 60_000;
    causes.up();
    assert.equal(causes.isNews(missing()), false, 'it is still there');
    causes.down();
    assert.equal(causes.isNews(missing()), true);
  });

  it('is not taken in by a link that breaks as soon as it is open', () => {
    let now = 0;
    const causes = new DistinctCauses(() => now);
    const lost = () => new TransportError('CONNECTION_LOST', 'the connection was lost: the other end closed it');
    let news = 0;
    for (let count = 0; count < 100; count++) {
      causes.up();
      now += 100;
      causes.down();
      if (causes.isNews(lost())) news++;
    }
    assert.equal(news, 1);
  });

  it('does not take other bytes of the same nonsense for another cause', () => {
    const causes = new DistinctCauses();
    const noise = (sent: string) => new ProtocolError('NO_RAW_REPL', `/dev/ttyUSB0 sends no text. It sent "${sent}"`);
    assert.equal(causes.isNews(noise('\\x00\\xfe')), true);
    assert.equal(causes.isNews(noise('\\xfe\\x80')), false);
  });
});
