import type { TransportOptions } from '../transport/transport';

/** How one device is treated. All users of a device share these; see `DevicePool.acquire` for conflicts. */
export interface SessionOptions extends TransportOptions {
  /** Have the link open from the start, and again after every loss; default false: on first use. */
  autoConnect?: boolean;
  /** Restart the interpreter once, before the first command; default false. */
  softResetOnConnect?: boolean;
  /** Python that runs after each (re)connect and each restart of the device, before the next command. */
  initCode?: string;
  /** Commands that may wait at the same time; default 1000. */
  queueLimit?: number;
  /** What happens to a command that finds the queue full: it is refused (default), or the oldest one is. */
  queuePolicy?: 'reject' | 'dropOldest';
  /**
   * What happens to commands while a device that was there is gone: they wait for it up to their `timeout`
   * (default), or fail at once. A device that was never there always fails at once.
   */
  offline?: 'wait' | 'fail';
  /** Let the engine reset the chip when the device answers to nothing else; default false. */
  allowReset?: boolean;
}

const SHARED: readonly (keyof SessionOptions)[] = [
  'baudRate',
  'dtr',
  'rts',
  'hupcl',
  'password',
  'softResetOnConnect',
  'initCode',
  'queueLimit',
  'queuePolicy',
  'offline',
  'allowReset',
];

const DEFAULTS: Partial<Record<keyof SessionOptions, unknown>> = {
  baudRate: 115200,
  dtr: true,
  rts: true,
  password: '',
  softResetOnConnect: false,
  initCode: '',
  queueLimit: 1000,
  queuePolicy: 'reject',
  offline: 'wait',
  allowReset: false,
};

/** Names of the options in which two users of one device disagree. Pure. */
export function conflictingOptions(a: SessionOptions, b: SessionOptions): string[] {
  return SHARED.filter((name) => (a[name] ?? DEFAULTS[name]) !== (b[name] ?? DEFAULTS[name]));
}
