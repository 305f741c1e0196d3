import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { within } from '../support/within';

const library = JSON.stringify(resolve(__dirname, '../../dist/lib/index.js'));

/** Runs a program that uses the library; resolves to its exit code and what it printed last, or rejects. */
async function run(program: string): Promise<{ code: number | null; printed: string; errors: string }> {
  const source = `const { Device, DevicePool } = require(${library});\n(async () => {${program}})();`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [printed, errors] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  try {
    const [code] = (await within(once(child, 'close'), 15_000, 'the end of the program')) as [number | null];
    return { code, printed, errors };
  } finally {
    child.kill('SIGKILL');
  }
}

describe('A program that uses the library', function () {
  this.timeout(20_000);

  it('ends by itself, and at once, when it has closed its devices', async () => {
    const { code, printed, errors } = await run(`
      const device = await Device.open('sim:exit-open');
      console.log(await device.eval('6 * 7'));
      await device.close();
      const closed = performance.now();
      process.on('exit', () => console.log(performance.now() - closed < 500 ? 'soon' : 'late'));
    `);
    assert.deepEqual({ code, printed, errors }, { code: 0, printed: '42\nsoon\n', errors: '' });
  });

  it('ends by itself after the grace time when it has only released its lease', async () => {
    const { code, printed } = await run(`
      const lease = await new DevicePool({ graceMs: 300 }).acquire('sim:exit-grace');
      console.log(await lease.device.eval('1'));
      await lease.release();
    `);
    assert.deepEqual({ code, printed }, { code: 0, printed: '1\n' });
  });

  it('ends by itself within the grace time of its pool', async () => {
    const { code, printed, errors } = await run(`
      const pool = new DevicePool({ graceMs: 60_000 });
      const lease = await pool.acquire('sim:exit-lease');
      console.log(await lease.device.eval('1'));
      await lease.release();
      await pool.close();
    `);
    assert.deepEqual({ code, printed, errors }, { code: 0, printed: '1\n', errors: '' });
  });

  it('ends by itself when a device was never there', async () => {
    const { code, printed } = await run(`
      await Device.open('/dev/tty-nobody').catch((error) => console.log(error.code));
      const lease = await new DevicePool().acquire('/dev/tty-nobody');
      await lease.device.eval('1').catch((error) => console.log(error.code));
      await lease.release();
    `);
    assert.deepEqual({ code, printed }, { code: 0, printed: 'PORT_NOT_FOUND\nPORT_NOT_FOUND\n' });
  });

  it('is not ended by errors that nobody listens to', async () => {
    const { code, printed, errors } = await run(`
      const device = await Device.open('sim:exit-quiet', { initCode: '1/0' });
      await device.exec('while True: pass', { timeout: 300 }).catch((error) => console.log(error.code));
      const running = device.exec('import time; time.sleep(20)');
      running.catch((error) => console.log(error.code));
      await device.close();
    `);
    assert.deepEqual({ code, printed, errors }, { code: 0, printed: 'TIMED_OUT\nDEVICE_CLOSED\n', errors: '' });
  });
});
