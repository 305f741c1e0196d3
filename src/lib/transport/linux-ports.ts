import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What the operating system tells about a serial port. */
export interface SystemPort {
  path: string;
  vendorId?: string;
  productId?: string;
  serialNumber?: string;
  manufacturer?: string;
  product?: string;
  /** Where it is plugged in: stays the same when the same socket is used again. */
  locationId?: string;
}

/** PORT_UNKNOWN in Linux' `serial_core.h`: one of the numbered ports that the driver reserves without any chip. */
const NO_CHIP = '0';

/**
 * The serial ports of a Linux computer, from sysfs: needs no `udevadm`, which containers do not have and which takes
 * a process and some 50 ms for each look, while an absent device is looked for all the time.
 *
 * @param sys where sysfs is; @param dev where the device files are: a container may see a port that it may not use
 * @throws when there is no sysfs
 */
export async function listLinuxPorts(sys = '/sys', dev = '/dev'): Promise<SystemPort[]> {
  const folder = join(sys, 'class', 'tty');
  const names = (await readdir(folder)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const ports = await Promise.all(names.map((name) => readPort(join(folder, name), join(dev, name))));
  return ports.filter((port) => port !== undefined);
}

/** The port behind a device file, or `undefined` when it is none. */
export async function linuxPort(path: string, sys = '/sys'): Promise<SystemPort | undefined> {
  const name = path.split('/').at(-1);
  return name ? await readPort(join(sys, 'class', 'tty', name), path) : undefined;
}

async function readPort(entry: string, path: string): Promise<SystemPort | undefined> {
  // Consoles and pseudo-terminals have no device behind them.
  const device = await realpath(join(entry, 'device')).catch(() => undefined);
  if (device === undefined || !existsSync(path)) return undefined;
  if ((await read(entry, 'type')) === NO_CHIP) return undefined;
  // ttyACM: the USB interface; ttyUSB: a port below the interface. The device that carries the ids is above.
  for (let at = device, level = 0; level < 4 && at !== '/'; at = dirname(at), level++) {
    const vendorId = await read(at, 'idVendor');
    if (vendorId === undefined) continue;
    return {
      path,
      vendorId,
      productId: await read(at, 'idProduct'),
      serialNumber: await read(at, 'serial'),
      manufacturer: await read(at, 'manufacturer'),
      product: await read(at, 'product'),
      locationId: at.slice(at.lastIndexOf('/') + 1),
    };
  }
  return { path };
}

async function read(folder: string, attribute: string): Promise<string | undefined> {
  const text = await readFile(join(folder, attribute), 'utf8').catch(() => undefined);
  return text?.trim() || undefined;
}
