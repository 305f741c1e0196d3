/**
 * What the engine relies on in every transport. A transport's own test file calls
 *
 *   describeTransportContract('TcpTransport', async () => ({ transport, peer, cut, stuck, failing, dispose }));
 *
 * and gets these tests besides its own. `makeFixture` is called once a test.
 */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { CancelledError, TransportError, type TransportErrorCode } from '../../src/lib/errors';
import type { Transport } from '../../src/lib/transport/transport';
import { RecordingSink } from './recording-sink';
import { within } from './within';

/** The other end of the link, acted by the test. */
export interface TransportPeer {
  /** Sends bytes towards the transport. */
  send(bytes: Uint8Array): void | Promise<void>;
  /** All bytes that came from the transport so far, as soon as they are `count` or more. */
  receive(count: number): Promise<Buffer>;
  /** Stops reading, so that the transport's writes pile up. */
  pause?(): void;
}

export interface TransportFixture {
  /** Not yet opened; `open` succeeds. */
  transport: Transport;
  /** Absent where nobody can act the other end as a plain stream of bytes: the tests that need it are skipped. */
  peer?: TransportPeer;
  /** Breaks the link from outside: kills the server, pulls the plug. */
  cut?: () => void | Promise<void>;
  /** Makes an unopened transport whose `open` does not end by itself. */
  stuck?: () => Transport | Promise<Transport>;
  /** Makes an unopened transport whose `open` fails with `code`. */
  failing?: () =>
    { transport: Transport; code: TransportErrorCode } | Promise<{ transport: Transport; code: TransportErrorCode }>;
  /** Closes the transport if need be and stops everything that the fixture started. */
  dispose: () => Promise<void>;
}

export interface TransportContractOptions {
  /** Size of the large write in bytes; default 1 MiB. */
  bulkBytes?: number;
  /** Milliseconds for one step; default 10000. */
  stepTimeout?: number;
}

export function describeTransportContract(
  name: string,
  makeFixture: () => Promise<TransportFixture>,
  options: TransportContractOptions = {},
): void {
  const step = options.stepTimeout ?? 10_000;

  describe(`${name} keeps the transport contract`, function () {
    this.timeout(step * 4);
    let before: Map<string, number>;
    let fixture: TransportFixture;
    let sink: RecordingSink;
    let controller: AbortController;

    beforeEach(async () => {
      before = activeResources();
      fixture = await makeFixture();
      sink = new RecordingSink();
      controller = new AbortController();
    });

    afterEach(async () => {
      await fixture.transport.close();
      await fixture.dispose();
      await resourcesBackTo(before);
    });

    const open = () => within(fixture.transport.open(sink, controller.signal), step, 'open');
    const close = () => within(fixture.transport.close(), 2_000, 'close');

    /** The fixture's optional part, or a skip that says what is missing. */
    function need<K extends 'peer' | 'cut' | 'stuck' | 'failing'>(
      context: Mocha.Context,
      part: K,
    ): NonNullable<TransportFixture[K]> {
      const found = fixture[part];
      if (found === undefined) {
        console.log(`      skipped: the fixture of ${name} has no "${part}"`);
        context.skip();
      }
      return found;
    }

    /** Bytes that survive this link: all 256 values, or ASCII without control characters. */
    function pattern(length: number): Buffer {
      const bytes = Buffer.alloc(length);
      const eightBit = fixture.transport.traits.eightBit;
      for (let i = 0; i < length; i++) {
        const value = (i * 31 + (i >> 8)) & 0xff;
        bytes[i] = eightBit ? value : 0x20 + (value % 0x5f);
      }
      return bytes;
    }

    it('opens, tells its address and traits, and leaves no listener on the signal', async () => {
      assert.equal(typeof fixture.transport.address, 'string');
      await open();
      for (const trait of ['pushesBack', 'eightBit', 'rawPaste'] as const) {
        assert.equal(typeof fixture.transport.traits[trait], 'boolean', trait);
      }
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
      assert.deepEqual(sink.closings, []);
    });

    it('is not disturbed by a signal that fires after open', async () => {
      await open();
      controller.abort(new Error('too late'));
      await close();
      assert.deepEqual(sink.closings, [undefined]);
    });

    it('is opened once only', async () => {
      await open();
      await assert.rejects(within(fixture.transport.open(sink, controller.signal), step, 'second open'));
    });

    it('delivers what the peer sends, in order and unchanged', async function () {
      const peer = need(this, 'peer');
      await open();
      const start = sink.bytes.length;
      const bytes = pattern(20_000);
      for (let i = 0; i < bytes.length; i += 997) await peer.send(bytes.subarray(i, i + 997));
      assert.deepEqual((await sink.receive(start + bytes.length, step)).subarray(start), bytes);
    });

    it('keeps the order of writes that are not awaited', async function () {
      const peer = need(this, 'peer');
      await open();
      const bytes = pattern(600);
      const writes: Promise<void>[] = [];
      for (let i = 0; i < bytes.length; i += 7) writes.push(fixture.transport.write(bytes.subarray(i, i + 7)));
      await within(Promise.all(writes), step, 'the writes');
      assert.deepEqual(await within(peer.receive(bytes.length), step, 'delivery'), bytes);
    });

    it(`delivers a large write whole`, async function () {
      const peer = need(this, 'peer');
      await open();
      const bytes = pattern(options.bulkBytes ?? 1024 * 1024);
      const written = fixture.transport.write(bytes);
      const [, received] = await within(
        Promise.all([written, peer.receive(bytes.length)]),
        step * 2,
        'the large write',
      );
      assert.equal(received.length, bytes.length);
      assert.ok(received.equals(bytes), 'the bytes differ');
    });

    it('accepts an empty write', async () => {
      await open();
      await within(fixture.transport.write(new Uint8Array()), step, 'the empty write');
    });

    it('tells its own close once, without an error', async () => {
      await open();
      await close();
      assert.deepEqual(sink.closings, [undefined]);
    });

    it('may be closed twice, at once and later', async () => {
      await open();
      await Promise.all([close(), close()]);
      await close();
      assert.deepEqual(sink.closings, [undefined]);
    });

    it('may be closed without having been opened, and tells nobody', async () => {
      await close();
      await assert.rejects(open());
      assert.deepEqual(sink.closings, []);
    });

    it('gives up an open when it is closed meanwhile', async () => {
      const opening = assert.rejects(open(), TransportError);
      await close();
      await opening;
      assert.deepEqual(sink.closings, []);
    });

    it('rejects a write after close', async () => {
      await open();
      await close();
      await assert.rejects(fixture.transport.write(Buffer.from('x')), TransportError);
    });

    it('rejects a write before open', async () => {
      await assert.rejects(fixture.transport.write(Buffer.from('x')), TransportError);
    });

    it('settles pending writes and closes in time when the other end is deaf', async function () {
      const peer = need(this, 'peer');
      if (!peer.pause) {
        console.log(`      skipped: the peer of ${name} cannot stop reading`);
        return this.skip();
      }
      await open();
      peer.pause();
      const block = pattern(256 * 1024);
      // More than the operating system buffers on any link.
      const writes = Array.from({ length: 64 }, () => fixture.transport.write(block));
      const settled = Promise.allSettled(writes);
      await close();
      const results = await within(settled, step, 'the pending writes');
      const last = results.at(-1);
      assert.ok(last?.status === 'rejected', 'the last write was accepted: the link does not push back');
      assert.ok(last.reason instanceof TransportError, String(last.reason));
      assert.equal(last.reason.code, 'CONNECTION_LOST');
    });

    it('tells a broken link once, as CONNECTION_LOST, and rejects writes from then on', async function () {
      const cut = need(this, 'cut');
      await open();
      await cut();
      const error = await sink.whenClosed(step);
      assert.ok(error instanceof TransportError, String(error));
      assert.equal(error.code, 'CONNECTION_LOST');
      assert.equal(error.address, fixture.transport.address);
      await assert.rejects(fixture.transport.write(Buffer.from('x')), { code: 'CONNECTION_LOST' });
      await close();
      assert.equal(sink.closings.length, 1);
    });

    it('rejects open with the reason of the signal that fires meanwhile', async function () {
      const transport = await need(this, 'stuck')();
      const reason = new CancelledError('ABORTED', 'the test changed its mind');
      const opening = assert.rejects(transport.open(sink, controller.signal), (error) => error === reason);
      setImmediate(() => controller.abort(reason));
      await within(opening, 2_000, 'the abort');
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
      assert.deepEqual(sink.closings, []);
      await within(transport.close(), 2_000, 'close');
    });

    it('rejects open with the reason of a signal that has fired already', async () => {
      const reason = new Error('gone before it started');
      controller.abort(reason);
      await assert.rejects(open(), (error) => error === reason);
      assert.deepEqual(sink.closings, []);
    });

    it('rejects open with a code and says which device it was', async function () {
      const { transport, code } = await need(this, 'failing')();
      const opening = within(transport.open(sink, controller.signal), step, 'the failure');
      await assert.rejects(opening, (error: unknown) => {
        assert.ok(error instanceof TransportError, String(error));
        assert.equal(error.code, code);
        assert.equal(error.address, transport.address);
        assert.ok(error.message.includes(transport.address), error.message);
        return true;
      });
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
      assert.deepEqual(sink.closings, []);
      await within(transport.close(), 2_000, 'close');
    });
  });
}

function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    // Timers are mocha's own as well; immediates come and go.
    if (kind === 'Timeout' || kind === 'Immediate') continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Handles close a few turns of the event loop after the promise that announced it. */
async function resourcesBackTo(before: Map<string, number>): Promise<void> {
  const end = Date.now() + 2_000;
  for (;;) {
    const left = [...activeResources()].filter(([kind, count]) => count > (before.get(kind) ?? 0));
    if (left.length === 0) return;
    if (Date.now() > end) {
      throw new Error(
        `handles left behind: ${left.map(([kind, count]) => `${count} ${kind}, ${before.get(kind) ?? 0} before`).join('; ')}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
