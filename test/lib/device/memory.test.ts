import assert from 'node:assert/strict';
// The simulated device starts a process, so what is tested is the built library.
import { Device } from '../../../dist/lib/index';

/**
 * A device keeps each name and each short string literal that it has ever compiled, until it restarts
 * (qstr.c; MICROPY_ALLOC_PARSE_INTERN_STRING_LEN). Once 28 bytes of each command stayed behind, and a board that was
 * polled ten times a second ran out of memory within the hour.
 */
describe('memory of a device that is polled', function () {
  this.timeout(60_000);
  let device: Device;

  before(async () => {
    device = await Device.open('sim:memory');
  });
  after(async () => {
    await device?.close();
  });

  const used = async () => Number(await device.eval("[__import__('gc').collect(),__import__('gc').mem_alloc()][1]"));

  /** Bytes that stay behind when `work` is done `times` times, once everything is on the device that it needs. */
  async function left(times: number, work: () => Promise<unknown>): Promise<number> {
    for (let count = 0; count < 10; count++) await work();
    await used();
    const before = await used();
    for (let count = 0; count < times; count++) await work();
    return (await used()) - before;
  }

  it('does not grow with evals', async () => {
    const bytes = await left(300, () => device.eval('1 + 1'));
    assert.ok(bytes < 500, `${bytes} bytes after 300 evals`);
  });

  it('does not grow with short expressions and texts that are others each time', async () => {
    let count = 0;
    const bytes = await left(300, () => device.eval(`${++count}+1`, { args: { clock: `12:${count}` } }));
    assert.ok(bytes < 500, `${bytes} bytes after 300 evals`);
  });

  it('does not grow with uploads', async () => {
    const bytes = await left(100, () => device.fs.writeFile('/memory.txt', 'x'));
    assert.ok(bytes < 500, `${bytes} bytes after 100 uploads`);
  });

  it('does not grow with execs', async () => {
    const bytes = await left(300, () => device.exec('memory_test = 1'));
    assert.ok(bytes < 500, `${bytes} bytes after 300 execs`);
  });
});
