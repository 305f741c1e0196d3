import { OurFiles, otherPrograms, type Action, type FileContender } from './file-contenders';
import type { BenchOptions } from './options';
import type { PeerPython } from './peers/venv';
import { three, times, type Aim, type Section } from './report';
import { median, medianRatio, takeTurns } from './rounds';
import { makeSamples, type Sample, type Samples } from './sample-files';
import type { StandIn } from './stand-in';

/** Milliseconds for one transfer. */
const LIMIT = 120_000;

/** One thing to do. */
export interface Job {
  readonly title: string;
  readonly action: Action;
  readonly sample: Sample;
}

export function jobsOf({ random, source, many }: Samples): Job[] {
  const both = (sample: Sample): Job[] => [
    { title: `${sample.title}, up`, action: 'upload', sample },
    { title: `${sample.title}, down`, action: 'download', sample },
  ];
  return [
    ...both(random),
    ...both(source),
    ...both(many),
    { title: `sync of ${many.title}, unchanged`, action: 'sync', sample: many },
  ];
}

/** The same files through this package, mpytool and mpremote, over a line that is as fast as the device reads. */
export async function benchFiles(options: BenchOptions, standIn: StandIn, peers: PeerPython): Promise<Section> {
  const quick = options.pace === 'quick';
  const samples = await makeSamples();
  const jobs = jobsOf(samples);
  const ours = new OurFiles(standIn.path);
  const others = otherPrograms(standIn, peers);
  const skipped = 'reason' in peers ? [`mpremote and mpytool: ${peers.reason}`] : [];
  const run = (contenders: FileContender[], rounds: number, what: readonly Job[]) =>
    takeTurns(contenders, rounds, async (contender) => {
      // What is asked or installed once a connection is in the section `wire`.
      for (const action of ['upload', 'download'] as const) await contender.transfer(action, samples.small, LIMIT);
      const seconds: number[] = [];
      for (const { action, sample } of what) seconds.push(await contender.transfer(action, sample, LIMIT));
      return seconds;
    });
  try {
    const fast = await run(others ? [ours, others.mpytool] : [ours], quick ? 3 : 5, jobs);
    // Takes a minute.
    const slow = others && !quick ? await run([others.mpremote], 1, jobs) : new Map<string, number[][]>();
    if (quick && others) skipped.push('mpremote: takes a minute; run without --quick');
    return section(jobs, new Map([...fast, ...slow]), ours.name, others?.mpytool.name, skipped);
  } finally {
    await others?.mpytool.stop();
    await others?.mpremote.stop();
    await samples.remove();
  }
}

function section(
  jobs: readonly Job[],
  results: ReadonlyMap<string, number[][]>,
  ours: string,
  mpytool: string | undefined,
  skipped: string[],
): Section {
  const names = [...results.keys()];
  const secondsOf = (name: string, job: number) =>
    (results.get(name) ?? []).map((round) => round[job]).filter((value) => value !== undefined);
  const factor = (name: string, job: number) => {
    const [own, other] = [secondsOf(ours, job), secondsOf(name, job)];
    return other.length === own.length ? medianRatio(other, own) : median(other) / median(own);
  };
  const rows = jobs.map(({ title, sample, action }, job) => {
    const own = median(secondsOf(ours, job));
    const rate = action === 'sync' ? '' : `${three(sample.bytes / own / 1024)} KiB/s`;
    const cells = names.map((name) =>
      name === ours
        ? `${three(own * 1000)} ms`
        : secondsOf(name, job).length === 0
          ? '–'
          : `${three(median(secondsOf(name, job)) * 1000)} ms (${times(factor(name, job))})`,
    );
    return [title, ...cells, rate];
  });
  const aims: Aim[] = [];
  if (mpytool !== undefined) {
    for (const [job, { title }] of jobs.entries()) {
      const measured = factor(mpytool, job);
      aims.push({
        what: `${title}: faster than mpytool`,
        aim: '≥ 1.5×',
        measured: times(measured),
        reached: measured >= 1.5,
      });
    }
  }
  return {
    name: 'files',
    tables: [
      {
        title: 'Files, over a free line',
        columns: ['', ...names, 'payload'],
        rows,
        notes: [
          'Time for the transfer on a warm connection, median of the rounds; in brackets how many times as long as ' +
            'with this package. Half of the 50 files are random bytes, half are source.',
        ],
      },
    ],
    aims,
    figures: { jobs: jobs.map(({ title }) => title), seconds: Object.fromEntries(results) },
    skipped,
  };
}
