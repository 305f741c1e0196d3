import { ArgumentError } from '../errors';
import { BUILT_IN_SCHEMES } from './parse-address';
import type { TransportFactory } from './transport';

const factories = new Map<string, TransportFactory>();

/**
 * Adds a transport of your own: from now on addresses that begin with `<scheme>:` are made by `factory`.
 *
 * @param scheme a letter, then letters, digits, `+`, `.` or `-`; two characters or more; upper and lower case are one
 * @param factory gets what follows the colon, the options of the device, and the whole address
 * @returns takes it away again; devices that are open stay open
 * @throws ArgumentError `INVALID_ARGUMENT` for a name that is no scheme, is built in, or is taken
 */
export function registerTransport(scheme: string, factory: TransportFactory): () => void {
  const name = String(scheme).toLowerCase();
  const refuse = (why: string) =>
    new ArgumentError('INVALID_ARGUMENT', `cannot register a transport as "${scheme}": ${why}`);
  if (!/^[a-z][a-z0-9+.-]+$/.test(name))
    throw refuse('a scheme is a letter and at least one letter, digit, "+", "." or "-"');
  if (BUILT_IN_SCHEMES.has(name)) throw refuse('this name is built in');
  if (factories.has(name)) throw refuse('this name is taken');
  if (typeof factory !== 'function') throw refuse('its factory is no function');
  factories.set(name, factory);
  let registered = true;
  return () => {
    if (registered) factories.delete(name);
    registered = false;
  };
}

export function registeredSchemes(): ReadonlySet<string> {
  return new Set(factories.keys());
}

export function registeredFactory(scheme: string): TransportFactory | undefined {
  return factories.get(scheme);
}
