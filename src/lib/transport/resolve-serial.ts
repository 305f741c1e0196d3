import { TransportError } from '../errors';
import { findBySerialNumber, listPorts as listSystemPorts, pickAuto, type PortInfo } from './list-ports';
import type { Address } from './parse-address';
import { serialKey, usbIdentity } from './serial-identity';

export interface SerialLookup {
  /** Lists the serial ports; default: those of this computer. */
  listPorts?: () => Promise<PortInfo[]>;
  /** Follows links, and leaves a path that leads nowhere as it is; default: the file system's way. */
  realpath?: (path: string) => string;
  /**
   * Key that an earlier call gave for this address. When that device is plugged in under another path,
   * it is followed there.
   */
  knownAs?: string;
}

type SerialAddress = Extract<Address, { kind: 'serial' | 'id' | 'auto' }>;

/** The path to open now, and the key of the device behind it. */
export async function resolveSerial(
  parsed: SerialAddress,
  address: string,
  { listPorts, realpath, knownAs }: SerialLookup,
): Promise<{ path: string; key: string }> {
  // A path can be opened without the list; only the device's identity comes from it.
  const withoutList = (error: unknown) => {
    if (parsed.kind === 'serial') return [];
    throw error;
  };
  const ports = await (listPorts ?? listSystemPorts)().catch(withoutList);
  const known = knownAs === undefined ? undefined : ports.find((port) => usbIdentity(port, ports) === knownAs);
  const path = known?.path ?? find();
  return { path, key: serialKey(path, ports, realpath) };

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

  function notFound(serialNumber: string): TransportError {
    const there = ports.map(
      (port) => `${port.path} (${port.serialNumber ? `id:${port.serialNumber}` : 'no serial number'})`,
    );
    const list = there.length === 0 ? 'There is no serial port' : `The ports here are ${there.join(', ')}`;
    const message = `no device with the USB serial number ${serialNumber} is plugged in. ${list}.`;
    return new TransportError('PORT_NOT_FOUND', message, { address });
  }
}
