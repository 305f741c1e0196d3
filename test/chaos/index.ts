/**
 * Faults at random: npm run chaos -- --seed N --count M [--target fake|unix-port|all] [--verbose]
 *
 * Plays the schedules of the seeds N … N+M-1 on the fake device, and one for each hundred of them on the Unix port.
 * A schedule that breaks an invariant is printed with the command that plays it again.
 */
import { parseArgs } from 'node:util';
import { setTraceSink } from '../../src/lib/index';
import { FAKE_SHAPE } from './fake-target';
import { playOnFake } from './play';
import { makeSchedule, type Schedule } from './schedule';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    target: { type: 'string', default: 'all' },
    verbose: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (values.verbose && values.count === '1') setTraceSink((line) => console.log(`${Date.now()} ${line}`));
  const [seed, count] = [Number(values.seed), Number(values.count)];
  let failures = 0;
  const endings = new Map<string, number>();
  const began = Date.now();
  for (let n = seed; n < seed + count; n++) {
    const schedule = makeSchedule(n, FAKE_SHAPE);
    const { problems, endings: ended } = await playOnFake(schedule);
    for (const [code, times] of ended) endings.set(code, (endings.get(code) ?? 0) + times);
    if (values.verbose) console.log(`seed ${n}: ${problems.length === 0 ? 'ok' : 'FAILED'}`);
    if (problems.length === 0) continue;
    failures++;
    report('fake', schedule, problems);
    if (failures >= 10) break;
  }
  console.log(
    `${count} schedules on the fake device in ${((Date.now() - began) / 1000).toFixed(1)} s, ${failures} failed`,
  );
  console.log(
    [...endings]
      .sort((a, b) => b[1] - a[1])
      .map(([code, times]) => `${code} ${times}`)
      .join(', '),
  );
  return failures;
}

function report(target: string, schedule: Schedule, problems: string[]): void {
  console.log(`\nFAILED: seed ${schedule.seed} on ${target}`);
  for (const problem of problems) console.log(`  ${problem}`);
  if (values.verbose || values.count === '1') console.log(JSON.stringify(schedule, undefined, 1));
  console.log(`  again: npm run chaos -- --seed ${schedule.seed} --count 1 --target ${target} --verbose\n`);
}

void main().then((failures) => (process.exitCode = failures > 0 ? 1 : 0));
