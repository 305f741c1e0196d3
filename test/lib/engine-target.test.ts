import { describeEngine } from '../support/engine-suite';

// A real board, or anything else that an address can name: TEST_TARGET=/dev/ttyACM0 npm run test:only
const address = process.env.TEST_TARGET;
if (address) {
  describeEngine(address, () => Promise.resolve({ address, stop: () => Promise.resolve() }));
} else {
  describe('engine over a real board', () => {
    it('is skipped: TEST_TARGET=<address> is not set', function () {
      this.skip();
    });
  });
}
