import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file or folder of this computer that is moved to a device and back. Its name is the same on both sides. */
export interface Sample {
  readonly title: string;
  /** On the device, relative to its current folder. */
  readonly name: string;
  /** On this computer. */
  readonly path: string;
  /** Bytes of all files. */
  readonly bytes: number;
  /** A folder of files. */
  readonly many: boolean;
}

export interface Samples {
  readonly small: Sample;
  readonly random: Sample;
  readonly source: Sample;
  readonly many: Sample;
  remove(): Promise<void>;
}

const FILES = 50;
const FILE_SIZE = 4096;
const SOURCE_LIMIT = 27 * 1024;
/** Folders of this repository with Python that was written for people to read. */
const PYTHON = ['../src/lib/python/snippets', 'peers', '../test/support'];

/** Makes the files, the same ones in each run. */
export async function makeSamples(): Promise<Samples> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-files-'));
  const random = noise(64 * 1024);
  const source = await pythonSource();
  const file = async (title: string, name: string, content: Buffer): Promise<Sample> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return { title, name, path, bytes: content.length, many: false };
  };
  const many = join(folder, 'bench_many');
  await mkdir(many);
  for (let index = 0; index < FILES; index++) {
    // What a project consists of: pictures and compiled modules, and source.
    const from = index % 2 === 0 ? random : source;
    const start = (index * 331) % (from.length - FILE_SIZE);
    await writeFile(join(many, `f${String(index).padStart(2, '0')}.bin`), from.subarray(start, start + FILE_SIZE));
  }
  return {
    small: await file('1 KiB', 'bench_small.bin', random.subarray(0, 1024)),
    random: await file('64 KiB random', 'bench_random.bin', random),
    source: await file(`${Math.round(source.length / 1024)} KiB Python source`, 'bench_source.py', source),
    many: { title: `${FILES} files of 4 KiB`, name: 'bench_many', path: many, bytes: FILES * FILE_SIZE, many: true },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Bytes without any pattern, from a fixed seed. */
function noise(length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let index = 0; index * 32 < length; index++) blocks.push(createHash('sha256').update(`noise ${index}`).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

async function pythonSource(): Promise<Buffer> {
  const files: Buffer[] = [];
  for (const folder of PYTHON) {
    const names = (await readdir(join(__dirname, folder))).filter((name) => name.endsWith('.py')).sort();
    for (const name of names) files.push(await readFile(join(__dirname, folder, name)));
  }
  return Buffer.concat(files).subarray(0, SOURCE_LIMIT);
}
