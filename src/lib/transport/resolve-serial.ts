import { existsSync } from 'node:fs';
import { TransportError } from '../errors';
import { findBySerialNumber, listPorts as listSystemPorts, pickAuto, type PortInfo } from './list-ports';
import type { Address } from './parse-address';
import { canonicalPath, serialKey, usbIdentity } from './serial-identity';

export interface SerialLookup {
  /** Lists the serial ports; default: those of this computer. */
  listPorts?: () => Promise<PortInfo[]>;
  /** Follows links, and leaves a path that leads nowhere as it is; default: the file system's way. */
  realpath?: (path: string) => string;
  /** Whether something is at a path that the list does not have, such as a pseudo-terminal; default: asks the file system. */
  exists?: (path: string) => boolean;
  /**
   * Key that an earlier call gave for this address. When that device is plugged in under another path,
   * it is followed there; while nothing is at the path, the address goes on to mean that device.
   */
  knownAs?: string;
}

type SerialAddress = Extract<Address, { kind: 'serial' | 'id' | 'auto' }>;

/** The path to open now, the key of the device behind it, and whether there is nothing. */
export async function resolveSerial(
  parsed: SerialAddress,
  address: string,
  { listPorts, realpath, exists = existsSync, knownAs }: SerialLookup,
): Promise<{ path: string; key: string; absent: boolean }> {
  // A path can be opened without the list; only the device's identity comes from it.
  const withoutList = (error: unknown) => {
    if (parsed.kind === 'serial') return [];
    throw error;
  };
  // Asked before the list is made: what appears in between has no identity yet, and must not be taken for a nameless port.
  const existed = parsed.kind === 'serial' && exists(parsed.path);
  const ports = await (listPorts ?? listSystemPorts)().catch(withoutList);
  const known = knownAs === undefined ? undefined : ports.find((port) => usbIdentity(port, ports) === knownAs);
  const path = known?.path ?? find();
  const absent = !known && parsed.kind === 'serial' && !existed && !isListed(path);
  return { path, absent, key: absent && knownAs !== undefined ? knownAs : serialKey(path, ports, realpath) };

  function find(): string {
    switch (parsed.kind) {
      case 'serial':
        return parsed.path;
      case 'auto':
        return pickAuto(ports).path;
      case 'id': {
        const found = findBySerialNumber(ports, parsed.serialNumber);
        if (!found) throw notFound(parsed.serialNumber);
        return found.path;
      }
    }
  }

  function isListed(path: string): boolean {
    const canonical = canonicalPath(path, realpath);
    return ports.some((port) => canonicalPath(port.path, realpath) === canonical);
  }

  function notFound(serialNumber: string): TransportError {
    const there = ports.map(
      (port) => `${port.path} (${port.serialNumber ? `id:${port.serialNumber}` : 'no serial number'})`,
    );
    const list = there.length === 0 ? 'There is no serial port' : `The ports here are ${there.join(', ')}`;
    const message = `no device with the USB serial number ${serialNumber} is plugged in. ${list}.`;
    return new TransportError('PORT_NOT_FOUND', message, { address });
  }
}
