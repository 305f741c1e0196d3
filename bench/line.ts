import type { WireCounter } from './counting-transport';
import { OurFiles, otherPrograms, type FileContender } from './file-contenders';
import { jobsOf, type Job } from './files';
import type { BenchOptions } from './options';
import type { PeerPython } from './peers/venv';
import { three, type Aim, type Section } from './report';
import { median } from './rounds';
import { makeSamples } from './sample-files';
import type { StandIn } from './stand-in';

/** Milliseconds for one transfer. */
const LIMIT = 300_000;
/** A start bit, eight bits, a stop bit. */
const BITS = 10;

/** The same files over a line like that of a USB-to-UART bridge: what counts is how few bytes and pauses there are. */
export async function benchLine(
  options: BenchOptions,
  standIn: StandIn,
  baudRate: number,
  wire: WireCounter,
  peers: PeerPython,
): Promise<Section> {
  const samples = await makeSamples();
  const jobs = jobsOf(samples);
  const single = jobs.filter(({ sample }) => !sample.many);
  const { pace } = options;
  const plan = {
    ours: pace === 'quick' ? single.slice(0, 3) : jobs,
    mpytool: pace === 'quick' ? [] : pace === 'full' ? jobs : single,
    mpremote: pace === 'quick' ? [] : pace === 'full' ? jobs : single,
  };
  const ours = new OurFiles(wire.uartPrefix + standIn.path);
  const others = otherPrograms(standIn, peers);
  const skipped = 'reason' in peers ? [`mpremote and mpytool: ${peers.reason}`] : [];
  if (others && pace !== 'full')
    skipped.push('some transfers of mpremote and mpytool: they take minutes; run with --full');
  const results = new Map<string, (Measured | undefined)[]>();
  const run = async (contender: FileContender, wanted: readonly Job[]) => {
    if (wanted.length === 0) return;
    await contender.open();
    try {
      for (const action of ['upload', 'download'] as const) await contender.transfer(action, samples.small, LIMIT);
      const measured: (Measured | undefined)[] = [];
      for (const job of jobs) {
        measured.push(wanted.includes(job) ? await timesOf(contender, job, contender === ours) : undefined);
      }
      results.set(contender.name, measured);
    } finally {
      await contender.close();
    }
  };
  /** The middle one of three when it takes less than two seconds, since then a hiccup of this machine counts. */
  const timesOf = async (contender: FileContender, { action, sample }: Job, counts: boolean): Promise<Measured> => {
    const seconds: number[] = [];
    let bytes = NaN;
    do {
      const { result, count } = await wire.during(() => contender.transfer(action, sample, LIMIT));
      seconds.push(result);
      if (counts) bytes = count.sent + count.received;
    } while (seconds.length < 3 && seconds[0]! < 2);
    return { seconds: median(seconds), wire: bytes };
  };
  try {
    await run(ours, plan.ours);
    if (others) await run(others.mpytool, plan.mpytool);
    if (others) await run(others.mpremote, plan.mpremote);
    return section(jobs, results, ours.name, baudRate, skipped);
  } finally {
    await others?.mpytool.stop();
    await others?.mpremote.stop();
    await samples.remove();
  }
}

interface Measured {
  readonly seconds: number;
  /** Bytes, both ways. */
  readonly wire: number;
}

function section(
  jobs: readonly Job[],
  results: ReadonlyMap<string, (Measured | undefined)[]>,
  ours: string,
  baudRate: number,
  skipped: string[],
): Section {
  const bytesPerSecond = baudRate / BITS;
  const share = ({ sample, action }: Job, measured: Measured | undefined) =>
    measured && action !== 'sync' ? sample.bytes / measured.seconds / bytesPerSecond : NaN;
  const names = [...results.keys()];
  const rows = jobs.flatMap((job, at) => {
    const cells = names.map((name) => {
      const measured = results.get(name)?.[at];
      if (!measured) return '–';
      const percent = share(job, measured);
      return `${three(measured.seconds)} s${Number.isFinite(percent) ? ` (${Math.round(percent * 100)} %)` : ''}`;
    });
    const own = results.get(ours)?.[at];
    return own ? [[job.title, ...cells, `${Math.round((own.wire / own.seconds / bytesPerSecond) * 100)} %`]] : [];
  });
  const aims = jobs.flatMap((job, at): Aim[] => {
    const random = job.sample.title.includes('random');
    // The other way the device would have to deflate, which the Unix port cannot.
    const text = job.sample.title.includes('source') && job.action === 'upload';
    const measured = share(job, results.get(ours)?.[at]);
    if (!(random || text) || !Number.isFinite(measured)) return [];
    return [
      {
        what: `${job.title}, of the line rate of ${baudRate} baud`,
        aim: random ? '≥ 95 %' : '≥ 200 %',
        measured: `${three(measured * 100)} %`,
        reached: measured >= (random ? 0.95 : 2),
      },
    ];
  });
  return {
    name: 'line',
    tables: [
      {
        title: `Files, over a line of ${baudRate} baud with 1 ms latency`,
        columns: ['', ...names, 'line busy'],
        rows,
        notes: [
          `In brackets: bytes of the file a second, of the ${bytesPerSecond} bytes a second that the line carries. ` +
            'Line busy: all bytes of this package on the wire, of those that one direction could have carried.',
        ],
      },
    ],
    aims,
    figures: { jobs: jobs.map(({ title }) => title), baudRate, results: Object.fromEntries(results) },
    skipped,
  };
}
