import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
// The simulated device starts a process, so what is tested is the built library.
import { Device } from '../../../dist/lib/index';

describe('two uploads that begin at the same time', () => {
  it('share the trial of the link, but not the signal of the one that began it', async () => {
    const device = await Device.open('sim:shared-start');
    try {
      await device.info();
      const data = randomBytes(100_000);
      const abort = new AbortController();
      const first = device.fs.writeFile('/first.bin', data, { signal: abort.signal });
      const second = device.fs.writeFile('/second.bin', data);
      const busy = new Promise<void>((resolve) => device.on('state', (state) => state.waiting === 0 || resolve()));
      void device.eval('1');
      await busy;
      abort.abort();
      await assert.rejects(first, { code: 'ABORTED' });
      await second;
      assert.ok((await device.fs.readFile('/second.bin')).equals(data));
    } finally {
      await device.close();
    }
  });
});
