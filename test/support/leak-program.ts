/**
 * Connects and loses a device many times, and prints what the process holds now and then, as JSON:
 *
 *   node --expose-gc --import tsx leak-program.ts fake 500     in virtual time
 *   node --expose-gc --import tsx leak-program.ts pty 50       real serial ports, five devices side by side
 */
import { mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Device } from '../../src/lib/index';
import { registerTransport } from '../../src/lib/transport/registered-transports';
import { FakeDevice } from './fake-device';
import { plugIn } from './plugged-in';
import { tinyPython } from './tiny-python';
import { inVirtualTime, type VirtualTime } from './virtual-time';

export interface LeakSample {
  /** Bytes of JavaScript heap after a collection. */
  readonly heap: number;
  /** Open files of this process. */
  readonly files: number;
  /** What keeps the process alive, by kind, timers not counted. */
  readonly handles: string;
  /** Timers that are set; in virtual time only. */
  readonly timers: number;
  /** Who listens to the devices and the process. */
  readonly listeners: number;
}

const SAMPLES = 10;

function newFake(): FakeDevice {
  const fake = new FakeDevice();
  fake.on(() => true, tinyPython({ variables: new Map(), log: () => {} }));
  return fake;
}

function sample(devices: Device[], timers = 0): LeakSample {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (!collect) throw new Error('needs --expose-gc');
  for (let n = 0; n < 4; n++) collect();
  const kinds = process.getActiveResourcesInfo().filter((kind) => !/Immediate|Tick|FSReq|Timeout/.test(kind));
  const emitters = [...devices, process];
  return {
    heap: process.memoryUsage().heapUsed,
    files: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    handles: kinds.sort().join(),
    timers,
    listeners: emitters.reduce(
      (sum, emitter) => sum + emitter.eventNames().reduce((all, name) => all + emitter.listenerCount(name), 0),
      0,
    ),
  };
}

async function onFake(reconnects: number, time: VirtualTime): Promise<LeakSample[]> {
  const samples: LeakSample[] = [];
  let fake = newFake();
  const unregister = registerTransport('leaking', (_rest, _options, address) => fake.createTransport(address));
  const device = await Device.open('leaking:', { initCode: "print('hello')" });
  for (let n = 1; n <= reconnects; n++) {
    await device.exec("print('there')");
    if (n % 3 === 0) void device.exec('loop()').catch(() => {});
    fake.vanish();
    fake.stop();
    // A new one, since a fake device remembers all that it has heard.
    fake = newFake();
    if (n % 7 === 0) await device.disconnect();
    await device.connect().catch(() => {});
    if (n % (reconnects / SAMPLES) !== 0) continue;
    await device.eval('1');
    await time.pass(100);
    samples.push(sample([device], time.timers));
  }
  await device.close();
  unregister();
  return samples;
}

async function onPty(reconnects: number): Promise<LeakSample[]> {
  const folder = mkdtempSync(join(tmpdir(), 'leak-'));
  const samples: LeakSample[] = [];
  const boards = await Promise.all(
    Array.from({ length: 5 }, async (_unused, n) => {
      const address = join(folder, `board${n}`);
      const plug = async () => {
        const cable = await plugIn(newFake());
        symlinkSync(cable.path, `${address}.new`);
        renameSync(`${address}.new`, address);
        return cable;
      };
      let cable = await plug();
      const device = await Device.open(address);
      return {
        device,
        reconnect: async () => {
          await device.eval('1');
          await cable.unplug();
          cable = await plug();
          await device.eval('1', { timeout: 20_000, repeatable: true });
        },
        stop: async () => {
          await device.close();
          await cable.unplug();
        },
      };
    }),
  );
  const rounds = reconnects / boards.length;
  for (let round = 1; round <= rounds; round++) {
    await Promise.all(boards.map((board) => board.reconnect()));
    samples.push(sample(boards.map(({ device }) => device)));
  }
  await Promise.all(boards.map((board) => board.stop()));
  rmSync(folder, { recursive: true, force: true });
  return samples;
}

async function main([kind, count]: string[]): Promise<void> {
  const reconnects = Number(count);
  const samples =
    kind === 'pty'
      ? await onPty(reconnects)
      : await inVirtualTime((time) => onFake(reconnects, time), { limitMs: 24 * 3600_000 });
  console.log(JSON.stringify(samples));
}

void main(process.argv.slice(2));
