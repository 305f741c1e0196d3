import { parseArgs } from 'node:util';

/** How long and what a run measures. */
export interface BenchOptions {
  /** `quick`: under a minute. `full`: also what takes minutes, such as mpremote's 50 files over the slow line. */
  readonly pace: 'quick' | 'normal' | 'full';
  /** Names of the sections to run; empty: all. */
  readonly only: readonly string[];
  /** Where to write the figures as JSON. */
  readonly json: string | undefined;
}

export const USAGE = `npm run bench -- [--quick | --full] [--only eval,wire,files,line,many] [--json <file>]`;

/** @throws Error for an unknown option; its message says which */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
    },
  });
  return {
    pace: values.full ? 'full' : values.quick ? 'quick' : 'normal',
    only: values.only.split(',').filter((name) => name !== ''),
    json: values.json,
  };
}
