import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DevicePool, type Device } from '../../../src/lib/index';
import { codeOf } from '../../support/scripted';
import { ScriptedDevice } from '../../support/scripted-device';
import { plugIn, type PluggedIn } from '../../support/plugged-in';

/** A board whose bridge has no serial number: nothing tells it from others but the link of /dev/serial/by-path. */
class Board {
  readonly scripted = new ScriptedDevice();
  #cable: PluggedIn | undefined;

  constructor(
    readonly link: string,
    private readonly paths: Map<string, string>,
  ) {}

  /** @param path that the system gives to it this time */
  async plug(path: string): Promise<void> {
    this.#cable = await plugIn(this.scripted.fake);
    symlinkSync(this.#cable.path, this.link);
    this.paths.set(this.link, path);
  }

  async pull(): Promise<void> {
    if (!this.#cable) return;
    unlinkSync(this.link);
    this.paths.delete(this.link);
    await this.#cable.unplug();
    this.#cable = undefined;
  }
}

describe('two devices without serial numbers', function () {
  this.timeout(20_000);
  let folder: string;
  let pool: DevicePool;
  let a: Board;
  let b: Board;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'by-path-'));
    const paths = new Map<string, string>();
    const realpath = (path: string) => paths.get(path) ?? path;
    pool = new DevicePool({ graceMs: 0 }, { listPorts: () => Promise.resolve([]), realpath });
    [a, b] = [new Board(join(folder, 'usb-0:1'), paths), new Board(join(folder, 'usb-0:2'), paths)];
  });
  afterEach(async () => {
    await pool.close();
    for (const board of [a, b]) {
      await board.pull();
      board.scripted.stop();
    }
    rmSync(folder, { recursive: true });
  });

  const acquire = async (board: Board): Promise<Device> => (await pool.acquire(board.link)).device;
  const whoIs = (device: Device) => device.eval('who', { repeatable: true, timeout: 10_000 });

  it('stay two when they come back and one has the path that the other one had', async () => {
    await Promise.all([a.plug('/dev/ttyUSB0'), b.plug('/dev/ttyUSB1')]);
    const [deviceA, deviceB] = [await acquire(a), await acquire(b)];
    await deviceA.exec("who = 'a'");
    await deviceB.exec("who = 'b'");
    await a.pull();
    await b.pull();
    await b.plug('/dev/ttyUSB0');
    assert.equal(await whoIs(deviceB), 'b');
    assert.equal(await codeOf(deviceA.eval('who', { timeout: 300 })), 'PORT_NOT_FOUND');
    await a.plug('/dev/ttyUSB1');
    assert.equal(await whoIs(deviceA), 'a');
    assert.equal(await whoIs(deviceB), 'b');
  });

  it('stay two for a user who comes while one is away and the other one has its path', async () => {
    await Promise.all([a.plug('/dev/ttyUSB0'), b.plug('/dev/ttyUSB1')]);
    const deviceA = await acquire(a);
    await deviceA.exec("who = 'a'");
    b.scripted.variables.set('who', 'b');
    await a.pull();
    await b.pull();
    await b.plug('/dev/ttyUSB0');
    const [laterB, laterA] = [await acquire(b), await acquire(a)];
    assert.equal(await whoIs(laterB), 'b');
    await a.plug('/dev/ttyUSB1');
    assert.equal(await whoIs(laterA), 'a');
    assert.equal(await whoIs(deviceA), 'a');
  });
});
