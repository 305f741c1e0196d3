import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The simulated device as a program. It starts a script of its own, so the built one is used. */
export const SIM_PROGRAM = join(__dirname, '../../dist/lib/sim/sim-process.js');

if (!existsSync(SIM_PROGRAM)) throw new Error(`${SIM_PROGRAM} is missing: run "npm run build" first`);
