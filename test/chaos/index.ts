/**
 * Faults at random: npm run chaos -- --seed N --count M [--target fake|unix-port|all] [--verbose]
 *
 * Plays the schedules of the seeds N … N+M-1: on the fake device in virtual time, or on the Unix port in real time;
 * with `all`, every schedule on the fake and one in a hundred on the Unix port. A schedule that breaks an invariant
 * is printed with the command that plays it again.
 */
import { parseArgs } from 'node:util';
import { setTraceSink } from '../../src/lib/index';
import { findUnixPort } from '../support/find-unix-port';
import { FAKE_SHAPE } from './fake-target';
import { playOnFake, playOnUnixPort } from './play';
import type { RunResult } from './run';
import { makeSchedule, type Schedule, type ScheduleShape } from './schedule';
import { UNIX_PORT_SHAPE } from './unix-port-target';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    target: { type: 'string', default: 'all' },
    verbose: { type: 'boolean', default: false },
  },
});

/** Schedules on the fake device for each one on the Unix port, which takes seconds. */
const FAKES_PER_REAL = 100;
/** Schedules on the Unix port at the same time: they mostly wait. */
const REALS_AT_ONCE = 4;
const ENOUGH_FAILURES = 10;

interface Kind {
  readonly name: string;
  readonly shape: ScheduleShape;
  readonly atOnce: number;
  play(schedule: Schedule): Promise<RunResult>;
}
const FAKE: Kind = { name: 'fake', shape: FAKE_SHAPE, atOnce: 1, play: playOnFake };
const UNIX_PORT: Kind = { name: 'unix-port', shape: UNIX_PORT_SHAPE, atOnce: REALS_AT_ONCE, play: playOnUnixPort };

async function main(): Promise<number> {
  const [seed, count] = [Number(values.seed), Number(values.count)];
  if (values.verbose && count === 1) setTraceSink((line) => console.log(`${Date.now()} ${line}`));
  const handles = resources();
  let failures = 0;
  if (values.target !== 'unix-port') failures += await playAll(FAKE, seed, count);
  if (values.target !== 'fake') {
    const { reason } = findUnixPort();
    const reals = values.target === 'all' ? Math.ceil(count / FAKES_PER_REAL) : count;
    if (reason !== undefined) console.log(`skipped on the Unix port: ${reason}`);
    else failures += await playAll(UNIX_PORT, seed, reals);
  }
  // What the system takes back in its own time, such as a terminal that was closed.
  for (let tries = 0; tries < 50 && resources() !== handles; tries++) await new Promise((go) => setTimeout(go, 100));
  if (resources() === handles) return failures;
  console.log(`\nFAILED: before it the process held [${handles}], and now [${resources()}]`);
  return failures + 1;
}

async function playAll(kind: Kind, seed: number, count: number): Promise<number> {
  const began = performance.now();
  const endings = new Map<string, number>();
  let [next, played, failures] = [seed, 0, 0];
  const worker = async () => {
    while (next < seed + count && failures < ENOUGH_FAILURES) {
      const schedule = makeSchedule(next++, kind.shape);
      const { problems, endings: ended } = await kind.play(schedule);
      played++;
      for (const [code, times] of ended) endings.set(code, (endings.get(code) ?? 0) + times);
      if (values.verbose)
        console.log(`seed ${schedule.seed} on ${kind.name}: ${problems.length > 0 ? 'FAILED' : 'ok'}`);
      if (problems.length === 0) continue;
      failures++;
      report(kind.name, schedule, problems);
    }
  };
  await Promise.all(Array.from({ length: kind.atOnce }, worker));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${played} schedules on ${kind.name} in ${seconds} s: ${failures} broke an invariant`);
  const most = [...endings].sort((a, b) => b[1] - a[1]).map(([code, times]) => `${times} ${code}`);
  console.log(`  commands: ${most.join(', ')}`);
  return failures;
}

function report(target: string, schedule: Schedule, problems: string[]): void {
  console.log(`\nFAILED: seed ${schedule.seed} on ${target}`);
  for (const problem of problems) console.log(`  ${problem}`);
  console.log(JSON.stringify(schedule));
  console.log(`  again: npm run chaos -- --seed ${schedule.seed} --count 1 --target ${target} --verbose\n`);
}

/** What keeps the process alive, by kind. */
function resources(): string {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/Immediate|Tick|FSReq|Timeout/.test(kind)) continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts]
    .map(([kind, count]) => `${count} ${kind}`)
    .sort()
    .join(', ');
}

void main().then((failures) => (process.exitCode = failures > 0 ? 1 : 0));
