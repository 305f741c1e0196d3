import assert from 'node:assert/strict';
import { countWire, type WireCounter } from '../bench/counting-transport';
import { readOptions } from '../bench/options';
import { formatTable, three } from '../bench/report';
import { registerResponders } from '../bench/responder-transport';
import { interleave, median, medianRatio, takeTurns, type Contender } from '../bench/rounds';
import { Device } from '../dist/lib/index';

describe('The bench', () => {
  describe('its arithmetic', () => {
    it('takes the middle value', () => {
      assert.equal(median([9, 1, 5]), 5);
      assert.equal(median([4, 1, 3, 2]), 2.5);
      assert.ok(Number.isNaN(median([])));
    });

    it('compares values of the same round', () => {
      assert.equal(medianRatio([10, 200, 30], [5, 100, 10]), 2);
    });

    it('shows three digits that count', () => {
      assert.deepEqual([1234.5, 12.345, 1.2345, 0.12345, NaN].map(three), ['1235', '12.3', '1.23', '0.123', '–']);
    });

    it('prints tables as Markdown', () => {
      const table = formatTable({ title: 'T', columns: ['', 'a'], rows: [['x', '1']], notes: ['N'] });
      assert.equal(table, '### T\n\n|   | a |\n|---|--:|\n| x | 1 |\n\nN\n');
    });

    it('refuses an option that it does not know', () => {
      assert.equal(readOptions(['--quick']).pace, 'quick');
      assert.throws(() => readOptions(['--fast']), /--fast/);
    });
  });

  describe('its rounds', () => {
    const recorder = (log: string[], name: string): Contender => ({
      name,
      open: () => Promise.resolve(void log.push(`open ${name}`)),
      close: () => Promise.resolve(void log.push(`close ${name}`)),
    });

    it('open and close the port for each turn, and begin with another one each time', async () => {
      const log: string[] = [];
      await takeTurns([recorder(log, 'a'), recorder(log, 'b')], 2, ({ name }) => Promise.resolve(log.push(name)));
      assert.equal(log.filter((entry) => entry.length === 1).join(' '), 'a b b a');
      assert.deepEqual(log.slice(0, 4), ['open a', 'a', 'close a', 'open b']);
    });

    it('leave nothing open after a failure', async () => {
      const log: string[] = [];
      const failing = interleave([recorder(log, 'a'), recorder(log, 'b')], 1, () => Promise.reject(new Error('no')));
      await assert.rejects(failing, /no/);
      assert.deepEqual(log, ['open a', 'open b', 'close a', 'close b']);
    });
  });

  describe('its count of the wire', () => {
    let wire: WireCounter;
    let unregister: () => void;
    let device: Device;
    beforeEach(async () => {
      unregister = registerResponders();
      wire = countWire();
      device = await Device.open(`${wire.prefix}responder:1`);
      await device.eval('1');
    });
    afterEach(async () => {
      await device?.close();
      wire.unregister();
      unregister();
    });

    it('has one round trip for an eval, and all of its bytes', async () => {
      const { result, count } = await wire.during(() => device.eval('1'));
      assert.equal(result, 2);
      assert.equal(count.roundTrips, 1);
      const writes = await wire.writesDuring(() => device.eval('1'));
      assert.equal(count.sent, Buffer.concat(writes).length);
      assert.equal(count.received, 'OK\x04=[2]\x04=\x04~123456789\x04\x04>'.length);
    });

    it('adds up', async () => {
      const { count } = await wire.during(async () => {
        for (let times = 0; times < 5; times++) await device.eval('1');
      });
      assert.equal(count.roundTrips, 5);
      assert.ok(wire.total.sent > count.sent);
    });
  });
});
