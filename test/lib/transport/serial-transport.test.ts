import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { symlinkSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import sinon from 'sinon';
import { SerialTransport, type SerialTransportOptions } from '../../../src/lib/transport/serial-transport';
import { openPty, type Pty } from '../../support/pty';
import { RecordingSink } from '../../support/recording-sink';
import { describeTransportContract } from '../../support/transport-contract';
import { within } from '../../support/within';

const NO_SUCH_PORT = '/dev/ttyACM987';

/** Another program that has the port. */
async function occupy(path: string): Promise<() => Promise<void>> {
  const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
  port.on('error', () => {});
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  return () => new Promise((resolve) => port.close(() => resolve()));
}

describeTransportContract('SerialTransport', async () => {
  const pty = await openPty();
  const received: Buffer[] = [];
  let length = 0;
  let arrived = () => {};
  pty.onData((chunk) => {
    received.push(chunk);
    length += chunk.length;
    arrived();
  });
  const cleanUp = [() => pty.close()];
  return {
    transport: new SerialTransport(pty.path),
    peer: {
      send: (bytes) => pty.write(bytes),
      receive: async (count) => {
        while (length < count) await new Promise<void>((resolve) => (arrived = resolve));
        return Buffer.concat(received);
      },
      pause: () => pty.pause(),
    },
    cut: () => pty.unplug(),
    stuck: async () => {
      cleanUp.unshift(await occupy(pty.path));
      return new SerialTransport(pty.path, { lockRetryMs: 60_000 });
    },
    failing: () => ({ transport: new SerialTransport(NO_SUCH_PORT), code: 'PORT_NOT_FOUND' }),
    dispose: async () => {
      for (const step of cleanUp) await step();
    },
  };
});

describe('SerialTransport', () => {
  let pty: Pty;
  let sink: RecordingSink;
  let transport: SerialTransport | undefined;
  const signal = new AbortController().signal;

  beforeEach(async () => {
    pty = await openPty();
    sink = new RecordingSink();
  });
  afterEach(async () => {
    sinon.restore();
    await transport?.close();
    transport = undefined;
    await pty.close();
  });

  async function open(options?: SerialTransportOptions, path = pty.path): Promise<SerialTransport> {
    transport = new SerialTransport(path, options);
    await within(transport.open(sink, signal), 10_000, 'open');
    return transport;
  }

  describe('open', () => {
    it('reports a port that another program has, and what to do', async () => {
      const release = await occupy(pty.path);
      await assert.rejects(open({ lockRetryMs: 0 }), {
        name: 'TransportError',
        code: 'PORT_BUSY',
        address: pty.path,
        message: /cannot open .*in use by another program \(Thonny, mpremote/,
      });
      await release();
    });

    it('goes on trying a port that is busy, so that a redeploy does not fail', async () => {
      const release = await occupy(pty.path);
      const attempts = sinon.spy(SerialPort.prototype, 'open');
      const opening = open({ lockRetryMs: 30_000 });
      while (attempts.callCount < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await release();
      await opening;
      assert.ok(attempts.callCount > 2);
    });

    it('keeps others out', async () => {
      await open();
      await assert.rejects(occupy(pty.path), /Cannot lock port/);
    });

    it('leaves nothing behind when it is aborted while it waits for the lock', async () => {
      const release = await occupy(pty.path);
      const controller = new AbortController();
      transport = new SerialTransport(pty.path, { lockRetryMs: 30_000 });
      const opening = assert.rejects(transport.open(sink, controller.signal), /changed my mind/);
      setImmediate(() => controller.abort(new Error('changed my mind')));
      await within(opening, 2_000, 'the abort');
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
      await release();
      await (
        await occupy(pty.path)
      )();
    });

    it('lets go of a port whose open was aborted just then', async () => {
      const controller = new AbortController();
      transport = new SerialTransport(pty.path);
      const attempts = sinon.stub(SerialPort.prototype, 'open').callsFake(function (this: SerialPort, done) {
        attempts.wrappedMethod.call(this, done);
        controller.abort(new Error('changed my mind'));
      });
      await assert.rejects(transport.open(sink, controller.signal), /changed my mind/);
      sinon.restore();
      await (
        await occupy(pty.path)
      )();
    });

    it('names a path that is no port', async () => {
      transport = new SerialTransport(tmpdir());
      await assert.rejects(transport.open(sink, signal), {
        code: 'OPEN_FAILED',
        message: /it is a folder, no serial port/,
      });
    });

    it('follows links, as those of /dev/serial/by-id', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'by-id-'));
      const link = join(folder, 'usb-MicroPython_Board');
      symlinkSync(pty.path, link);
      const opened = await open({}, link);
      assert.equal(opened.address, link);
      assert.equal(opened.traits.pushesBack, true);
      rmSync(folder, { recursive: true });
    });

    it('refuses 1200 baud and what is no baud rate', () => {
      assert.throws(() => new SerialTransport('COM3', { baudRate: 1200 }), {
        name: 'ArgumentError',
        code: 'INVALID_ARGUMENT',
        message: /1200 baud for COM3: .*bootloader/,
      });
      assert.throws(() => new SerialTransport('COM3', { baudRate: Number.NaN }), { code: 'INVALID_ARGUMENT' });
    });
  });

  describe('traits', () => {
    const traits = async (identify: SerialTransportOptions['identify'], path = pty.path) =>
      (await open({ identify }, path)).traits.pushesBack;

    /** A name that does not give away that it is a pseudo-terminal. */
    async function asUart(test: (path: string) => Promise<void>): Promise<void> {
      const opens = sinon.stub(SerialPort.prototype, 'open').callsFake(function (this: SerialPort, done) {
        Object.assign(this.settings, { path: pty.path });
        opens.wrappedMethod.call(this, done);
      });
      await test('/dev/ttyUSB987');
    }

    it('a pseudo-terminal pushes back', async () => {
      assert.equal(await traits(undefined), true);
    });

    it('native USB pushes back and has no reset line', () =>
      asUart(async (path) => {
        assert.equal(await traits(() => Promise.resolve({ vendorId: '2e8a', productId: '0005' }), path), true);
        assert.equal(transport?.hardReset, undefined);
      }));

    it('a bridge does not push back, and has a reset line', () =>
      asUart(async (path) => {
        assert.equal(await traits(() => Promise.resolve({ vendorId: '10c4', productId: 'ea60' }), path), false);
        assert.equal(typeof transport?.hardReset, 'function');
      }));

    it('what is not known is treated with care', () =>
      asUart(async (path) => {
        assert.equal(await traits(() => Promise.reject(new Error('no list'))), true, 'the pseudo-terminal');
        await transport?.close();
        assert.equal(await traits(() => Promise.resolve(undefined), path), false);
        assert.equal(transport?.hardReset, undefined);
      }));
  });

  describe('lines', () => {
    const bridge = () => Promise.resolve({ vendorId: '10c4', productId: 'ea60' });

    /** The levels asked for, in order; a pseudo-terminal has none to show. */
    function spyOnLines() {
      const set = sinon.stub(SerialPort.prototype, 'set').callsFake((_levels, done) => done?.(null));
      return () => set.args.map(([{ dtr, rts }]) => `dtr ${dtr ? 1 : 0} rts ${rts ? 1 : 0}`);
    }

    it('go up together, and RTS goes down before DTR', async () => {
      const lines = spyOnLines();
      await (await open()).close();
      assert.deepEqual(lines(), ['dtr 1 rts 1', 'dtr 1 rts 0', 'dtr 0 rts 0']);
    });

    it('start at the levels of the options', async () => {
      const lines = spyOnLines();
      await (await open({ dtr: false, rts: false })).close();
      assert.deepEqual(lines(), ['dtr 0 rts 0', 'dtr 0 rts 0', 'dtr 0 rts 0']);
    });

    it('stay as they are on close with hupcl: false', async () => {
      const lines = spyOnLines();
      await (await open({ hupcl: false })).close();
      assert.deepEqual(lines(), ['dtr 1 rts 1']);
    });

    it('pulse the reset pin without touching the boot pin', async () => {
      const lines = spyOnLines();
      const opened = await open({ identify: bridge });
      await opened.hardReset?.();
      assert.deepEqual(lines(), ['dtr 1 rts 1', 'dtr 0 rts 1', 'dtr 0 rts 0', 'dtr 1 rts 1']);
    });

    it('say so when they cannot be set', async () => {
      const opened = await open({ identify: bridge });
      await assert.rejects(opened.hardReset?.() ?? Promise.resolve(), {
        code: 'CONNECTION_LOST',
        message: /RTS line failed/,
      });
    });

    it('do not keep a device that does not answer from being closed', async () => {
      const opened = await open();
      sinon.stub(SerialPort.prototype, 'set').callsFake(() => {});
      await within(opened.close(), 2_000, 'close');
      await (
        await occupy(pty.path)
      )();
    });
  });

  describe('close', () => {
    it('resolves when the port is free again', async () => {
      for (let round = 0; round < 20; round++) {
        const opened = await open({ lockRetryMs: 0 });
        await opened.close();
      }
    });

    it('settles within 2 s when the system does not close the port', async () => {
      const opened = await open();
      const close = sinon.stub(SerialPort.prototype, 'close').callsFake(() => {});
      await within(opened.close(), 2_000, 'close');
      assert.deepEqual(sink.closings, [undefined]);
      const [port] = close.thisValues as SerialPort[];
      close.restore();
      await new Promise<void>((resolve) => port?.close(() => resolve()));
    });
  });

  describe('a device that is unplugged', () => {
    it('is noticed while it sends', async () => {
      for (let round = 0; round < 10; round++) {
        await open();
        const count = sink.bytes.length;
        void pty.write(Buffer.alloc(50_000, round)).catch(() => {});
        await sink.receive(count + 1);
        pty.unplug();
        assert.match(String(await sink.whenClosed()), /CONNECTION_LOST|unplugged/);
        await transport?.close();
        await pty.close();
        pty = await openPty();
        sink = new RecordingSink();
      }
    });

    it('is noticed in the moment after it has sent its last', async () => {
      await open();
      void pty.write(Buffer.from('bye'));
      await sink.receive(3);
      pty.unplug();
      const error = await sink.whenClosed();
      assert.equal((error as { code?: string }).code, 'CONNECTION_LOST');
    });

    it('ends writes that it does not take', async () => {
      const opened = await open();
      const written = assert.rejects(opened.write(Buffer.alloc(100_000)), { code: 'CONNECTION_LOST' });
      setImmediate(() => pty.unplug());
      await within(written, 5_000, 'the rejection');
    });
  });

  it('is heard while a write waits for room', async () => {
    const opened = await open();
    const written = opened.write(Buffer.alloc(100_000));
    // The device takes nothing until what it says has been taken.
    await within(pty.write(Buffer.alloc(50_000, 'x')), 5_000, 'the output');
    await sink.receive(50_000);
    let taken = 0;
    pty.onData((chunk) => (taken += chunk.length));
    await within(written, 5_000, 'the write');
    assert.ok(taken >= 90_000, `${taken}`);
  });

  it('goes on with a write when there is room, though the device says nothing', async () => {
    const opened = await open();
    let taken = 0;
    pty.onData((chunk) => (taken += chunk.length));
    for (let round = 0; round < 50; round++) {
      // A little input at the same time: a read that starts while the write waits must not make the write wait for ever.
      const written = opened.write(Buffer.alloc(20_000));
      await pty.write(Buffer.from('.'));
      await within(written, 5_000, `write ${round}`);
    }
    await sink.receive(50);
    assert.ok(taken >= 900_000);
  });
});
