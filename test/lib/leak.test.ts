import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LeakSample } from '../support/leak-program';

const program = join(__dirname, '../support/leak-program.ts');
/**
 * Bytes of heap that may come and go without being a leak: what is compiled late, caches, and half a kilobyte a port
 * that the native part of `serialport` keeps for ever. A port with its buffer is 64 kilobytes.
 */
const NOISE = 500_000;

async function samplesOf(kind: string, reconnects: number): Promise<LeakSample[]> {
  // A process of its own: in this one, a hundred other tests leave their traces in the heap.
  const args = ['--expose-gc', '--import', 'tsx', program, kind, String(reconnects)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 100_000 });
  return JSON.parse(stdout) as LeakSample[];
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function assertFlat(samples: LeakSample[]): void {
  assert.equal(samples.length, 10);
  const heaps = samples.map(({ heap }) => heap);
  const grown = median(heaps.slice(-3)) - median(heaps.slice(1, 4));
  assert.ok(grown < NOISE, `the heap has grown by ${grown} bytes: ${heaps.join(', ')}`);
  // Some things are opened once, with the first use.
  const [first, ...later] = samples.slice(1);
  for (const { files, handles, timers, listeners } of later) {
    assert.deepEqual(
      { files, handles, timers, listeners },
      { files: first?.files, handles: first?.handles, timers: first?.timers, listeners: first?.listeners },
    );
  }
}

describe('Memory, files, handles, timers and listeners stay flat', function () {
  this.timeout(120_000);

  it('over 500 reconnects of a fake device', async () => {
    assertFlat(await samplesOf('fake', 500));
  });

  it('over 50 reconnects of serial ports', async function () {
    if (process.platform !== 'linux') {
      console.log('        skipped: pseudo-terminals are unplugged as serial ports are on Linux only');
      this.skip();
    }
    assertFlat(await samplesOf('pty', 50));
  });
});
