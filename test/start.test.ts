import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';

/** Runs `npm start`'s script with that PORT until it ends, which it must do by itself. */
async function start(port: string): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [resolve(__dirname, '../scripts/start.mjs')], {
    env: { ...process.env, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10_000,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

describe('npm start', () => {
  it('says so when the port is in use, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const { code, output } = await start(String(port));
      assert.equal(code, 1);
      assert.match(output, new RegExp(`Port ${port} is in use`));
      assert.match(output, new RegExp(`PORT=${port + 1} npm start`));
    } finally {
      other.close();
    }
  });

  it('refuses what is no port', async () => {
    const { code, output } = await start('http');
    assert.equal(code, 1);
    assert.match(output, /PORT must be a number/);
  });
});
