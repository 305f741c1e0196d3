import { DirectRunner } from './direct-runner';
import { directUnix, mountInMemory } from './direct-unix';
import { directWasm } from './direct-wasm';
import { findUnixPort } from './find-unix-port';

/** A kind of device with a fresh file system in memory. */
export interface FileTarget {
  readonly name: string;
  /** Why it cannot be had here. */
  readonly missing: string | undefined;
  open(heap?: number): Promise<DirectRunner>;
}

const unixPort = findUnixPort();

function onUnix(type: 'VfsFat' | 'VfsLfs1' | 'VfsLfs2'): FileTarget {
  return {
    name: `Unix port, ${type}`,
    missing: unixPort.reason,
    async open(heap = 4 * 1024 * 1024) {
      const runner = new DirectRunner(directUnix(unixPort.command!, heap));
      await runner.python(mountInMemory(type, 1024));
      return runner;
    },
  };
}

/** Real MicroPython with the file systems that boards have. */
export const fileTargets: readonly FileTarget[] = [
  { name: 'WebAssembly', missing: undefined, open: async (heap) => new DirectRunner(await directWasm(heap)) },
  onUnix('VfsLfs2'),
  onUnix('VfsFat'),
  onUnix('VfsLfs1'),
];

/** Describes a suite for each target that can be had; the others are skipped with the reason. */
export function describeTargets(
  title: string,
  suite: (open: (heap?: number) => Promise<DirectRunner>, name: string) => void,
  targets: readonly FileTarget[] = fileTargets,
): void {
  for (const target of targets) {
    const { missing } = target;
    const describeIt = missing ? describe.skip : describe;
    describeIt(`${title} (${target.name}${missing ? `: ${missing}` : ''})`, () => {
      const opened: DirectRunner[] = [];
      afterEach(async () => {
        for (const runner of opened.splice(0)) await runner.close();
      });
      suite(async (heap) => {
        const runner = await target.open(heap);
        opened.push(runner);
        return runner;
      }, target.name);
    });
  }
}
