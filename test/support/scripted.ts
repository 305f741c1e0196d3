import { Device, type OpenOptions } from '../../src/lib/index';
import type { FakeDeviceOptions } from './fake-device';
import { ScriptedDevice } from './scripted-device';
import { inVirtualTime, type VirtualTime } from './virtual-time';

export interface ScriptedStory {
  board: ScriptedDevice;
  device: Device;
  time: VirtualTime;
}

/** A mocha test in virtual time with one fake device, open; both are put away afterwards. */
export function scripted(
  work: (story: ScriptedStory) => Promise<void>,
  options: { fake?: FakeDeviceOptions; open?: OpenOptions } = {},
): () => Promise<void> {
  return () =>
    inVirtualTime(async (time) => {
      const board = new ScriptedDevice(options.fake);
      try {
        const device = await Device.open(board.address, options.open);
        try {
          await work({ board, device, time });
        } finally {
          await device.close();
        }
      } finally {
        board.stop();
      }
    });
}

/** Code of the error with which a promise rejects; `resolved` when it does not. */
export function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
}

/** Resolves when the condition holds, looked at every millisecond of virtual time. */
export async function until(time: VirtualTime, condition: () => boolean): Promise<void> {
  while (!condition()) await time.pass(1);
}
