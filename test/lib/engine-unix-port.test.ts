import { describeEngine } from '../support/engine-suite';
import { findUnixPort } from '../support/find-unix-port';
import { startUnixPort } from '../support/unix-port';

const found = findUnixPort();
if ('reason' in found) {
  describe('engine over the Unix port', () => {
    it(`is skipped: ${found.reason}`, function () {
      this.skip();
    });
  });
} else {
  describeEngine('the Unix port behind a pseudo-terminal', async () => {
    const port = await startUnixPort();
    return { address: port.path, platform: 'linux', stop: () => port.stop() };
  });
}
