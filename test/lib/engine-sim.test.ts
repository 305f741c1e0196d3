import { describeEngine } from '../support/engine-suite';

describeEngine('sim:', () =>
  Promise.resolve({ address: 'sim:engine-suite', platform: 'webassembly', stop: () => Promise.resolve() }),
);
