import { ArgumentError, TransportError } from '../errors';
import { resolveAddress } from '../transport/address';
import { Connection } from './connection';
import { Device } from './device';
import { Session } from './session';
import { conflictingOptions, type SessionOptions } from './session-options';

/** Milliseconds that a session outlives its last lease, so that a redeploy neither resets the board nor loses the port. */
const GRACE = 5000;

interface Entry {
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
    const key = await identify(address, options);
    const entry = entryFor(key, address, options);
    entry.leases++;
    clearTimeout(entry.graceTimer);
    if (options.autoConnect) entry.session.autoConnect();
    let released: Promise<void> | undefined;
    const device = new Device(entry.session, () => lease.release());
    const lease: Lease = {
      device,
      release: () => (released ??= this.#release(lease, key, entry)),
    };
    this.#leases.add(lease);
    return lease;
  }

  /** Ends all leases of this pool, and closes at once what nobody else holds. */
  async close(): Promise<void> {
    const leases = [...this.#leases];
    await Promise.all(leases.map((lease) => lease.release()));
    await Promise.all([...sessions].filter(([, entry]) => entry.leases === 0).map(([key, entry]) => end(key, entry)));
  }

  async #release(lease: Lease, key: string, entry: Entry): Promise<void> {
    this.#leases.delete(lease);
    lease.device.detach();
    entry.leases--;
    if (entry.leases > 0) return;
    if (this.#graceMs <= 0) return end(key, entry);
    entry.graceTimer = setTimeout(() => void end(key, entry), this.#graceMs);
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
    void end(key, existing);
  }
  const locate = async () => (await resolveAddress(address, options)).createTransport();
  const session = new Session(address, options, () => new Connection(address, options, locate, closing.get(key)));
  const entry: Entry = { session, options, address, leases: 0 };
  sessions.set(key, entry);
  return entry;
}

function end(key: string, entry: Entry): Promise<void> {
  clearTimeout(entry.graceTimer);
  if (sessions.get(key) === entry) sessions.delete(key);
  const done = Promise.all([closing.get(key), entry.session.close()]).then(() => {
    if (closing.get(key) === done) closing.delete(key);
  });
  closing.set(key, done);
  return done;
}

/** The identity of the device at an address; of an absent one, the address itself. */
async function identify(address: string, options: SessionOptions): Promise<string> {
  try {
    return (await resolveAddress(address, options)).key;
  } catch (error) {
    if (error instanceof TransportError) return `absent:${address}`;
    throw error;
  }
}
