import assert from 'node:assert/strict';
import { Jobs } from '../../../src/nodes/shared/jobs';

describe('nodes: jobs', () => {
  it('knows the oldest, and is idle when the last one ends', async () => {
    const jobs = new Jobs(() => undefined);
    const first = jobs.begin();
    const second = jobs.begin();
    assert.equal(jobs.oldest, first);
    jobs.end(first);
    assert.equal(jobs.oldest, second);
    const idle = jobs.idle();
    jobs.end(second);
    await idle;
    assert.equal(jobs.oldest, undefined);
    await jobs.idle();
  });

  it('aborts all with the reason', () => {
    const jobs = new Jobs(() => undefined);
    const all = [jobs.begin(), jobs.begin()];
    const reason = new Error('closed');
    jobs.abortAll(reason);
    for (const job of all) assert.equal(job.signal.reason, reason);
  });

  it('turns progress into percent, and does not guess when the size is unknown', () => {
    let changes = 0;
    const jobs = new Jobs(() => changes++);
    const job = jobs.begin();
    job.progress({ transferred: 10, total: undefined });
    assert.equal(job.percent, undefined);
    job.progress({ transferred: 50, total: 200 });
    assert.equal(job.percent, 25);
    assert.equal(changes, 2);
  });
});
