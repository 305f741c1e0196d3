import { SimTransport } from '../../dist/lib/transport/sim-transport';

/** A simulated device as a plain stream of bytes, to be put behind a server or a pseudo-terminal. */
export interface SimBehind {
  /** What the host types. Bytes after `close` are dropped. */
  type(bytes: Uint8Array): void;
  close(): Promise<void>;
}

/** @param print is given what the device prints */
export async function simBehind(name: string, print: (bytes: Uint8Array) => void): Promise<SimBehind> {
  const transport = new SimTransport(name);
  await transport.open({ data: print, closed: () => {} }, new AbortController().signal);
  return {
    type: (bytes) => void transport.write(bytes).catch(() => {}),
    close: () => transport.close(),
  };
}
