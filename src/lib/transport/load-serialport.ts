import type * as SerialPortPackage from 'serialport';
import { TransportError } from '../errors';

/**
 * Loads the npm package `serialport` when the first serial port is needed: those who use network or simulated
 * devices can do without its native part, which may be missing on an unusual processor or in a slim container.
 *
 * @throws TransportError `OPEN_FAILED` with the reason
 */
export async function loadSerialPort(address?: string): Promise<typeof SerialPortPackage> {
  try {
    return await import('serialport');
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new TransportError(
      'OPEN_FAILED',
      `${address ? `cannot open ${address}: ` : ''}the npm package "serialport", which opens serial ports, ` +
        `does not load here (${reason}). Run "npm rebuild @serialport/bindings-cpp" in the folder of this package, ` +
        'or reach the device over the network.',
      { address, cause: error },
    );
  }
}
