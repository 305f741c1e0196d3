import { Device } from '../dist/lib/index';
import type { WireCounter } from './counting-transport';
import { HandWrittenLoop } from './hand-written-loop';
import type { BenchOptions } from './options';
import { Peer } from './peers/peer';
import type { PeerPython } from './peers/venv';
import { three, times, type Section } from './report';
import { median, medianRatio, spread, takeTurns, type Contender } from './rounds';
import type { StandIn } from './stand-in';

const EXPRESSION = '1+1';
const WARM_UP = 200;

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

/** Warm evals a second: this package, the least that could be written by hand, and the peers, on one port. */
export async function benchEval(
  options: BenchOptions,
  standIn: StandIn,
  wire: WireCounter,
  peers: PeerPython,
): Promise<Section> {
  const quick = options.pace === 'quick';
  const [rounds, milliseconds] = quick ? [7, 200] : [21, 300];
  const command = await commandOf(standIn, wire);
  const [ours, byHand] = [new Ours(standIn.path), new ByHand(standIn.path, command)];
  // The first round is for the compilers of V8.
  await takeTurns([ours, byHand], 1, (own) => own.measure(1000));
  const results = await takeTurns<EvalContender, Rate>([ours, byHand], rounds, (own) => own.measure(milliseconds));

  const skipped: string[] = [];
  const others: OtherProgram[] = [];
  if ('reason' in peers) skipped.push(`mpremote and mpytool: ${peers.reason}`);
  else {
    others.push(
      new OtherProgram(new Peer(`mpytool ${peers.versions.mpytool}`, peers.python, 'mpytool_peer.py', standIn.path)),
      new OtherProgram(
        new Peer(`mpremote ${peers.versions.mpremote}`, peers.python, 'mpremote_peer.py', standIn.plainPath),
      ),
      new OtherProgram(new Peer(`mpremote, knowing it is a pty`, peers.python, 'mpremote_peer.py', standIn.path)),
    );
  }
  try {
    const compared = await takeTurns<EvalContender, Rate>(others, quick ? 2 : 5, (other) =>
      other.measure(milliseconds),
    );
    for (const [name, rates] of compared) results.set(name, rates);
  } finally {
    await Promise.all(others.map((other) => other.peer.stop()));
  }
  return section(results, skipped, ours.name, byHand.name, command.length);
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
    await this.peer.evals(EXPRESSION, milliseconds / 5);
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
  for (let count = 0; count < WARM_UP; count++) await one();
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
  skipped: string[],
  ours: string,
  byHand: string,
  commandBytes: number,
): Section {
  const rates = new Map([...results].map(([name, values]) => [name, values.map(({ rate }) => rate)]));
  const own = median(rates.get(ours)!);
  const ratio = medianRatio(rates.get(ours)!, rates.get(byHand)!);
  const rows = [...results].map(([name, values]) => {
    const rate = median(rates.get(name)!);
    return [
      name,
      `${three(rate)} /s`,
      `± ${Math.round(spread(rates.get(name)!) * 100)} %`,
      `${three(1000 / rate)} ms`,
      `${three(median(values.map(({ cpu }) => cpu)))} µs`,
      times(name === byHand ? ratio : own / rate),
    ];
  });
  const aims = [
    {
      what: 'eval, of the hand-written loop',
      aim: '≥ 0.9×',
      measured: times(ratio),
      reached: ratio >= 0.9,
    },
  ];
  for (const [name, aim] of [
    ['mpremote', 20],
    ['mpytool', 4],
  ] as const) {
    const peer = [...rates.keys()].find((key) => key.startsWith(`${name} `));
    if (peer === undefined) continue;
    const measured = own / median(rates.get(peer)!);
    aims.push({ what: `eval, of ${name}`, aim: `≥ ${aim}×`, measured: times(measured), reached: measured >= aim });
  }
  return {
    name: 'eval',
    tables: [
      {
        title: `Warm evals of \`${EXPRESSION}\``,
        columns: ['', 'evals', 'scatter', 'one takes', 'CPU', 'this package is'],
        rows,
        notes: [
          `One after the other on one open port; medians of ${rates.get(ours)!.length} rounds that take turns. ` +
            `The hand-written loop writes the same ${commandBytes} bytes and waits for the end of the reply.`,
        ],
      },
    ],
    aims,
    figures: { commandBytes, ratio, results: Object.fromEntries(results) },
    skipped,
  };
}
