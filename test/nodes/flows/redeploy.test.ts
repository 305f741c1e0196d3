import assert from 'node:assert/strict';
import { TestFlow } from '../../support/test-flow';

const FOREVER = 'while True:\n    pass';

/** Nodes that work, and one whose command would run for ever. */
const nodes = [
  { id: 'exec', type: 'micropython-exec', code: '', mode: 'collect', timeout: '60' },
  { id: 'eval', type: 'micropython-eval', expression: '', expressionType: 'str' },
];

async function value(flow: TestFlow, expression: string): Promise<unknown> {
  const { sent, error } = await flow.input('eval', { expression });
  if (error) throw error;
  return sent[0]?.payload;
}

describe('flows: redeploy', () => {
  const flow = new TestFlow('sim:flows-redeploy');
  before(() => flow.load(nodes, { autoConnect: true }));
  after(() => flow.unload());

  for (const type of ['full', 'flows', 'nodes'] as const) {
    it(`does not hang a "${type}" deploy while a command runs, and ends its input`, async () => {
      const running = flow.send('exec', { code: FOREVER });
      const waiting = flow.send('exec', { code: 'print(1)' });
      await flow.until(() => flow.device().state.status === 'running', 'the command to run');
      const started = Date.now();
      await flow.deploy(type, { exec: { name: `changed for ${type} ${Date.now()}` } });
      assert.ok(Date.now() - started < 2000, `the deploy took ${Date.now() - started} ms`);
      for (const id of [running, waiting]) {
        const { error, ends } = await flow.outcome('exec', id);
        assert.ok(['ABORTED', 'DEVICE_CLOSED'].includes(error?.code ?? ''), error?.code);
        assert.match(error?.message ?? '', /deployed or stopped|closed/);
        assert.equal(ends, 1);
      }
      assert.equal(await value(flow, '6 * 7'), 42);
    });
  }

  it('keeps the device as it was over a full deploy', async () => {
    await flow.input('exec', { code: 'kept = "still here"' });
    await flow.deploy('full');
    assert.equal(await value(flow, 'kept'), 'still here');
  });

  it('keeps the device as it was when its node is renamed', async () => {
    await flow.input('exec', { code: 'kept = "renamed"' });
    await flow.deploy('nodes', { device: { name: 'another name' } });
    assert.equal(await value(flow, 'kept'), 'renamed');
  });

  it('takes new settings of the device', async () => {
    await flow.deploy('nodes', { device: { initCode: 'from_settings = 5' } });
    assert.equal(await value(flow, 'from_settings'), 5);
  });

  it('goes to another device when the address changes', async () => {
    await flow.input('exec', { code: 'kept = 1' });
    await flow.deploy('nodes', { device: { address: 'sim:flows-redeploy-other' } });
    const { error } = await flow.input('eval', { expression: 'kept' });
    assert.match(error?.message ?? '', /NameError/);
  });
});
