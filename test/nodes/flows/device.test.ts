import assert from 'node:assert/strict';
import { TestFlow, type TestMessage } from '../../support/test-flow';

/** Type of the node that a Catch node heard of. */
const sourceOf = (msg: TestMessage) => (msg.error as { source: { type: string } }).source.type;

describe('flows: micropython-device', () => {
  let flow: TestFlow;
  afterEach(() => flow.unload());

  const evalNode = { id: 'eval', type: 'micropython-eval', expression: '', expressionType: 'str' };

  it('connects on deploy when told to', async () => {
    flow = new TestFlow('sim:flows-auto');
    await flow.load([evalNode], { autoConnect: true });
    await flow.until(() => flow.device().state.status === 'ready', 'the connection');
  });

  it('waits for the first command otherwise', async () => {
    flow = new TestFlow('sim:flows-lazy');
    await flow.load([evalNode], { autoConnect: false });
    assert.equal(flow.device().state.status, 'disconnected');
    assert.equal(flow.device().state.reason, undefined);
    assert.equal((await flow.input('eval', { expression: '1' })).sent[0]?.payload, 1);
  });

  it('runs the setup code first', async () => {
    flow = new TestFlow('sim:flows-init');
    await flow.load([evalNode], { initCode: 'def double(n):\n    return 2 * n' });
    assert.equal((await flow.input('eval', { expression: 'double(21)' })).sent[0]?.payload, 42);
  });

  it('tells the Catch nodes of its users when the setup code fails', async () => {
    flow = new TestFlow('sim:flows-init-fails');
    await flow.load([evalNode], { initCode: 'import no_such_module' });
    assert.equal((await flow.input('eval', { expression: '1' })).sent[0]?.payload, 1);
    const own = flow.caught.filter((msg) => sourceOf(msg) === 'micropython-device');
    assert.equal(own.length, 1);
    assert.match((own[0]?.error as Error).message, /ImportError/);
  });

  it('is one device for two config nodes with the same address', async () => {
    flow = new TestFlow('sim:flows-shared');
    await flow.load([
      { id: 'second', type: 'micropython-device', name: 'another', address: 'sim:flows-shared' },
      { id: 'exec', type: 'micropython-exec', code: 'common = 5', device: 'second' },
      evalNode,
    ]);
    await flow.input('exec');
    assert.equal((await flow.input('eval', { expression: 'common' })).sent[0]?.payload, 5);
  });

  it('says so when two config nodes disagree about one device', async () => {
    flow = new TestFlow('sim:flows-conflict');
    await flow.load([
      { id: 'second', type: 'micropython-device', address: 'sim:flows-conflict', initCode: 'x = 1' },
      { id: 'exec', type: 'micropython-exec', code: 'print(1)', device: 'second' },
      evalNode,
    ]);
    const outcomes = [await flow.input('exec'), await flow.input('eval', { expression: '1' })];
    const errors = outcomes.flatMap(({ error }) => (error ? [error] : []));
    assert.equal(errors.length, 1);
    assert.equal(errors[0]?.code, 'INVALID_ARGUMENT');
    assert.match(errors[0]?.message ?? '', /initCode/);
  });

  for (const [address, code] of [
    ['', 'INVALID_ADDRESS'],
    ['no such thing', 'INVALID_ADDRESS'],
    ['ftp://x', 'INVALID_ADDRESS'],
    ['/dev/no-such-port', 'PORT_NOT_FOUND'],
    ['tcp://127.0.0.1:9', 'OPEN_FAILED'],
  ] as const) {
    it(`says what is wrong with the address "${address}", to the Catch node of whoever uses it`, async () => {
      flow = new TestFlow(address);
      await flow.load([evalNode]);
      for (let i = 0; i < 2; i++) {
        const { error, caught, ends } = await flow.input('eval', { expression: '1' });
        assert.equal(error?.code, code, error?.message);
        assert.equal(caught.length, 1);
        assert.equal(ends, 1);
      }
    });
  }

  it('logs once why it is not there, and leaves the Catch nodes to those who send messages', async () => {
    flow = new TestFlow('/dev/no-such-port');
    await flow.load([evalNode], { autoConnect: true });
    const warnings = () => flow.logged('warn').filter((text) => text.includes('/dev/no-such-port'));
    await flow.until(() => warnings().length > 0, 'the device to report');
    for (let i = 0; i < 3; i++) await flow.input('eval', { expression: '1' });
    assert.equal(warnings().length, 1);
    assert.deepEqual(
      flow.caught.map((msg) => sourceOf(msg)),
      ['micropython-eval', 'micropython-eval', 'micropython-eval'],
    );
  });

  it('shows its state on the nodes that use it', async () => {
    flow = new TestFlow('sim:flows-status');
    await flow.load([evalNode]);
    const statuses = flow.statuses('eval');
    const ownStatuses = flow.statuses('device');
    const shown = () => statuses.map(({ fill, shape }) => `${fill} ${shape}`);
    await flow.input('eval', { expression: '1' });
    await flow.until(() => shown().at(-1) === 'green dot', 'green');
    assert.deepEqual(shown(), ['yellow ring', 'green dot']);
    assert.deepEqual(ownStatuses, [], 'a Status node would hear of everything twice');

    const running = flow.send('eval', { expression: 'any(False for i in range(10 ** 9))' });
    await flow.until(() => shown().at(-1) === 'blue dot', 'blue');
    await flow.input('eval', { kill: true });
    await flow.outcome('eval', running);
    await flow.until(() => shown().at(-1) === 'green dot', 'green again');

    await (await flow.device().device()).disconnect();
    await flow.until(() => shown().at(-1) === 'grey ring', 'grey');
  });
});
