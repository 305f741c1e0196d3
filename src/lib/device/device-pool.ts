import { ArgumentError, TransportError } from '../errors';
import { resolveAddress } from '../transport/address';
import { Connection } from './connection';
import { Device } from './device';
import { Session } from './session';
import { conflictingOptions, type SessionOptions } from './session-options';

/** Milliseconds that a session outlives its last lease, so that a redeploy neither resets the board nor loses the port. */
const GRACE = 5000;

interface Entry {
  /** Identity of the device, as far as it is known: it becomes better known when an absent device turns up. */
  key: string;
  readonly session: Session;
  readonly options: SessionOptions;
  readonly address: string;
  leases: number;
  graceTimer?: NodeJS.Timeout;
}

/** A claim on a pooled session. */
export interface Lease {
  readonly device: Device;
  /** Ends the claim: this user's commands end with `DEVICE_CLOSED`, the session may live on. Idempotent, never rejects. */
  release(): Promise<void>;
}

/** Every session of this process by the identity of its device: two ways to name one device are one session. */
const sessions = new Map<string, Entry>();
/** Sessions on their way out, so that a successor opens the port only when it is free. */
const closing = new Map<string, Promise<void>>();
/** The device that an address named when it was last there: an unplugged one keeps its identity. */
const lastKeys = new Map<string, string>();

/**
 * Shares one session per device among many users. All pools of a process, and `Device.open`, share the same sessions;
 * a pool adds how long a session outlives its last lease, and a way to end all its leases at once.
 */
export class DevicePool {
  readonly #graceMs: number;
  readonly #leases = new Set<Lease>();

  /** @param options.graceMs milliseconds that a session outlives its last lease; default 5000 */
  constructor(options: { graceMs?: number } = {}) {
    this.#graceMs = options.graceMs ?? GRACE;
  }

  /**
   * Claims the device at `address`. Does not connect: that is the first command's business, or `autoConnect`'s.
   * @throws ArgumentError `INVALID_ADDRESS`; `INVALID_ARGUMENT` when another user holds the device with other options
   */
  async acquire(address: string, options: SessionOptions = {}): Promise<Lease> {
    const entry = entryFor(await identify(address, options), address, options);
    entry.leases++;
    clearTimeout(entry.graceTimer);
    if (options.autoConnect) entry.session.autoConnect();
    let released: Promise<void> | undefined;
    const device = new Device(entry.session, () => lease.release());
    const lease: Lease = {
      device,
      release: () => (released ??= this.#release(lease, entry)),
    };
    this.#leases.add(lease);
    return lease;
  }

  /** Ends all leases of this pool, and closes at once what nobody else holds. */
  async close(): Promise<void> {
    const leases = [...this.#leases];
    await Promise.all(leases.map((lease) => lease.release()));
    await Promise.all([...sessions.values()].filter((entry) => entry.leases === 0).map((entry) => end(entry)));
  }

  async #release(lease: Lease, entry: Entry): Promise<void> {
    this.#leases.delete(lease);
    lease.device.detach();
    entry.leases--;
    if (entry.leases > 0) return;
    if (this.#graceMs <= 0) return end(entry);
    entry.session.rest();
    entry.graceTimer = setTimeout(() => void end(entry), this.#graceMs);
    entry.graceTimer.unref();
  }
}

function entryFor(key: string, address: string, options: SessionOptions): Entry {
  const existing = sessions.get(key);
  if (existing) {
    const conflicts = conflictingOptions(existing.options, options);
    if (conflicts.length === 0) return existing;
    if (existing.leases > 0) {
      throw new ArgumentError(
        'INVALID_ARGUMENT',
        `${address} is in use already (as ${existing.address}) with another ${conflicts.join(', ')}; ` +
          'all users of one device must agree',
        { address },
      );
    }
    void end(existing);
  }
  const locate = async () => {
    const resolved = await resolveAddress(address, options, { knownAs: entry.key });
    await rekey(entry, resolved.key);
    return resolved.createTransport();
  };
  const session = new Session(address, options, () => new Connection(address, options, locate, closing.get(key)));
  const entry: Entry = { key, session, options, address, leases: 0 };
  sessions.set(key, entry);
  return entry;
}

function end(entry: Entry): Promise<void> {
  const { key } = entry;
  clearTimeout(entry.graceTimer);
  if (sessions.get(key) === entry) sessions.delete(key);
  const done = Promise.all([closing.get(key), entry.session.close()]).then(() => {
    if (closing.get(key) === done) closing.delete(key);
  });
  closing.set(key, done);
  return done;
}

/** The device has turned up and says who it is. @throws TransportError `PORT_BUSY` when it is somebody else's already */
async function rekey(entry: Entry, key: string): Promise<void> {
  lastKeys.set(entry.address, key);
  if (entry.key === key) return;
  const other = sessions.get(key);
  if (other && other.leases > 0) {
    throw new TransportError(
      'PORT_BUSY',
      `${entry.address} is the device that is in use already as ${other.address}; use one address for both`,
      { address: entry.address },
    );
  }
  if (sessions.get(entry.key) === entry) sessions.delete(entry.key);
  entry.key = key;
  sessions.set(key, entry);
  if (other) await end(other);
}

/** The identity of the device at an address; of one that was never seen, the address itself. */
async function identify(address: string, options: SessionOptions): Promise<string> {
  try {
    const { key } = await resolveAddress(address, options);
    lastKeys.set(address, key);
    return key;
  } catch (error) {
    if (error instanceof TransportError) return lastKeys.get(address) ?? `absent:${address}`;
    throw error;
  }
}
