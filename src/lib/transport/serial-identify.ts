import { linuxPort } from './linux-ports';
import { listPorts, resolvePortPath } from './list-ports';

/** What the traits of a port are taken from. */
export interface PortIds {
  vendorId?: string;
  productId?: string;
}

/** The USB ids behind a port, or `undefined` when it is none of USB or not known. */
export async function identifyPort(path: string): Promise<PortIds | undefined> {
  const real = resolvePortPath(path);
  if (process.platform === 'linux') return await linuxPort(real);
  return (await listPorts()).find((port) => port.path.toLowerCase() === real.toLowerCase());
}

/** A terminal that a program of this computer serves: socat, a simulator. */
export function isPseudoTerminal(path: string): boolean {
  return /^\/dev\/(?:pts\/\d+|ttys\d+)$/.test(resolvePortPath(path));
}

/** The name by which the system opens a port. */
export function systemPath(path: string): string {
  // The package `serialport` puts the prefix before Windows names itself, and it has room for ten characters.
  const windows = /^\\\\[.?]\\(COM\d+)$/i.exec(path)?.[1];
  if (windows) return windows;
  // macOS: opening tty.* waits for a carrier signal, which boards do not give; cu.* is the same port without it.
  return process.platform === 'darwin' ? path.replace(/^\/dev\/tty\./, '/dev/cu.') : path;
}
