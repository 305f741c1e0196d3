import assert from 'node:assert/strict';
import { Device, type MicroPythonError } from '../../../src/lib/index';
import { BAD_PEERS, type BadPeerCase } from '../../support/bad-peers';
import { within } from '../../support/within';

/** The engine gives up after 10 s; the rest is a slow computer. */
const LIMIT = 15_000;

/** What a user gets to see who opens the device and asks it something. */
async function outcome({ start }: BadPeerCase): Promise<{ address: string; error: unknown }> {
  const peer = await start();
  const { address, password } = peer;
  let device: Device | undefined;
  const error = await (async () => {
    device = await Device.open(address, { password });
    await device.eval('1');
  })().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await device?.close();
  await peer.stop();
  return { address, error };
}

describe('what is no MicroPython', function () {
  this.timeout(2 * LIMIT);
  // All at the same time: those who say nothing take the whole 10 s.
  const outcomes = new Map<BadPeerCase, ReturnType<typeof outcome>>();
  before(() => {
    for (const peer of BAD_PEERS) {
      const result = within(outcome(peer), LIMIT, `the error of ${peer.name}`);
      result.catch(() => {});
      outcomes.set(peer, result);
    }
  });
  after(() => Promise.allSettled(outcomes.values()));

  for (const peer of BAD_PEERS) {
    it(`is named: ${peer.name}`, async () => {
      const { address, error } = await outcomes.get(peer)!;
      const { code, message, address: named } = (error ?? {}) as Partial<MicroPythonError>;
      assert.equal(code, peer.code, message);
      assert.match(message ?? '', peer.message);
      assert.equal(named, address);
      assert.ok(message?.includes(address), message);
    });
  }
});
