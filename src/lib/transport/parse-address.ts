import { isIPv6 } from 'node:net';
import { ArgumentError } from '../errors';
import { splitCommand } from './split-command';

/** What an address says, before anybody looks whether it is there. */
export type Address =
  | { readonly kind: 'serial'; readonly path: string }
  | { readonly kind: 'id'; readonly serialNumber: string }
  | { readonly kind: 'auto' }
  /** `host` is in lower case; IPv6 is without brackets. */
  | { readonly kind: 'tcp' | 'rfc2217'; readonly host: string; readonly port: number }
  | { readonly kind: 'webrepl'; readonly url: string }
  /** `name` is empty for the simulated device that has none. */
  | { readonly kind: 'sim'; readonly name: string }
  | { readonly kind: 'exec'; readonly command: string }
  /** A scheme that was added by `registerTransport`. */
  | { readonly kind: 'registered'; readonly scheme: string; readonly rest: string };

/** Schemes that belong to this package. `socket` is pyserial's word, and refused with a hint. */
export const BUILT_IN_SCHEMES: ReadonlySet<string> = new Set([
  'port',
  'id',
  'auto',
  'tcp',
  'rfc2217',
  'ws',
  'wss',
  'sim',
  'exec',
  'socket',
  'http',
  'https',
]);

const FORMS = [
  '/dev/ttyACM0, COM3 or port:<path>',
  'id:<usb serial number>',
  'auto',
  'rfc2217://host:port',
  'tcp://host:port',
  'ws://host:8266 or wss://host',
  'sim: or sim:<name>',
  'exec:<command>',
].join(' · ');

/** Port of a WebREPL when the address has none; behind TLS there is a proxy, with the port of the web. */
const WEBREPL_PORT = { 'ws:': '8266', 'wss:': '443' } as const;

/**
 * Reads an address. Pure: nothing is looked up. Blanks around it do not count.
 * @param registered schemes besides the built-in ones, in lower case
 * @throws ArgumentError `INVALID_ADDRESS`; the message says what is wrong and lists the forms
 */
export function readAddress(text: string, registered: ReadonlySet<string>): Address {
  const problem = (what: string) => invalid(text, what);
  if (typeof text !== 'string') throw problem('it is no text');
  const address = text.trim();
  if (address === '') throw problem('it is empty');
  if (/[\0\r\n]/.test(address)) throw problem('it contains a line break or a NUL');
  if (/^auto:?$/i.test(address)) return { kind: 'auto' };

  // One letter and a colon is a drive of Windows, not a scheme.
  const [, word = '', rest = ''] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(address) ?? [];
  const scheme = word.toLowerCase();
  switch (scheme) {
    case '':
      return serialPath(address, problem);
    case 'port':
      if (rest.trim() === '') throw problem('the path is missing');
      return { kind: 'serial', path: rest.trim() };
    case 'id':
      if (rest.trim() === '') throw problem('the USB serial number is missing; auto finds the only device there is');
      return { kind: 'id', serialNumber: rest.trim() };
    case 'tcp':
    case 'rfc2217':
      return { kind: scheme, ...hostAndPort(rest, problem) };
    case 'ws':
    case 'wss':
      return { kind: 'webrepl', url: webSocketUrl(`${scheme}:${rest}`, problem) };
    case 'sim':
      if (/\s/.test(rest)) throw problem('the name of a simulated device contains a blank');
      return { kind: 'sim', name: rest };
    case 'exec':
      return command(rest, problem);
    case 'socket':
      throw problem('write tcp:// instead of socket://');
    case 'http':
    case 'https':
      throw problem('a WebREPL is reached by ws:// or wss://');
    default:
      if (registered.has(scheme)) return { kind: 'registered', scheme, rest };
      throw problem(`nothing is known by the name "${word}:"`);
  }
}

type Problem = (what: string) => ArgumentError;

function invalid(text: string, what: string): ArgumentError {
  const shown = typeof text === 'string' ? JSON.stringify(text) : String(text);
  return new ArgumentError('INVALID_ADDRESS', `${shown} is no address of a device: ${what}. Addresses are ${FORMS}`, {
    address: String(text),
  });
}

function serialPath(address: string, problem: Problem): Address {
  const windows = /^(?:\\\\[.?]\\)?(COM\d+)$/i.exec(address)?.[1];
  if (windows) return { kind: 'serial', path: windows.toUpperCase() };
  if (/^(\.{0,2}\/|\\\\[.?]\\)/.test(address)) {
    if (/\s/.test(address)) throw problem('it contains a blank; for such a path write port: before it');
    return { kind: 'serial', path: address };
  }
  if (/^(tty|cu)[\w.-]+$/.test(address)) throw problem(`a port is named by its path, /dev/${address}`);
  if (/^\d+(\.\d+){3}$|:\d+$/.test(address)) throw problem('a host needs a scheme, tcp:// or ws:// or rfc2217://');
  throw problem('it is neither a path nor does it begin with a known scheme');
}

function hostAndPort(rest: string, problem: Problem): { host: string; port: number } {
  const [, bracketed, plain = '', port, more = ''] =
    /^\/\/(?:\[([^\]]*)\]|([^:/?#]*))(?::([^/?#]*))?(.*)$/.exec(rest) ?? [];
  if (!rest.startsWith('//')) throw problem('two slashes follow the scheme');
  const host = bracketed ?? plain;
  if (host === '') throw problem('the host is missing');
  if (host.includes('@')) throw problem('it has no user and no password');
  if (/\s/.test(host)) throw problem('the host contains a blank');
  if (bracketed !== undefined && !isIPv6(bracketed)) throw problem(`[${bracketed}] is no IPv6 address`);
  if (bracketed === undefined && !/^[\p{L}\p{N}._-]+$/u.test(host)) throw problem(`"${host}" is no host name`);
  if (port !== undefined && /:/.test(port)) throw problem('an IPv6 address stands in brackets, [::1]');
  if (port === undefined || port === '') throw problem('the port number is missing');
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw problem(`"${port}" is no port number from 1 to 65535`);
  }
  if (more !== '' && more !== '/') throw problem(`nothing may follow the port number, but there is "${more}"`);
  return { host: host.toLowerCase(), port: Number(port) };
}

function webSocketUrl(text: string, problem: Problem): string {
  const [, scheme, authority] = /^(wss?:)\/\/([^/?#]*)/.exec(text) ?? [];
  if (authority === undefined) throw problem('two slashes follow the scheme');
  if (authority === '' || authority.startsWith(':')) throw problem('the host is missing');
  if (authority.includes('@')) throw problem('the password of a WebREPL belongs in the settings of the device');
  if (/\s/.test(text)) throw problem('it contains a blank');
  if (text.includes('#')) throw problem('"#" means nothing here');
  const port = /:([^:\]]*)$/.exec(authority.replace(/\[.*\]/, ''))?.[1];
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)) {
    throw problem(`"${port}" is no port number from 1 to 65535`);
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw problem(`"${authority}" is no host`);
  }
  if (port === undefined) url.port = WEBREPL_PORT[scheme as keyof typeof WEBREPL_PORT];
  return url.href;
}

function command(rest: string, problem: Problem): Address {
  try {
    splitCommand(rest);
  } catch (error) {
    throw problem((error as Error).message);
  }
  return { kind: 'exec', command: rest.trim() };
}
