import assert from 'node:assert/strict';
import { TestFlow } from '../../support/test-flow';

describe('flows: an address from the environment', () => {
  const evalNode = { id: 'eval', type: 'micropython-eval', expression: '6 * 7', expressionType: 'str' };
  let flow: TestFlow;
  afterEach(async () => {
    delete process.env.FLOWS_ENVIRONMENT_ADDRESS;
    await flow.unload();
  });

  it('is taken when the flow starts', async () => {
    process.env.FLOWS_ENVIRONMENT_ADDRESS = 'sim:flows-environment';
    flow = new TestFlow('${FLOWS_ENVIRONMENT_ADDRESS}');
    await flow.load([evalNode]);
    const { sent, error } = await flow.input('eval');
    assert.equal(error, undefined);
    assert.equal(sent[0]?.payload, 42);
    assert.equal(flow.device().address, 'sim:flows-environment');
  });

  it('that is missing is no address, and no error before somebody uses it', async () => {
    flow = new TestFlow('${FLOWS_ENVIRONMENT_ADDRESS}');
    await flow.load([evalNode], { autoConnect: true });
    assert.equal(flow.device().state.reason, undefined);
    assert.equal((await flow.input('eval')).error?.code, 'INVALID_ADDRESS');
  });
});
