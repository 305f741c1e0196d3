/**
 * The bench: figures of this package beside a hand-written loop, mpremote and mpytool, over MicroPython's Unix port
 * behind a pseudo-terminal. Ratios within one run are what counts; docs/performance.md explains them.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { countWire, type WireCounter } from './counting-transport';
import { benchEval } from './eval';
import { benchFiles } from './files';
import { benchLine } from './line';
import { describeMachine } from './machine';
import { benchMany } from './many';
import { readOptions, USAGE, type BenchOptions } from './options';
import { findPeerPython } from './peers/venv';
import { formatAims, formatTable, type Section } from './report';
import { startStandIn } from './stand-in';
import { benchWire } from './wire';

const BAUD_RATE = 115_200;
/** Milliseconds after which something hangs. */
const LIMITS = { quick: 120_000, normal: 420_000, full: 1_800_000 };

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const alarm = setTimeout(() => {
    console.error('The bench hangs; given up.');
    process.exit(2);
  }, LIMITS[options.pace]);
  const machine = await describeMachine();
  const { cpu, cores, memoryGiB, system, node, serialport, commit, date } = machine;
  console.log(`${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, serialport ${serialport}`);
  console.log(`commit ${commit}, ${date}\n`);
  const wire = countWire();
  const sections: Section[] = [];
  const skipped: string[] = [];
  try {
    for await (const section of measure(options, wire, skipped)) {
      sections.push(section);
      for (const table of section.tables) console.log(formatTable(table));
      skipped.push(...section.skipped.map((reason) => `${section.name}: ${reason}`));
    }
  } finally {
    wire.unregister();
    clearTimeout(alarm);
  }
  console.log(formatAims(sections.flatMap(({ aims }) => aims)));
  for (const reason of skipped) console.log(`Skipped: ${reason}`);
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ machine, options, sections, skipped }, null, 2)}\n`);
  }
}

async function* measure(options: BenchOptions, wire: WireCounter, skipped: string[]): AsyncGenerator<Section> {
  const wanted = (name: string) => options.only.length === 0 || options.only.includes(name);
  if (['eval', 'wire', 'files', 'line'].some(wanted)) {
    // Does nothing when it is there already, and says nothing that `startStandIn` does not say again.
    await promisify(execFile)(process.execPath, [join(__dirname, '../scripts/unix-port.mjs')]).catch(() => {});
    const standIn = await startStandIn().catch((error: Error) => error);
    if (standIn instanceof Error) skipped.push(`all that needs MicroPython's Unix port: ${standIn.message}`);
    else {
      try {
        const peers = await findPeerPython();
        if (wanted('eval')) yield await benchEval(options, wire, peers);
        if (wanted('wire')) yield await benchWire(standIn, wire);
        if (wanted('files')) yield await benchFiles(options, standIn, peers);
        if (wanted('line')) {
          const slow = await startStandIn(BAUD_RATE);
          try {
            yield await benchLine(options, slow, BAUD_RATE, wire, peers);
          } finally {
            await slow.stop();
          }
        }
      } finally {
        await standIn.stop();
      }
    }
  }
  if (wanted('many')) yield await benchMany(options);
}

main().catch((error: unknown) => {
  console.error(error);
  console.error(USAGE);
  process.exitCode = 1;
});
