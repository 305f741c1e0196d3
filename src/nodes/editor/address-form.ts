import { isEnv } from './env';

/** What an address names, as far as its text tells. */
export type AddressKind =
  | 'serial'
  | 'id'
  | 'auto'
  | 'rfc2217'
  | 'tcp'
  | 'webrepl'
  | 'sim'
  | 'exec'
  /** An environment variable: anything. */
  | 'env';

export interface AddressForm {
  /** Absent when the text is no address. */
  kind?: AddressKind;
  /** Why it is none: a key below `micropython.address.problem.`. */
  problem?: AddressProblem;
}

export type AddressProblem =
  | 'blank'
  | 'spaces'
  | 'unknown'
  | 'dev'
  | 'scheme'
  | 'socket'
  | 'http'
  | 'path'
  | 'id'
  | 'command'
  | 'slashes'
  | 'host'
  | 'port'
  | 'secret'
  | 'rest';

/**
 * Looks at an address while it is typed, in the browser. Knows the forms only; whether a device is there, the Test button
 * tells. `parseAddress` of the engine has the last word, and needs Node.js; a test keeps the two of one mind.
 */
export function addressForm(text: string): AddressForm {
  const address = text.trim();
  if (address === '') return { problem: 'blank' };
  if (isEnv(address)) return { kind: 'env' };
  if (/^auto:?$/i.test(address)) return { kind: 'auto' };

  // One letter and a colon is a drive of Windows, not a scheme.
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(address) ?? [];
  switch (scheme.toLowerCase()) {
    case '':
      return serialPath(address);
    case 'port':
      return rest.trim() === '' ? { problem: 'path' } : { kind: 'serial' };
    case 'id':
      return rest.trim() === '' ? { problem: 'id' } : { kind: 'id' };
    case 'sim':
      return /\s/.test(rest) ? { problem: 'spaces' } : { kind: 'sim' };
    case 'exec':
      return rest.trim() === '' ? { problem: 'command' } : { kind: 'exec' };
    case 'tcp':
      return network('tcp', rest);
    case 'rfc2217':
      return network('rfc2217', rest);
    case 'ws':
    case 'wss':
      return network('webrepl', rest);
    case 'socket':
      return { problem: 'socket' };
    case 'http':
    case 'https':
      return { problem: 'http' };
    default:
      // `board:8266`
      return { problem: /^\d+$/.test(rest) ? 'scheme' : 'unknown' };
  }
}

function serialPath(address: string): AddressForm {
  if (/^(\\\\[.?]\\)?COM\d+$/i.test(address)) return { kind: 'serial' };
  if (/^(\.{0,2}\/|\\\\[.?]\\)/.test(address)) return /\s/.test(address) ? { problem: 'spaces' } : { kind: 'serial' };
  if (/^(tty|cu)[\w.-]+$/.test(address)) return { problem: 'dev' };
  return { problem: /^\d+(\.\d+){3}(:\d+)?$/.test(address) ? 'scheme' : 'unknown' };
}

/** `//host:port`; a WebREPL has a port of its own, and may have a path. */
function network(kind: 'tcp' | 'rfc2217' | 'webrepl', rest: string): AddressForm {
  const [, host = '', port, more = ''] = /^\/\/(\[[^\]]*\]|[^:/?#]*)(?::([^/?#]*))?(.*)$/.exec(rest) ?? [];
  if (!rest.startsWith('//')) return { problem: 'slashes' };
  if (/\s/.test(rest)) return { problem: 'spaces' };
  if (/^\/\/[^/?#]*@/.test(rest)) return { problem: 'secret' };
  if (!isHost(host)) return { problem: 'host' };
  const blank = port === undefined || (port === '' && kind !== 'webrepl');
  if (blank ? kind !== 'webrepl' : !isPort(port)) return { problem: 'port' };
  const allowed = kind === 'webrepl' ? !more.includes('#') : more === '' || more === '/';
  return allowed ? { kind } : { problem: 'rest' };
}

function isHost(host: string): boolean {
  // The browser's own reading of IPv6.
  if (host.startsWith('[')) return URL.canParse(`http://${host}/`);
  return /^[\p{L}\p{N}._-]+$/u.test(host);
}

function isPort(port: string): boolean {
  return /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** The link has a line speed, and the control lines DTR and RTS. What is not recognised yet might have. */
export function isLine({ kind }: AddressForm): boolean {
  return kind === undefined || ['serial', 'id', 'auto', 'rfc2217', 'env'].includes(kind);
}

/** The link asks for a password: WebREPL. */
export function hasPassword({ kind }: AddressForm): boolean {
  return kind === 'webrepl' || kind === 'env';
}
