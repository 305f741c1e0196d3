import { Device } from '../dist/lib/index';
import type { WireCounter } from './counting-transport';
import { HandWrittenLoop } from './hand-written-loop';
import type { BenchOptions } from './options';
import { Peer } from './peers/peer';
import type { PeerPython } from './peers/venv';
import { three, times, type Section } from './report';
import { interleave, median, medianRatio, spread, type Contender } from './rounds';
import { startStandIn, type StandIn } from './stand-in';

const EXPRESSION = '1+1';
/** Milliseconds that one has its turn. */
const BURST = 40;

/** Rate and, for what runs in this process, CPU time. */
interface Rate {
  /** Evals a second. */
  readonly rate: number;
  /** Microseconds of CPU time of this process for one. */
  readonly cpu: number;
}

interface EvalContender extends Contender {
  /** Evaluates for that many milliseconds. */
  measure(milliseconds: number): Promise<Rate>;
}

/** Warm evals a second: this package, the least that could be written by hand, and the peers. */
export async function benchEval(options: BenchOptions, wire: WireCounter, peers: PeerPython): Promise<Section> {
  const quick = options.pace === 'quick';
  const standIns: StandIn[] = [];
  const others: OtherProgram[] = [];
  const skipped: string[] = [];
  try {
    const ports = 'reason' in peers ? 2 : 4;
    while (standIns.length < ports) standIns.push(await startStandIn());
    const [first, second, third, fourth] = standIns;
    const command = await commandOf(first!, wire);
    const pair = (own: StandIn, byHand: StandIn) => [new Ours(own.path), new ByHand(byHand.path, command)] as const;
    const [ours, byHand] = pair(first!, second!);
    // V8 compiles meanwhile.
    await interleave([ours, byHand], 1, (own) => own.measure(1000));
    const results = await interleave<EvalContender, Rate>([ours, byHand], quick ? 40 : 200, (own) =>
      own.measure(BURST),
    );
    // The same with the ports exchanged.
    const exchanged = await interleave<EvalContender, Rate>(pair(second!, first!), quick ? 40 : 200, (own) =>
      own.measure(BURST),
    );
    for (const [name, rates] of exchanged) results.get(name)!.push(...rates);

    if ('reason' in peers) skipped.push(`mpremote and mpytool: ${peers.reason}`);
    else {
      const { python, versions } = peers;
      others.push(
        new OtherProgram(new Peer(`mpytool ${versions.mpytool}`, python, 'mpytool_peer.py', second!.path)),
        new OtherProgram(new Peer(`mpremote ${versions.mpremote}`, python, 'mpremote_peer.py', third!.plainPath)),
        new OtherProgram(new Peer('mpremote, knowing it is a pty', python, 'mpremote_peer.py', fourth!.path)),
      );
    }
    const besideOthers = new Ours(first!.path);
    const compared = await interleave<EvalContender, Rate>([besideOthers, ...others], quick ? 10 : 40, (one) =>
      one.measure(one instanceof OtherProgram ? BURST * 2 : BURST),
    );
    return section(results, compared, skipped, ours.name, byHand.name, command.length);
  } finally {
    await Promise.all(others.map((other) => other.peer.stop()));
    await Promise.all(standIns.map((standIn) => standIn.stop()));
  }
}

class Ours implements EvalContender {
  readonly name = 'this package';
  #device: Device | undefined;

  constructor(private readonly path: string) {}

  async open(): Promise<void> {
    this.#device = await Device.open(this.path);
  }

  measure(milliseconds: number): Promise<Rate> {
    const device = this.#device!;
    return repeat(() => device.eval(EXPRESSION), milliseconds);
  }

  async close(): Promise<void> {
    await this.#device?.close();
  }
}

class ByHand extends HandWrittenLoop implements EvalContender {
  measure(milliseconds: number): Promise<Rate> {
    return repeat(() => this.run(), milliseconds);
  }
}

class OtherProgram implements EvalContender {
  readonly name: string;
  constructor(readonly peer: Peer) {
    this.name = peer.name;
  }
  open(): Promise<void> {
    return this.peer.open();
  }
  async measure(milliseconds: number): Promise<Rate> {
    return { rate: await this.peer.evals(EXPRESSION, milliseconds), cpu: NaN };
  }
  close(): Promise<void> {
    return this.peer.close();
  }
}

/** The bytes of one eval as the package sends it. */
async function commandOf(standIn: StandIn, wire: WireCounter): Promise<Buffer> {
  const device = await Device.open(wire.prefix + standIn.path);
  try {
    await device.eval(EXPRESSION);
    const writes = await wire.writesDuring(() => device.eval(EXPRESSION));
    return Buffer.concat(writes);
  } finally {
    await device.close();
  }
}

async function repeat(one: () => Promise<unknown>, milliseconds: number): Promise<Rate> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  let now = started;
  let count = 0;
  for (; now - started < milliseconds; now = performance.now()) {
    await one();
    count++;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (count / (now - started)) * 1000, cpu: (user + system) / count };
}

function section(
  results: ReadonlyMap<string, Rate[]>,
  compared: ReadonlyMap<string, Rate[]>,
  skipped: string[],
  ours: string,
  byHand: string,
  commandBytes: number,
): Section {
  const ratesOf = (from: ReadonlyMap<string, Rate[]>, name: string) => from.get(name)!.map(({ rate }) => rate);
  const ratio = medianRatio(ratesOf(results, ours), ratesOf(results, byHand));
  const row = (from: ReadonlyMap<string, Rate[]>, name: string) => {
    const rates = ratesOf(from, name);
    const cpu = median(from.get(name)!.map((rate) => rate.cpu));
    return [
      name,
      `${three(median(rates))} /s`,
      `± ${Math.round(spread(rates) * 100)} %`,
      `${three(1000 / median(rates))} ms`,
      Number.isFinite(cpu) ? `${three(cpu)} µs` : '–',
      times(medianRatio(ratesOf(from, ours), rates)),
    ];
  };
  const others = [...compared.keys()].filter((name) => name !== ours);
  const aims = [
    { what: 'eval, of the hand-written loop', aim: '≥ 0.9×', measured: times(ratio), reached: ratio >= 0.9 },
  ];
  for (const [program, aim] of [
    ['mpremote', 20],
    ['mpytool', 4],
  ] as const) {
    const name = others.find((other) => other.startsWith(`${program} `));
    if (name === undefined) continue;
    const measured = medianRatio(ratesOf(compared, ours), ratesOf(compared, name));
    aims.push({ what: `eval, of ${program}`, aim: `≥ ${aim}×`, measured: times(measured), reached: measured >= aim });
  }
  return {
    name: 'eval',
    tables: [
      {
        title: `Warm evals of \`${EXPRESSION}\``,
        columns: ['', 'evals', 'scatter', 'one takes', 'CPU', 'this package is'],
        rows: [row(results, ours), row(results, byHand), ...others.map((name) => row(compared, name))],
        notes: [
          `One after the other, in bursts of ${BURST} ms that take turns; medians of ${results.get(ours)!.length} bursts, ` +
            `and of their ratios. The hand-written loop writes the same ${commandBytes} bytes and waits for the end of ` +
            'the reply. CPU: time of the host process for one.',
        ],
      },
    ],
    aims,
    figures: { commandBytes, ratio, results: Object.fromEntries(results), compared: Object.fromEntries(compared) },
    skipped,
  };
}
