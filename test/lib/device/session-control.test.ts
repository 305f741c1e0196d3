import assert from 'node:assert/strict';
import { Device, type DeviceException } from '../../../src/lib/index';
import { codeOf, scripted, until } from '../../support/scripted';

describe('Session: control from outside', () => {
  for (const whose of ['its own', "another user's"] as const) {
    it(
      `interrupts ${whose} command, which says so and keeps what was printed`,
      scripted(async ({ board, device, time }) => {
        const other = await Device.open(board.address);
        const owner = whose === 'its own' ? device : other;
        const running = owner.exec("print('some')\nran('a')\nloop()");
        const rejected = assert.rejects(running, (error: DeviceException) => {
          assert.equal(error.type, 'KeyboardInterrupt');
          assert.equal(error.output, 'some\n');
          return true;
        });
        await until(time, () => board.times('a') === 1);
        await device.interrupt();
        await rejected;
        assert.equal(await other.eval('1'), 1);
        await other.close();
      }),
    );
  }

  it(
    'ends a program that catches some Ctrl-C, by more of them',
    scripted(async ({ board, device, time }) => {
      const running = codeOf(device.exec("ran('a')\nswallow(4)"));
      await until(time, () => board.times('a') === 1);
      await device.interrupt();
      assert.equal(await running, 'DEVICE_EXCEPTION');
      assert.equal(await device.eval('1'), 1);
    }),
  );

  it(
    'ends the command of a program that catches every Ctrl-C as interrupted, within some seconds',
    scripted(async ({ board, device, time }) => {
      const running = device.exec("print('some')\nran('a')\nswallow(100000)", { timeout: 0 });
      const rejected = assert.rejects(
        running,
        (error: DeviceException) => error.type === 'KeyboardInterrupt' && error.output === 'some\n',
      );
      await until(time, () => board.times('a') === 1);
      const began = time.now;
      await device.interrupt();
      await rejected;
      assert.ok(time.now - began < 5000, `${time.now - began} ms`);
    }),
  );

  it(
    'interrupts nothing that waits in the queue',
    scripted(async ({ board, device, time }) => {
      const first = codeOf(device.exec("ran('a')\nloop()"));
      const second = device.exec("ran('b')\nprint('b')");
      await until(time, () => board.times('a') === 1);
      await device.interrupt();
      assert.equal(await first, 'DEVICE_EXCEPTION');
      assert.equal((await second).output, 'b\n');
    }),
  );

  it(
    'restarts the chip over its lines, whatever it does, and the command hears of it',
    scripted(
      async ({ board, device, time }) => {
        const running = codeOf(device.exec("ran('a')\nswallow(100000)"));
        await until(time, () => board.times('a') === 1);
        await device.hardReset();
        assert.equal(await running, 'DEVICE_RESET');
        await device.exec("x = 'new'");
        assert.equal(await device.eval('x'), 'new');
      },
      { fake: { resetLine: true } },
    ),
  );

  it(
    'restarts the chip by machine.reset() where there are no lines, and the next command waits for it',
    scripted(async ({ board, device }) => {
      await device.exec("x = 'old'");
      await device.hardReset();
      assert.deepEqual(board.fake.commands.at(-1), 'import machine\nmachine.reset()');
      await assert.rejects(device.eval('x'), (error: DeviceException) => error.type === 'NameError');
    }),
  );

  it(
    'takes it for success that the port is gone after machine.reset()',
    scripted(async ({ board, device, time }) => {
      board.fake.on(/machine\.reset/, () => {
        setTimeout(() => board.fake.vanish(), 1);
      });
      await device.hardReset();
      await until(time, () => device.state.status === 'disconnected');
      board.fake.plugIn();
      assert.equal(await device.eval('1'), 1);
    }),
  );

  it(
    'restarts the interpreter in its turn: memory is new',
    scripted(async ({ device }) => {
      const before = device.exec("x = 'old'\nsleep(50)");
      const reset = device.softReset();
      const after = codeOf(device.eval('x'));
      await Promise.all([before, reset]);
      assert.equal(await after, 'DEVICE_EXCEPTION');
    }),
  );

  it(
    'lets go of the port for another program, and refuses commands until it is connected again',
    scripted(async ({ board, device, time }) => {
      const running = codeOf(device.exec("ran('a')\nloop()"));
      const waiting = codeOf(device.exec("ran('b')"));
      await until(time, () => board.times('a') === 1);
      await device.disconnect();
      assert.deepEqual([await running, await waiting], ['DEVICE_CLOSED', 'DEVICE_CLOSED']);
      assert.equal(board.fake.connected, false);
      await assert.rejects(device.eval('1'), /released on purpose.*connect it to go on/);
      await time.pass(60_000);
      assert.equal(board.fake.connected, false, 'nobody takes the port back by himself');
      await device.connect();
      assert.equal(await device.eval('1'), 1);
      assert.deepEqual(board.ran, ['a']);
    }),
  );

  it(
    'stays released over a redeploy of one of its users',
    scripted(async ({ board, device, time }) => {
      const other = await Device.open(board.address);
      await device.disconnect();
      await other.close();
      await time.pass(5000);
      assert.equal(board.fake.connected, false);
      assert.equal(device.state.status, 'released');
    }),
  );

  it(
    'survives disconnect and connect in any order at any time',
    scripted(async ({ board, device, time }) => {
      for (let n = 0; n < 40; n++) {
        const running = codeOf(device.exec(`ran('c${n}')\nsleep(3)`));
        const changes = [device.disconnect(), device.connect().catch(() => {})];
        if (n % 3 === 0) changes.push(device.disconnect());
        if (n % 4 === 0) await time.pass(n % 5);
        await Promise.all(changes);
        assert.ok(['resolved', 'DEVICE_CLOSED'].includes(await running), await running);
        assert.ok(board.times(`c${n}`) <= 1);
        await device.connect();
        assert.equal(await device.eval('1'), 1, `after ${n}`);
      }
      assert.equal(board.fake.opens - board.fake.closes, 1);
    }),
  );
});
