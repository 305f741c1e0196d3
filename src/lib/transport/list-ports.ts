import { realpathSync } from 'node:fs';
import { ArgumentError, TransportError } from '../errors';
import { listLinuxPorts, type SystemPort } from './linux-ports';
import { loadSerialPort } from './load-serialport';
import { usbVerdict, type UsbVerdict } from './usb-ids';

/** A serial port of this computer. Texts are as the operating system has them, absent where it has none. */
export interface PortInfo {
  /** `/dev/ttyACM0`, `/dev/cu.usbmodem14101`, `COM3`. */
  path: string;
  /** USB vendor and product, four hexadecimal digits in lower case: `2e8a`, `0005`. */
  vendorId?: string;
  productId?: string;
  /** USB serial number: what `id:` in an address names. */
  serialNumber?: string;
  manufacturer?: string;
  /** What the device calls itself. */
  product?: string;
  /** Where it is plugged in, in the words of the operating system. */
  locationId?: string;
  /** A board with MicroPython probably, by its USB ids and names. Nothing was sent to it. */
  likelyMicroPython: boolean;
}

/** Asks the operating system for its serial ports. */
export type PortLister = () => Promise<readonly SystemPort[]>;

/**
 * The serial ports of this computer, the likely ones first. Opens none of them.
 * Numbered ports without a chip behind them (`/dev/ttyS0` to `ttyS31` on most computers) are left out.
 *
 * @param lister for tests; default: the operating system
 * @throws TransportError `OPEN_FAILED` when the list cannot be had
 */
export async function listPorts(lister: PortLister = systemPorts): Promise<PortInfo[]> {
  let found: readonly SystemPort[];
  try {
    found = await lister();
  } catch (error) {
    if (error instanceof TransportError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TransportError('OPEN_FAILED', `cannot list the serial ports: ${reason}`, { cause: error });
  }
  const ports = found.map(portInfo);
  return [...ports.filter((port) => port.likelyMicroPython), ...ports.filter((port) => !port.likelyMicroPython)];
}

/** Pure: whether a board with MicroPython is probably behind this port. Bridges of other known things are not. */
export function likelyMicroPython(port: Omit<PortInfo, 'likelyMicroPython'>): boolean {
  const texts = `${port.manufacturer ?? ''} ${port.product ?? ''}`;
  if (/micropython|circuitpython/i.test(texts)) return true;
  return portVerdict(port).micropython && !OTHER_THINGS.test(texts);
}

/** Pure: the port of the device with this USB serial number; letter case does not matter. */
export function findBySerialNumber(ports: readonly PortInfo[], serialNumber: string): PortInfo | undefined {
  const wanted = serialNumber.toLowerCase();
  return ports.find((port) => port.serialNumber?.toLowerCase() === wanted);
}

/**
 * Pure: the only likely device, for the address `auto`. A board that speaks USB itself goes before a UART bridge,
 * which may be anything.
 *
 * @throws TransportError `PORT_NOT_FOUND` when there is none: it may be plugged in later
 * @throws ArgumentError `INVALID_ADDRESS` when there are several: the user has to say which; the message lists them
 */
export function pickAuto(ports: readonly PortInfo[]): PortInfo {
  const likely = onePerDevice(ports.filter((port) => port.likelyMicroPython));
  const native = likely.filter((port) => portVerdict(port).kind !== 'bridge');
  const candidates = native.length > 0 ? native : likely;
  const [first, second] = candidates;
  if (!first) {
    const others =
      ports.length === 0 ? 'There is no serial port' : `The ports here are ${ports.map(describe).join(', ')}`;
    const message = `no device found that looks like MicroPython; is it plugged in? ${others}.`;
    throw new TransportError('PORT_NOT_FOUND', message, { address: 'auto' });
  }
  if (second) {
    const list = candidates.map(describe).join(', ');
    const message = `more than one device looks like MicroPython: ${list}. Name one of them by its path or by id:<serial number>.`;
    throw new ArgumentError('INVALID_ADDRESS', message, { address: 'auto' });
  }
  return first;
}

/** Follows links, so that `/dev/serial/by-id/…` and the port behind it are one; the path as it is when it leads nowhere. */
export function resolvePortPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What the tables say about a port. */
export function portVerdict(port: { vendorId?: string; productId?: string }): UsbVerdict {
  return usbVerdict(port.vendorId, port.productId);
}

/** Names of things that use the same bridge chips. Sending Ctrl-C to a radio or a machine would be no good. */
const OTHER_THINGS =
  /zig-?bee|z-?wave|sonoff|conbee|skyconnect|matter|thread|gps|gnss|modem|rs-?485|marlin|prusa|printer/i;

/** A board may offer two ports: its REPL is on the first. */
function onePerDevice(ports: readonly PortInfo[]): PortInfo[] {
  const seen = new Set<string>();
  return ports.filter(({ vendorId, productId, serialNumber, locationId }) => {
    if (!serialNumber || !locationId) return true;
    const device = `${vendorId}:${productId}:${serialNumber}@${locationId}`;
    if (seen.has(device)) return false;
    seen.add(device);
    return true;
  });
}

function describe({ path, manufacturer, product, serialNumber }: PortInfo): string {
  const facts = [[manufacturer, product].filter(Boolean).join(' '), serialNumber && `id:${serialNumber}`].filter(
    Boolean,
  );
  return facts.length > 0 ? `${path} (${facts.join(', ')})` : path;
}

function portInfo(system: SystemPort): PortInfo {
  const port = {
    path: system.path,
    vendorId: usbId(system.vendorId),
    productId: usbId(system.productId),
    serialNumber: system.serialNumber || undefined,
    manufacturer: system.manufacturer || undefined,
    product: system.product || undefined,
    locationId: system.locationId || undefined,
  };
  const known = Object.fromEntries(Object.entries(port).filter(([, value]) => value !== undefined)) as typeof port;
  return { ...known, likelyMicroPython: likelyMicroPython(known) };
}

/** `2E8A`, `0x2e8a` and `5` as `2e8a` and `0005`. */
function usbId(text: string | undefined): string | undefined {
  const digits = text?.trim().replace(/^0x/i, '').toLowerCase();
  return digits && /^[0-9a-f]{1,4}$/.test(digits) ? digits.padStart(4, '0') : undefined;
}

async function systemPorts(): Promise<readonly SystemPort[]> {
  if (process.platform === 'linux') {
    const ports = await listLinuxPorts().catch(() => undefined);
    if (ports) return ports;
  }
  const { SerialPort } = await loadSerialPort();
  return await SerialPort.list();
}
