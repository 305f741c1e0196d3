import assert from 'node:assert/strict';
import { FAKE_SHAPE } from '../../chaos/fake-target';
import { playOnFake } from '../../chaos/play';
import { makeSchedule } from '../../chaos/schedule';

/** Seeds that found something, with what it was. More by `npm run chaos`. */
const FOUND: Record<number, string> = {
  34: 'a device that restarted while a command was given up ran the next one without initCode',
  2453: 'as 34, with the boot text of a chip',
  2454: 'a session was closed in the midst of initCode, and two read from the link at once',
  6407: 'a device that restarted while its raw REPL was checked was taken for ready',
  7167: 'as 2454, with a reset over the lines before',
  8643: 'as 2454, over a slow line',
  9141: 'as 2454, with nothing else broken',
  11354: 'an interrupt in the midst of raw paste ran the first part of the code, and called that a success',
  80507: 'a restart between commands went unnoticed when it was said in small pieces',
};

describe('Faults at random', function () {
  this.timeout(60_000);

  for (const [seed, story] of Object.entries(FOUND)) {
    it(`seed ${seed}: ${story}`, async () => {
      const { problems } = await playOnFake(makeSchedule(Number(seed), FAKE_SHAPE));
      assert.deepEqual(problems, []);
    });
  }

  it('break nothing in 100 schedules', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { problems } = await playOnFake(makeSchedule(seed, FAKE_SHAPE));
      assert.deepEqual(problems, [], `npm run chaos -- --seed ${seed} --count 1 --target fake --verbose`);
    }
  });

  it('are the same for the same seed', async () => {
    const schedule = makeSchedule(11, FAKE_SHAPE);
    assert.deepEqual(makeSchedule(11, FAKE_SHAPE), schedule);
    const [first, second] = [await playOnFake(schedule), await playOnFake(schedule)];
    assert.deepEqual(first, second);
  });
});
