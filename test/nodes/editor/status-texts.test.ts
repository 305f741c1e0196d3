import assert from 'node:assert/strict';
import type { DeviceState } from '../../../src/lib/device/session-state';
import { TransportError } from '../../../src/lib/errors';
import { nodeStatus } from '../../../src/nodes/shared/status';
import { catalogue } from '../../support/built-editor';

describe('the texts of the status', () => {
  const texts = catalogue();

  it('are short, and there is one for each state of a device', () => {
    const lost = new TransportError('PORT_NOT_FOUND', 'gone');
    const states: (DeviceState | undefined)[] = [
      undefined,
      { status: 'disconnected', waiting: 0 },
      { status: 'disconnected', reason: new Error('without a code'), waiting: 0 },
      { status: 'disconnected', reason: lost, waiting: 0 },
      { status: 'connecting', waiting: 0 },
      { status: 'ready', waiting: 0 },
      { status: 'running', waiting: 0 },
      { status: 'running', waiting: 7 },
      { status: 'released', waiting: 0 },
    ];
    const translate = (key: string, values: Record<string, unknown> = {}) => {
      const text = texts.get(key);
      return text?.replace(/__(\w+)__/g, (_, name: string) => String(values[name])) ?? key;
    };
    for (const state of states) {
      for (const activity of [{ jobs: 0 }, { jobs: 1 }, { jobs: 1, percent: 41.7 }]) {
        const { text = '' } = nodeStatus(state, activity, translate);
        assert.doesNotMatch(text, /micropython\.|undefined|__|^$/, JSON.stringify(state));
        assert.ok(text.length <= 20, text);
      }
    }
  });
});
