import assert from 'node:assert/strict';
import { BAD_PEERS, type BadPeer } from '../../support/bad-peers';
import { TestFlow, type Outcome } from '../../support/test-flow';

/** Each at a device node of its own, with a node that asks it something, and one Catch node for all. */
describe('flows: what is no MicroPython', function () {
  this.timeout(30_000);
  const flow = new TestFlow('sim:flows-bad-peers');
  const peers: BadPeer[] = [];
  const outcomes: Promise<Outcome>[] = [];

  before(async () => {
    for (const { start } of BAD_PEERS) peers.push(await start());
    const devices = peers.map(({ address }, i) => ({ id: `device-${i}`, type: 'micropython-device', address }));
    const evals = peers.map((_peer, i) => ({
      id: `eval-${i}`,
      type: 'micropython-eval',
      device: `device-${i}`,
      expression: '1',
      expressionType: 'str',
    }));
    const passwords = peers.map(({ password }, i) => [`device-${i}`, password === undefined ? {} : { password }]);
    await flow.load([...devices, ...evals], {}, Object.fromEntries(passwords) as object);
    // All at the same time: those who say nothing take the whole 10 s.
    for (const { id } of evals) outcomes.push(flow.input(id));
    for (const outcome of outcomes) outcome.catch(() => {});
  });
  after(async () => {
    await Promise.allSettled(outcomes);
    await flow.unload();
    for (const { stop } of peers) await stop();
  });

  BAD_PEERS.forEach(({ name, code, message }, i) => {
    it(`is named to the Catch node: ${name}`, async () => {
      const { error, caught, sent, ends } = await outcomes[i]!;
      assert.equal(error?.code, code, error?.message);
      assert.equal(caught.length, 1);
      const details = caught[0]?.errorDetails as { code: string; message: string; device: string };
      assert.equal(details.code, code);
      assert.match(details.message, message);
      assert.equal(details.device, peers[i]?.address);
      assert.equal(sent.length, 0);
      assert.equal(ends, 1);
      if (code !== 'CONNECTION_LOST') assert.equal(flow.device(`device-${i}`).state.status, 'disconnected');
    });
  });
});
