import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sinon from 'sinon';
import { SerialPort } from 'serialport';
import { DevicePool, type Device, type DeviceOptions, type PortInfo } from '../../../src/lib/index';
import { plugIn, type PluggedIn } from '../../support/plugged-in';
import { codeOf } from '../../support/scripted';
import { ScriptedDevice } from '../../support/scripted-device';
import { within } from '../../support/within';

const SERIAL = 'e66118c4e3';

describe('one device by several names', function () {
  this.timeout(20_000);
  let folder: string;
  let board: ScriptedDevice;
  let ports: PortInfo[];
  let lists: number;
  let pool: DevicePool;
  let opens: sinon.SinonSpy;
  const cables: PluggedIn[] = [];
  /** A path that leads nowhere until the device is plugged in, as those of /dev/serial/by-id. */
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ports-'));
    path = join(folder, 'ttyACM0');
    board = new ScriptedDevice();
    ports = [];
    lists = 0;
    const listPorts = () => {
      lists++;
      return Promise.resolve(ports);
    };
    pool = new DevicePool({ graceMs: 0 }, { listPorts });
    opens = sinon.spy(SerialPort.prototype, 'open');
  });
  afterEach(async () => {
    await pool.close();
    for (const cable of cables.splice(0)) await cable.unplug();
    board.stop();
    sinon.restore();
    rmSync(folder, { recursive: true });
  });

  async function plug(serialNumber: string | undefined, link = path): Promise<PluggedIn> {
    const cable = await plugIn(board.fake);
    cables.push(cable);
    symlinkSync(cable.path, link);
    ports = [{ path: cable.path, vendorId: '2e8a', productId: '0005', serialNumber, likelyMicroPython: true }];
    return cable;
  }

  async function pull(cable: PluggedIn, link = path): Promise<void> {
    ports = [];
    unlinkSync(link);
    await cable.unplug();
    cables.splice(cables.indexOf(cable), 1);
  }

  const acquire = async (address: string, options?: DeviceOptions): Promise<Device> =>
    (await pool.acquire(address, options)).device;

  const status = (device: Device, wanted: string): Promise<void> =>
    within(
      new Promise((resolve) => {
        const look = () => device.state.status === wanted && resolve();
        device.on('state', look);
        look();
      }),
      10_000,
      `the state ${wanted}`,
    );

  it('is one session, though nobody knew when it was absent', async () => {
    const first = await acquire(`id:${SERIAL}`);
    const second = await acquire(path);
    assert.equal(await codeOf(first.eval('1')), 'PORT_NOT_FOUND');
    assert.equal(await codeOf(second.eval('1')), 'PORT_NOT_FOUND');
    await plug(SERIAL);
    opens.resetHistory();

    assert.equal(await first.eval('1'), 1);
    const results = await Promise.all([second.exec("ran('a')"), second.exec("ran('b')"), second.exec("ran('c')")]);
    assert.equal(results.length, 3);
    assert.deepEqual(board.ran, ['a', 'b', 'c'], 'commands that waited kept their order');
    assert.equal(opens.callCount, 1, 'the port was opened once');
    assert.equal(second.state.status, 'ready');
    await second.connect();

    await first.close();
    assert.equal(await second.eval('2'), 2);
    await second.close();
    assert.equal(second.state.status, 'closed');
    const next = await acquire(path);
    assert.equal(await next.eval('3'), 3);
    assert.equal(opens.callCount, 2, 'the last one to close it closed the port');
  });

  it('is one session when both are told to connect by themselves', async () => {
    const devices = [await acquire(`id:${SERIAL}`, { autoConnect: true }), await acquire(path, { autoConnect: true })];
    await plug(SERIAL);
    for (const device of devices) await status(device, 'ready');
    assert.deepEqual(await Promise.all(devices.map((device) => device.eval('4'))), [4, 4]);
    assert.deepEqual(
      opens.returnValues.length,
      opens.callCount,
      'no open threw, and no second session fought for the port',
    );
    assert.equal(devices[0]?.address, devices[1]?.address);
  });

  it('is refused when the settings turn out to differ', async () => {
    const first = await acquire(`id:${SERIAL}`, { initCode: "ran('init')" });
    const second = await acquire(path);
    await plug(SERIAL);
    assert.equal(await first.eval('1'), 1);
    await assert.rejects(second.eval('1'), {
      code: 'INVALID_ARGUMENT',
      message: new RegExp(`${path} is in use already \\(as id:${SERIAL}\\) with another initCode`),
    });
    assert.equal(await first.eval('1'), 1);
  });

  it('takes commands along that wait for a device which turns out to be that of another', async () => {
    const other = join(folder, 'ttyUSB0');
    const byPath = await acquire(other);
    const nameless = await plug(undefined, other);
    assert.equal(await byPath.eval('1'), 1);
    await pull(nameless, other);
    await status(byPath, 'disconnected');
    const waiting = Promise.all([byPath.exec("ran('a')"), byPath.exec("ran('b')")]);

    const byId = await acquire(`id:${SERIAL}`);
    const cable = await plug(SERIAL);
    assert.equal(await byId.eval('1'), 1);
    symlinkSync(cable.path, other);
    await within(waiting, 10_000, 'the commands that waited');
    assert.deepEqual(board.ran, ['a', 'b']);
    assert.equal(byPath.address, `id:${SERIAL}`);
  });

  it('is looked for in the list of ports while it is away, and found under another path, with its memory', async () => {
    const device = await acquire(path);
    const cable = await plug(SERIAL);
    await device.exec('x = 5');
    await pull(cable);
    await status(device, 'disconnected');
    const before = lists;
    await within(
      new Promise<void>((resolve) => {
        const look = setInterval(() => {
          if (lists < before + 2) return;
          clearInterval(look);
          resolve();
        }, 5);
      }),
      10_000,
      'two looks at the list without a command',
    );
    const asBefore = await acquire(path);
    await plug(SERIAL, join(folder, 'ttyACM1'));
    await status(device, 'ready');
    assert.equal(await device.eval('x'), 5);
    assert.equal(await asBefore.eval('x'), 5, 'who asked while it was away shares the session');
    assert.equal(opens.lastCall.thisValue.path, cables[0]?.path);
  });
});
