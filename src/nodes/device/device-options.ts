import type { NodeDef } from 'node-red';
import type { DeviceOptions } from '../../lib/index';
import { isBlank } from '../shared/properties';

/**
 * What the dialog of `micropython-device` stores. A property that is exactly `${NAME}` was replaced by Node-RED with the
 * text of an environment variable, so any of them may arrive as text.
 */
export interface DeviceConfig extends NodeDef {
  address?: string;
  baudRate?: number | string;
  /** Connect on deploy, not on the first command. */
  autoConnect?: boolean | string;
  softResetOnConnect?: boolean | string;
  /** Python that runs after each connect and each reset. */
  initCode?: string;
  dtr?: boolean | string;
  rts?: boolean | string;
  /** Commands that may wait; the next one is treated as `queuePolicy` says. */
  queueLimit?: number | string;
  queuePolicy?: string;
  /** What commands do while the device is away. */
  offline?: string;
  /** The engine may reset a device that does not answer. */
  allowReset?: boolean | string;
}

/** Settings for the pool. What was left blank is left out, so that the engine's defaults hold and leases compare equal. */
export function deviceOptions(config: DeviceConfig, password: string | undefined): DeviceOptions {
  const options: DeviceOptions = {
    baudRate: number(config.baudRate),
    dtr: flag(config.dtr),
    rts: flag(config.rts),
    password: isBlank(password) ? undefined : password,
    autoConnect: flag(config.autoConnect),
    softResetOnConnect: flag(config.softResetOnConnect),
    initCode: isBlank(config.initCode) ? undefined : config.initCode,
    queueLimit: number(config.queueLimit),
    queuePolicy: oneOf(config.queuePolicy, ['reject', 'dropOldest'] as const),
    offline: oneOf(config.offline, ['wait', 'fail'] as const),
    allowReset: flag(config.allowReset),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** A checkbox, or the text of an environment variable. */
export function flag(value: boolean | string | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (isBlank(value)) return undefined;
  return /^(true|yes|on|1)$/i.test(String(value).trim());
}

// A text that is no number goes through: the engine's error names the option.
function number(value: number | string | undefined): number | undefined {
  return isBlank(value) ? undefined : Number(value);
}

function oneOf<T extends string>(value: string | undefined, allowed: readonly T[]): T | undefined {
  return allowed.find((word) => word === value);
}
