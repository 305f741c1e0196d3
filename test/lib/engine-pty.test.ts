import { describeEngine } from '../support/engine-suite';
import { startSimOnPty } from '../support/sim-on-pty';

describeEngine('the simulated device behind a pseudo-terminal', async () => {
  const sim = await startSimOnPty();
  return { address: sim.path, platform: 'webassembly', stop: () => sim.stop() };
});
