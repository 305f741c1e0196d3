import assert from 'node:assert/strict';
import { CommandQueue, type QueuedJob } from '../../../src/lib/device/command-queue';

function makeJob(name: string, log: string[], work: () => Promise<void> = () => Promise.resolve()): QueuedJob {
  return {
    run: async () => {
      log.push(`${name} begins`);
      await work();
      log.push(`${name} ends`);
    },
    refuse: (reason) => log.push(`${name} refused: ${reason.message}`),
  };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('CommandQueue', () => {
  it('serves one job at a time, in the order of arrival', async () => {
    const log: string[] = [];
    const queue = new CommandQueue();
    for (const name of ['a', 'b', 'c']) queue.push(makeJob(name, log, settled));
    assert.equal(queue.length, 2);
    while (queue.active) await settled();
    assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('lets nobody slip in while the turn is handed over', async () => {
    let inside = 0;
    let most = 0;
    const log: string[] = [];
    const queue = new CommandQueue();
    const work = async () => {
      most = Math.max(most, ++inside);
      await Promise.resolve();
      inside--;
    };
    const make = (name: string): QueuedJob => ({
      ...makeJob(name, log),
      run: async () => {
        await work();
        // A caller that queues its next command in the very moment its last one ends.
        if (log.push(name) < 200) queue.push(make('next'));
      },
    });
    for (let i = 0; i < 5; i++) queue.push(make(`first ${i}`));
    while (queue.active) await settled();
    assert.equal(most, 1);
    assert.ok(log.length >= 200);
  });

  it('tells everybody who is put out of the line, and lets the active job end', async () => {
    const log: string[] = [];
    const queue = new CommandQueue();
    for (const name of ['a', 'b', 'c']) queue.push(makeJob(name, log, settled));
    queue.refuseAll(new Error('closed'));
    assert.equal(queue.length, 0);
    while (queue.active) await settled();
    assert.deepEqual(log, ['a begins', 'b refused: closed', 'c refused: closed', 'a ends']);
  });

  it('drops the oldest of those who wait', () => {
    const log: string[] = [];
    const queue = new CommandQueue();
    for (const name of ['a', 'b', 'c']) queue.push(makeJob(name, log, settled));
    queue.dropOldest(new Error('full'));
    assert.deepEqual(log, ['a begins', 'b refused: full']);
  });

  it('forgets a job that leaves the line, and keeps the one whose turn it is', () => {
    const log: string[] = [];
    const queue = new CommandQueue();
    const [a, b] = ['a', 'b'].map((name) => makeJob(name, log, settled)) as [QueuedJob, QueuedJob];
    queue.push(a);
    queue.push(b);
    assert.equal(queue.remove(a), false);
    assert.equal(queue.remove(b), true);
    assert.equal(queue.length, 0);
  });
});
