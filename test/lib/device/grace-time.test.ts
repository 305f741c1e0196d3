import assert from 'node:assert/strict';
import { DevicePool } from '../../../src/lib/index';
import { ScriptedDevice } from '../../support/scripted-device';
import { virtually } from '../../support/virtual-time';

describe('DevicePool: the grace time', () => {
  for (const graceMs of [2 ** 31, Infinity]) {
    it(
      `may be longer than a timer can count: ${graceMs}`,
      virtually(async (time) => {
        const board = new ScriptedDevice();
        const pool = new DevicePool({ graceMs });
        try {
          const lease = await pool.acquire(board.address);
          await lease.device.connect();
          await lease.release();
          await time.pass(60_000);
          assert.ok(board.fake.connected);
        } finally {
          await pool.close();
          board.stop();
        }
        assert.equal(board.fake.connected, false);
      }),
    );
  }

  for (const graceMs of [-1, NaN, '5']) {
    it(`is refused when it is no number of milliseconds: ${graceMs}`, () => {
      assert.throws(() => new DevicePool({ graceMs: graceMs as number }), { code: 'INVALID_ARGUMENT' });
    });
  }
});
