import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** Resolves when there is no such process any more. One that has ended and that nobody has waited for counts as gone. */
export async function processGone(pid: number, ms = 5_000): Promise<void> {
  const end = Date.now() + ms;
  while (isRunning(pid)) {
    assert.ok(Date.now() < end, `process ${pid} is still there after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
