import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Device } from '../dist/lib/index';
import { Peer } from './peers/peer';
import type { PeerPython } from './peers/venv';
import type { Contender } from './rounds';
import type { Sample } from './sample-files';
import type { StandIn } from './stand-in';

export type Action = 'upload' | 'download' | 'sync';

/** Somebody who moves files over an open port. */
export interface FileContender extends Contender {
  /** @param limit milliseconds @returns seconds @throws Error when what comes back is not what was sent */
  transfer(action: Action, sample: Sample, limit: number): Promise<number>;
  stop(): Promise<void>;
}

/** This package. */
export class OurFiles implements FileContender {
  readonly name = 'this package';
  #device: Device | undefined;

  constructor(private readonly address: string) {}

  async open(): Promise<void> {
    this.#device = await Device.open(this.address);
    await this.#device.eval('0');
  }

  async transfer(action: Action, sample: Sample, limit: number): Promise<number> {
    const { fs } = this.#device!;
    const signal = AbortSignal.timeout(limit);
    const contents = await contentsOf(sample);
    if (sample.many && action === 'upload' && !(await fs.exists(sample.name))) await fs.mkdir(sample.name);
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    if (action === 'sync') {
      const { skip } = await fs.sync(sample.path, sample.name, { signal });
      const took = seconds();
      assert.equal(skip.length, contents.size, 'all files are equal');
      return took;
    }
    if (action === 'upload') {
      for (const [name, content] of contents) await fs.writeFile(name, content, { signal });
      return seconds();
    }
    const got: Buffer[] = [];
    for (const name of contents.keys()) got.push(await fs.readFile(name, { signal }));
    const took = seconds();
    assert.deepEqual(got, [...contents.values()], `${sample.name} came back as it was`);
    return took;
  }

  async close(): Promise<void> {
    await this.#device?.close();
  }

  async stop(): Promise<void> {}
}

/** Another program. */
export class PeerFiles implements FileContender {
  readonly name: string;

  constructor(private readonly peer: Peer) {
    this.name = peer.name;
  }
  open(): Promise<void> {
    return this.peer.open();
  }
  transfer(action: Action, { path, name }: Sample, limit: number): Promise<number> {
    return this.peer.transfer(action, path, name, limit);
  }
  close(): Promise<void> {
    return this.peer.close();
  }
  stop(): Promise<void> {
    return this.peer.stop();
  }
}

/** The two other programs, when they are there. */
export function otherPrograms(
  standIn: StandIn,
  peers: PeerPython,
): { mpytool: PeerFiles; mpremote: PeerFiles } | undefined {
  if ('reason' in peers) return undefined;
  const { python, versions } = peers;
  return {
    mpytool: new PeerFiles(new Peer(`mpytool ${versions.mpytool}`, python, 'mpytool_peer.py', standIn.path)),
    mpremote: new PeerFiles(new Peer(`mpremote ${versions.mpremote}`, python, 'mpremote_peer.py', standIn.plainPath)),
  };
}

/** Content by name on the device. */
async function contentsOf({ path, name, many }: Sample): Promise<Map<string, Buffer>> {
  if (!many) return new Map([[name, await readFile(path)]]);
  const files = (await readdir(path)).sort();
  return new Map(
    await Promise.all(files.map(async (file) => [`${name}/${file}`, await readFile(join(path, file))] as const)),
  );
}
