import { resolvePortPath, type PortInfo } from './list-ports';

/** Path of a port as the system's list has it: links followed, Windows names in one form, macOS `tty.` as `cu.`. */
export function canonicalPath(path: string, realpath: (path: string) => string = resolvePortPath): string {
  const windows = /^(?:\\\\[.?]\\)?(COM\d+)$/i.exec(path)?.[1];
  if (windows) return windows.toUpperCase();
  // Two names of one port; the port list of macOS has the first, mpremote and Thonny show the second.
  return realpath(path).replace(/^\/dev\/tty\./, '/dev/cu.');
}

/**
 * What makes a port the same device when it comes back under another path: its USB ids and serial number.
 * `undefined` when it has no serial number, or shares it: cheap bridges all carry `0001`, and a board with two
 * interfaces shows up as two ports.
 */
export function usbIdentity(port: PortInfo, ports: readonly PortInfo[]): string | undefined {
  const own = usbName(port);
  if (own === undefined) return undefined;
  return ports.filter((other) => usbName(other) === own).length > 1 ? undefined : own;
}

function usbName(port: PortInfo): string | undefined {
  const { vendorId = '', productId = '', serialNumber } = port;
  return serialNumber ? `usb:${vendorId}:${productId}:${serialNumber}`.toLowerCase() : undefined;
}

/** The key of a device at a serial port, the same for every way to name it. */
export function serialKey(path: string, ports: readonly PortInfo[], realpath?: (path: string) => string): string {
  const canonical = canonicalPath(path, realpath);
  const port = ports.find((candidate) => canonicalPath(candidate.path, realpath) === canonical);
  return (port && usbIdentity(port, ports)) ?? `port:${canonical}`;
}
