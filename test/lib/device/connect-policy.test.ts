import assert from 'node:assert/strict';
import { Device, DevicePool } from '../../../src/lib/index';
import { plugIn } from '../../support/plugged-in';
import { openPty } from '../../support/pty';
import { codeOf, until } from '../../support/scripted';
import { ScriptedDevice } from '../../support/scripted-device';
import { virtually } from '../../support/virtual-time';
import { within } from '../../support/within';
import { SerialTransport } from '../../../src/lib/transport/serial-transport';

describe('connecting', () => {
  describe('sends nothing', () => {
    it('to a serial port that is opened, and closed again', async () => {
      const pty = await openPty();
      const heard: Buffer[] = [];
      let told = () => {};
      pty.onData((bytes) => {
        heard.push(bytes);
        told();
      });
      try {
        const device = await Device.open(pty.path);
        await device.close();
        // Comes behind whatever the device was sent.
        const mark = new Promise<void>((resolve) => (told = resolve));
        const transport = new SerialTransport(pty.path);
        await transport.open({ data: () => {}, closed: () => {} }, new AbortController().signal);
        await transport.write(Buffer.from('mark'));
        await within(mark, 5_000, 'the mark');
        await transport.close();
        assert.equal(Buffer.concat(heard).toString('latin1'), 'mark');
      } finally {
        await pty.close();
      }
    });

    it(
      'to a device that is kept connected, over losses too',
      virtually(async (time) => {
        const board = new ScriptedDevice();
        const pool = new DevicePool({ graceMs: 0 });
        const { device } = await pool.acquire(board.address, { autoConnect: true });
        await until(time, () => device.state.status === 'ready');
        board.fake.vanish();
        await until(time, () => device.state.status === 'disconnected');
        board.fake.plugIn();
        await until(time, () => device.state.status === 'ready');
        await time.pass(60_000);
        await pool.close();
        assert.equal(board.fake.heard.length, 0);
        board.stop();
      }),
    );

    it(
      'until softResetOnConnect or initCode ask for it',
      virtually(async (time) => {
        for (const options of [{ softResetOnConnect: true }, { initCode: "ran('init')" }]) {
          const board = new ScriptedDevice();
          const device = await Device.open(board.address, options);
          await until(time, () => board.fake.heard.includes(4));
          await device.close();
          board.stop();
        }
      }),
    );
  });

  describe('with autoConnect', () => {
    it(
      'needs no command, neither at first nor after a loss',
      virtually(async (time) => {
        const board = new ScriptedDevice();
        board.fake.present = false;
        const pool = new DevicePool({ graceMs: 0 });
        const { device } = await pool.acquire(board.address, { autoConnect: true });
        await until(time, () => device.state.status === 'disconnected' && device.state.reason !== undefined);
        await time.pass(600_000 / 2);
        assert.equal(device.state.status, 'disconnected');
        board.fake.plugIn();
        await until(time, () => device.state.status === 'ready');
        board.fake.vanish();
        await until(time, () => device.state.status === 'disconnected');
        board.fake.plugIn();
        await until(time, () => device.state.status === 'ready');
        await pool.close();
        board.stop();
      }),
    );

    it(
      'does not fight a server that hangs up as soon as it has answered',
      virtually(async (time) => {
        const board = new ScriptedDevice();
        const pool = new DevicePool({ graceMs: 0 });
        const { device } = await pool.acquire(board.address, { autoConnect: true });
        device.on('state', ({ status }: { status: string }) => {
          if (status !== 'ready') return;
          board.fake.vanish();
          board.fake.plugIn();
        });
        await time.pass(120_000);
        await pool.close();
        board.stop();
        assert.ok(board.fake.opens > 10 && board.fake.opens <= 22, `${board.fake.opens} connections in two minutes`);
      }),
    );

    it(
      'is not for a device without it: that is opened by the first command',
      virtually(async (time) => {
        const board = new ScriptedDevice();
        const pool = new DevicePool({ graceMs: 0 });
        const { device } = await pool.acquire(board.address);
        await time.pass(60_000);
        assert.equal(board.fake.opens, 0);
        assert.equal(await device.eval('1'), 1);
        assert.equal(board.fake.opens, 1);
        await pool.close();
        board.stop();
      }),
    );
  });
});

describe('a line that echoes', () => {
  it('is refused, though MicroPython is behind it: code could be taken for its own reply', async () => {
    const board = new ScriptedDevice();
    const line = await plugIn(board.fake, { echo: true });
    const device = await Device.open(line.path);
    try {
      const error = await device.exec("print('OK')").then(
        () => assert.fail('it ran'),
        (reason: Error & { code: string }) => reason,
      );
      assert.equal(error.code, 'NO_RAW_REPL');
      assert.match(error.message, /runs MicroPython, but the line sends back all that is written to it/);
      assert.ok(!board.fake.commands.includes("print('OK')"));
      assert.equal(await codeOf(device.eval('1')), 'NO_RAW_REPL');
    } finally {
      await device.close();
      await line.unplug();
      board.stop();
    }
  });
});
