/**
 * From the text that names a device to a transport.
 *
 *   text -> parseAddress -> Address -> resolveAddress (port list) -> key of the device, createTransport()
 */
// Each of these loads what is heavy, a native module or a WebAssembly one, only when it opens a device.
import { GuardedTransport } from './guarded-transport';
import { readAddress, type Address } from './parse-address';
import { ProcessTransport } from './process-transport';
import { registeredFactory, registeredSchemes } from './registered-transports';
import { resolveSerial, type SerialLookup } from './resolve-serial';
import { Rfc2217Transport } from './rfc2217-transport';
import { SerialTransport } from './serial-transport';
import { simFactory as simTransport } from './sim-transport';
import { TcpTransport } from './tcp-transport';
import type { Transport, TransportFactory, TransportOptions } from './transport';
import { WebReplTransport } from './webrepl-transport';

export type { Address } from './parse-address';
export { registerTransport } from './registered-transports';

/**
 * Reads an address, the registered schemes included. Nothing is looked up.
 * @throws ArgumentError `INVALID_ADDRESS`; the message says what is wrong and lists the forms
 */
export function parseAddress(text: string): Address {
  return readAddress(text, registeredSchemes());
}

export interface ResolvedAddress {
  /** Identity of the device: two ways to name one device give the same key. */
  readonly key: string;
  /** The address as the caller wrote it. */
  readonly address: string;
  /** Nothing is at the path now. */
  readonly absent?: boolean;
  /** A new transport, not opened. */
  createTransport(): Transport;
}

export interface ResolveDependencies extends SerialLookup {
  /** Makes the simulated device; default: the one that ships with this package. */
  simFactory?: TransportFactory;
}

/**
 * Finds the device now. To be called again for each connection, because a port may have come back under another name.
 *
 * @param deps for tests; and `knownAs`, the key that an earlier call gave
 * @throws ArgumentError `INVALID_ADDRESS`
 * @throws TransportError `PORT_NOT_FOUND` when no port fits `id:` or `auto`; the message lists those that are there
 */
export async function resolveAddress(
  address: string,
  options: TransportOptions = {},
  deps: ResolveDependencies = {},
): Promise<ResolvedAddress> {
  const parsed = parseAddress(address);
  switch (parsed.kind) {
    case 'serial':
    case 'id':
    case 'auto': {
      const { path, key, absent } = await resolveSerial(parsed, address, deps);
      return { key, address, absent, createTransport: () => new SerialTransport(path, options, address) };
    }
    case 'tcp': {
      const { host, port } = parsed;
      return {
        key: networkKey(parsed),
        address,
        createTransport: () => new TcpTransport(host, port, options, address),
      };
    }
    case 'rfc2217': {
      const { host, port } = parsed;
      return {
        key: networkKey(parsed),
        address,
        createTransport: () => new Rfc2217Transport(host, port, options, address),
      };
    }
    case 'webrepl': {
      return { key: parsed.url, address, createTransport: () => new WebReplTransport(parsed.url, options, address) };
    }
    case 'exec': {
      const key = `exec:${parsed.command}`;
      return { key, address, createTransport: () => new ProcessTransport(parsed.command, options, address) };
    }
    case 'sim': {
      const factory = deps.simFactory ?? simTransport;
      return { key: `sim:${parsed.name}`, address, createTransport: () => factory(parsed.name, options, address) };
    }
    case 'registered': {
      const { scheme, rest } = parsed;
      const factory = registeredFactory(scheme)!;
      const createTransport = () =>
        new GuardedTransport(factory(rest, options, address), address, options.connectTimeout);
      return { key: `${scheme}:${rest}`, address, createTransport };
    }
  }
}

function networkKey({ kind, host, port }: { kind: string; host: string; port: number }): string {
  return `${kind}://${host}:${port}`;
}
