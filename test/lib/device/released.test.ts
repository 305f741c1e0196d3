import assert from 'node:assert/strict';
import { scripted } from '../../support/scripted';

describe('Device: let go of, so that another program may use the port', () => {
  for (const [name, what] of [
    ['interrupt', 'Ctrl-C'],
    ['hardReset', 'a reset'],
  ] as const) {
    it(
      `is not taken back by ${what}`,
      scripted(async ({ board, device }) => {
        await device.eval('1');
        await device.disconnect();
        const { opens } = board.fake;
        await assert.rejects(device[name](), { code: 'DEVICE_CLOSED', message: /released on purpose/ });
        assert.equal(board.fake.opens, opens);
        assert.equal(device.state.status, 'released');
        await device.connect();
        assert.equal(await device.eval('2'), 2);
      }),
    );
  }

  it(
    'is open when connect resolves, though it was called while the port was let go of',
    scripted(async ({ board, device }) => {
      await device.eval('1');
      await Promise.all([device.disconnect(), device.disconnect(), device.connect()]);
      assert.equal(device.state.status, 'ready');
      assert.ok(board.fake.connected);
      assert.equal(await device.eval('2'), 2);
    }),
  );
});
