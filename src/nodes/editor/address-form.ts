import { isEnv } from './env';

/** What an address names, as far as its text tells. */
export type AddressKind =
  | 'serial'
  | 'id'
  | 'auto'
  | 'rfc2217'
  | 'tcp'
  | 'ws'
  | 'sim'
  | 'exec'
  /** An environment variable: anything. */
  | 'env';

export interface AddressForm {
  /** Absent when the text is no address. */
  kind?: AddressKind;
  /** Why it is none: a key below `micropython.address.problem.`. */
  problem?: 'blank' | 'spaces' | 'scheme' | 'port' | 'host' | 'id' | 'path' | 'command' | 'url';
}

/**
 * Looks at an address while it is typed. Knows the forms only; whether a device is there, the Test button tells.
 * The engine has the last word (`parseAddress`); a test keeps the two of one mind.
 */
export function addressForm(text: string): AddressForm {
  const address = text.trim();
  if (address === '') return { problem: 'blank' };
  if (isEnv(address)) return { kind: 'env' };
  if (/^auto$/i.test(address)) return { kind: 'auto' };

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
      return hostAndPort('tcp', rest);
    case 'rfc2217':
      return hostAndPort('rfc2217', rest);
    case 'ws':
    case 'wss':
      return webSocket(address);
    default:
      return { problem: 'scheme' };
  }
}

function serialPath(address: string): AddressForm {
  const known = /^(\/|\.{0,2}\/|COM\d+$|\\\\[.?]\\)/i.test(address);
  if (!known) return { problem: 'scheme' };
  return /^COM/i.test(address) || !/\s/.test(address) ? { kind: 'serial' } : { problem: 'spaces' };
}

function hostAndPort(kind: 'tcp' | 'rfc2217', rest: string): AddressForm {
  const [, host, port] = /^\/\/(\[[^\]]*\]|[^:/]*)(?::(.*))?$/.exec(rest) ?? [];
  if (!host) return { problem: 'host' };
  if (/\s/.test(host)) return { problem: 'spaces' };
  return port && /^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535 ? { kind } : { problem: 'port' };
}

function webSocket(address: string): AddressForm {
  try {
    return new URL(address).hostname ? { kind: 'ws' } : { problem: 'host' };
  } catch {
    return { problem: 'url' };
  }
}

/** The link has a line speed. */
export function hasBaudRate({ kind }: AddressForm): boolean {
  return kind === undefined || ['serial', 'id', 'auto', 'rfc2217', 'env'].includes(kind);
}

/** The link has the control lines DTR and RTS. */
export const hasControlLines = hasBaudRate;

/** The link asks for a password: WebREPL. */
export function hasPassword({ kind }: AddressForm): boolean {
  return kind === 'ws' || kind === 'env';
}
