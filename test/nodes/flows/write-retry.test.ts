import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { TestFlow } from '../../support/test-flow';

const { SimDevice } = createRequire(__filename)('../../../dist/lib/sim/sim-device.js') as {
  SimDevice: { switchOff(name: string): void };
};

describe('flows: micropython-write and a lost connection', () => {
  const content = Buffer.alloc(2_000_000, 'all or nothing ');

  for (const retry of [true, false]) {
    it(retry ? 'writes again when told to' : 'ends in one error otherwise', async () => {
      const name = `flows-write-retry-${String(retry)}`;
      const flow = new TestFlow(`sim:${name}`);
      try {
        await flow.load([
          { id: 'write', type: 'micropython-write', path: '/big.bin', pathType: 'str', mode: 'overwrite', retry },
          { id: 'eval', type: 'micropython-eval', expression: '__import__("os").stat("/big.bin")[6]' },
        ]);
        const statuses = flow.statuses('write');
        const written = flow.send('write', { payload: content });
        await flow.until(() => statuses.some(({ fill }) => fill === 'blue'), 'the node to work');
        SimDevice.switchOff(name);
        const { error, ends } = await flow.outcome('write', written);
        assert.equal(ends, 1);
        if (!retry) return assert.equal(error?.code, 'CONNECTION_LOST');
        assert.equal(error, undefined);
        assert.equal((await flow.input('eval')).sent[0]?.payload, content.length);
      } finally {
        await flow.unload();
      }
    });
  }
});
