import type { FakeDevice } from './fake-device';
import { openPty } from './pty';

export interface PluggedIn {
  /** What the host opens. */
  readonly path: string;
  /** Pulls the cable; the device keeps its power. */
  unplug(): Promise<void>;
}

/**
 * Puts a fake device behind a pseudo-terminal, so that it can be opened as a serial port.
 * @param options.echo the line sends back what the host writes, before the device hears it
 */
export async function plugIn(device: FakeDevice, options: { echo?: boolean } = {}): Promise<PluggedIn> {
  const pty = await openPty();
  const cable = device.createTransport();
  const sink = { data: (bytes: Uint8Array) => void pty.write(bytes).catch(() => {}), closed: () => {} };
  await cable.open(sink, new AbortController().signal);
  pty.onData((bytes) => {
    if (options.echo) sink.data(bytes);
    void cable.write(bytes).catch(() => {});
  });
  return {
    path: pty.path,
    unplug: async () => {
      await cable.close();
      await pty.close();
    },
  };
}
