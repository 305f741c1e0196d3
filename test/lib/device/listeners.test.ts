import assert from 'node:assert/strict';
import type { DeviceState } from '../../../src/lib/index';
import { scripted } from '../../support/scripted';

describe('Device: listeners', () => {
  it(
    'one that throws keeps the event from nobody',
    scripted(async ({ device }) => {
      const heard: string[] = [];
      device.on('state', () => {
        throw new Error('a mistake in a listener');
      });
      device.once('state', ({ status }: DeviceState) => heard.push(`once ${status}`));
      device.on('state', ({ status }: DeviceState) => heard.push(status));
      assert.equal(await device.eval('1'), 1);
      assert.deepEqual(heard.slice(0, 2), ['once running', 'running']);
      assert.equal(heard.filter((word) => word.startsWith('once')).length, 1);
    }),
  );

  it(
    'may begin commands, and all hear the states in their order',
    scripted(async ({ device }) => {
      const begun: Promise<unknown>[] = [];
      const first: DeviceState[] = [];
      const second: DeviceState[] = [];
      device.on('state', (state: DeviceState) => {
        first.push(state);
        // The state changes at once, while this one is being told.
        if (begun.length < 5) begun.push(device.eval('2'));
      });
      device.on('state', (state: DeviceState) => second.push(state));
      assert.equal(await device.eval('1'), 1);
      assert.deepEqual(await Promise.all(begun), [2, 2, 2, 2, 2]);
      assert.deepEqual(second, first);
      assert.equal(second.at(-1), device.state);
    }),
  );

  it(
    'may close the device',
    scripted(async ({ device }) => {
      device.on('state', ({ status }: DeviceState) => {
        if (status === 'running') void device.close();
      });
      await assert.rejects(device.exec('loop()'), { code: 'DEVICE_CLOSED' });
    }),
  );
});
