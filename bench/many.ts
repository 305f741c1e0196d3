import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Device } from '../dist/lib/index';
import type { BenchOptions } from './options';
import { three, type Section } from './report';
import { registerResponders } from './responder-transport';

const DEVICES = 64;
/** Milliseconds between two values of one device. */
const INTERVAL = 100;

interface Polled {
  /** Values of each device. */
  readonly counts: number[];
  /** Milliseconds from asking to the value, of all devices. */
  readonly latencies: number[];
  /** The 99th percentile of each device. */
  readonly worstP99: number;
  readonly seconds: number;
  readonly loop: LoopDelay;
  /** Share of one core that was busy. */
  readonly cpu: number;
}

interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** 64 devices in one process: is everybody served, is it fair, and does the event loop stay free for others? */
export async function benchMany({ pace }: BenchOptions): Promise<Section> {
  const milliseconds = pace === 'quick' ? 3000 : 10_000;
  const unregister = registerResponders();
  const devices: Device[] = [];
  try {
    const idle = (await during(async () => sleep(1000))).loop;
    for (let index = 0; index < DEVICES; index++) devices.push(await Device.open(`responder:${index}`));
    await Promise.all(devices.map((device) => device.eval('0')));
    const paced = await poll(devices, milliseconds, INTERVAL);
    const flatOut = await poll(devices, milliseconds / 2, 0);
    return section(milliseconds, idle, paced, flatOut);
  } finally {
    await Promise.all(devices.map((device) => device.close()));
    unregister();
  }
}

/** Every device is asked `interval` milliseconds after it was asked last, or as soon as it has answered. */
async function poll(devices: readonly Device[], milliseconds: number, interval: number): Promise<Polled> {
  const latencies = devices.map((): number[] => []);
  const { loop, seconds, cpu } = await during(async () => {
    const end = performance.now() + milliseconds;
    await Promise.all(
      devices.map(async (device, index) => {
        // Not all in the same moment, as flows are not either.
        let next = performance.now() + (interval * index) / devices.length;
        for (; next < end; next += interval) {
          const wait = next - performance.now();
          if (wait > 0) await sleep(wait);
          const asked = performance.now();
          if (asked >= end) return;
          await device.eval('adc.read()');
          latencies[index]!.push(performance.now() - asked);
          if (interval === 0) next = performance.now();
        }
      }),
    );
  });
  return {
    counts: latencies.map(({ length }) => length),
    latencies: latencies.flat(),
    worstP99: Math.max(...latencies.map((own) => percentile(own, 0.99))),
    seconds,
    loop,
    cpu,
  };
}

async function during(work: () => Promise<void>): Promise<{ loop: LoopDelay; seconds: number; cpu: number }> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  histogram.enable();
  await work();
  histogram.disable();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const ms = (nanoseconds: number) => nanoseconds / 1e6;
  const loop = { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(histogram.max) };
  return { loop, seconds, cpu: (user + system) / 1e6 / seconds };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

function section(milliseconds: number, idle: LoopDelay, paced: Polled, flatOut: Polled): Section {
  const row = (name: string, { counts, latencies, worstP99, seconds, loop, cpu }: Polled) => [
    name,
    `${three(counts.reduce((sum, count) => sum + count, 0) / seconds)} /s`,
    `${Math.min(...counts)}–${Math.max(...counts)}`,
    `${three(percentile(latencies, 0.5))} ms`,
    `${three(percentile(latencies, 0.99))} ms`,
    `${three(worstP99)} ms`,
    `${three(loop.p99)} ms`,
    `${three(loop.max)} ms`,
    `${Math.round(cpu * 100)} %`,
  ];
  const wanted = Math.round(milliseconds / INTERVAL);
  const [least, most] = [Math.min(...paced.counts), Math.max(...paced.counts)];
  const fairness = Math.min(...flatOut.counts) / Math.max(...flatOut.counts);
  const summary = ({ counts, worstP99, seconds, loop, cpu }: Polled) => ({ counts, worstP99, seconds, loop, cpu });
  return {
    name: 'many',
    tables: [
      {
        title: `${DEVICES} devices in one process`,
        columns: ['', 'evals', 'a device', 'p50', 'p99', 'worst device p99', 'loop p99', 'loop max', 'CPU'],
        rows: [row(`each ${1000 / INTERVAL} times a second`, paced), row('each as fast as it answers', flatOut)],
        notes: [
          `The devices are simulated in the process itself and answer after 2 ms. p50, p99: from asking to the value. ` +
            `Event loop delay as perf_hooks samples it every millisecond; idle, its p99 is ${three(idle.p99)} ms.`,
        ],
      },
    ],
    aims: [
      {
        what: `${DEVICES} devices polled ten times a second: event loop delay p99`,
        aim: '< 20 ms',
        measured: `${three(paced.loop.p99)} ms`,
        reached: paced.loop.p99 < 20,
      },
      {
        what: 'all served: values of the slowest device, of those asked for',
        aim: '≥ 98 %',
        measured: `${least} of ${wanted}`,
        reached: least >= wanted * 0.98 - 1 && most <= wanted + 1,
      },
      {
        what: 'fair when each asks as fast as it can: slowest to fastest device',
        aim: '≥ 0.9',
        measured: three(fairness),
        reached: fairness >= 0.9,
      },
    ],
    figures: { idle, paced: summary(paced), flatOut: summary(flatOut) },
    skipped: [],
  };
}
