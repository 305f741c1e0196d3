import assert from 'node:assert/strict';
import { Device, DevicePool } from '../../../dist/lib/index';
import { resolveAddress } from '../../../dist/lib/transport/address';
import { within } from '../../support/within';

/** What the device answers when somebody else opens it and presses Return. */
async function promptOf(address: string): Promise<string> {
  const transport = (await resolveAddress(address, {})).createTransport();
  let seen = '';
  const prompted = new Promise<void>((resolve) => {
    const sink = {
      data: (chunk: Uint8Array) => {
        seen += Buffer.from(chunk).toString('latin1');
        if (seen.includes('> ')) resolve();
      },
      closed: () => {},
    };
    void transport.open(sink, new AbortController().signal).then(() => transport.write(Buffer.from('\r')));
  });
  try {
    await within(prompted, 5000, 'a prompt');
    return seen;
  } finally {
    await transport.close();
  }
}

describe('leaving a device', () => {
  it('leaves it at the friendly prompt when it is closed', async () => {
    const device = await Device.open('sim:farewell');
    await device.eval('1');
    await device.close();
    assert.match(await promptOf('sim:farewell'), />>> /);
  });

  it('leaves it at the friendly prompt when it is closed while a program runs', async () => {
    const device = await Device.open('sim:farewell-busy');
    const running = device.exec('print("up")\nwhile True: pass', { onOutput: () => void device.close() });
    await assert.rejects(running, { code: 'DEVICE_CLOSED' });
    await device.close();
    assert.match(await promptOf('sim:farewell-busy'), />>> /);
  });

  it('is no restart: setup code does not run again for the next lease', async () => {
    const pool = new DevicePool({ graceMs: 5000 });
    const options = { initCode: 'try:\n  runs += 1\nexcept NameError:\n  runs = 1' };
    const first = await pool.acquire('sim:farewell-init', options);
    assert.equal(await first.device.eval('runs'), 1);
    await first.release();
    const second = await pool.acquire('sim:farewell-init', options);
    assert.equal(await second.device.eval('runs'), 1);
    await pool.close();
  });
});
