import { ArgumentError, TransportError } from '../errors';
import { trace } from '../trace';
import { resolveAddress, type ResolveDependencies } from '../transport/address';
import { serialOpenError } from '../transport/serial-errors';
import { checkSessionOptions } from './check-options';
import { Connection } from './connection';
import { Device } from './device';
import { Session } from './session';
import { conflictingOptions, type SessionOptions } from './session-options';

/** Milliseconds that a session outlives its last lease, so that a redeploy neither resets the board nor loses the port. */
const GRACE = 5000;
/** What a timer can count: with more, setTimeout fires at once. */
const LONGEST = 0x7fffffff;

interface Entry {
  /** Identity of the device, as far as it is known: it becomes better known when an absent device turns up. */
  key: string;
  readonly session: Session;
  readonly options: SessionOptions;
  readonly address: string;
  /** Of its leases. */
  readonly devices: Set<Device>;
  autoConnect: boolean;
  graceTimer?: NodeJS.Timeout;
  /** The one that had this device already, and serves these leases now. */
  successor?: Entry;
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
 * The device that an address named when it was last there: an unplugged one keeps its identity. Only what a device
 * carries along is one; a path goes to whoever is plugged in next.
 */
const lastKeys = new Map<string, string>();

/**
 * Shares one session per device among many users. All pools of a process, and `Device.open`, share the same sessions;
 * a pool adds how long a session outlives its last lease, and a way to end all its leases at once.
 */
export class DevicePool {
  readonly #graceMs: number;
  readonly #lookup: ResolveDependencies;
  readonly #leases = new Set<Lease>();

  /**
   * @param options.graceMs milliseconds that a session outlives its last lease; default 5000; at most 24 days
   * @param lookup for tests: how devices are found
   * @throws ArgumentError when `graceMs` is no such number
   */
  constructor(options: { graceMs?: number } = {}, lookup: ResolveDependencies = {}) {
    const { graceMs = GRACE } = options;
    if (typeof graceMs !== 'number' || !(graceMs >= 0)) {
      throw new ArgumentError('INVALID_ARGUMENT', `graceMs must be milliseconds, 0 or more, not ${String(graceMs)}`);
    }
    this.#graceMs = Math.min(graceMs, LONGEST);
    this.#lookup = lookup;
  }

  /**
   * Claims the device at `address`. Does not connect: that is the first command's business, or `autoConnect`'s.
   * @throws ArgumentError `INVALID_ADDRESS`; `INVALID_ARGUMENT` when another user holds the device with other options
   */
  async acquire(address: string, options: SessionOptions = {}): Promise<Lease> {
    checkSessionOptions(options, address);
    const key = await identify(address, options, this.#lookup);
    await vacate(key, address, this.#lookup);
    const entry = entryFor(key, address, options, this.#lookup);
    clearTimeout(entry.graceTimer);
    let released: Promise<void> | undefined;
    const device = new Device(entry.session, () => lease.release());
    entry.devices.add(device);
    if (options.autoConnect) keepConnected(entry);
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
    await Promise.all([...sessions.values()].filter(({ devices }) => devices.size === 0).map((entry) => end(entry)));
  }

  async #release(lease: Lease, leased: Entry): Promise<void> {
    this.#leases.delete(lease);
    lease.device.detach();
    let entry = leased;
    while (entry.successor) entry = entry.successor;
    entry.devices.delete(lease.device);
    if (entry.devices.size > 0) return;
    if (this.#graceMs <= 0) return end(entry);
    entry.session.rest();
    entry.graceTimer = setTimeout(() => void end(entry), this.#graceMs);
    entry.graceTimer.unref();
  }
}

function entryFor(key: string, address: string, options: SessionOptions, lookup: ResolveDependencies): Entry {
  const existing = sessions.get(key);
  if (existing) {
    if (agrees(existing, address, options)) return existing;
    void end(existing);
  }
  const locate = async () => {
    const resolved = await resolveAddress(address, options, { ...lookup, knownAs: entry.key });
    // It may be there a moment later, but who it is then has to be asked first. Windows has ports that it does not list.
    if (resolved.absent && process.platform !== 'win32') throw serialOpenError('no such file', address);
    if (entry.key !== resolved.key) await vacate(resolved.key, address, lookup);
    await rekey(entry, resolved.key);
    return resolved.createTransport();
  };
  const session = new Session(address, options, () => new Connection(address, options, locate, closing.get(key)));
  const entry: Entry = { key, session, options, address, devices: new Set(), autoConnect: false };
  sessions.set(key, entry);
  return entry;
}

/**
 * Whether a user with these options may share the session. False: nobody holds it, so it can make place.
 * @throws ArgumentError `INVALID_ARGUMENT` when another user holds it with other options
 */
function agrees(existing: Entry, address: string, options: SessionOptions): boolean {
  const conflicts = conflictingOptions(existing.options, options);
  if (conflicts.length === 0) return true;
  if (existing.devices.size === 0) return false;
  throw new ArgumentError(
    'INVALID_ARGUMENT',
    `${address} is in use already (as ${existing.address}) with another ${conflicts.join(', ')}; ` +
      'all users of one device must agree',
    { address },
  );
}

function keepConnected(entry: Entry): void {
  entry.autoConnect = true;
  entry.session.autoConnect();
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

/**
 * The device has turned up and says who it is: from now on it is known by that.
 * @throws TransportError `DEVICE_CLOSED` when another session has it already, which goes on for both
 */
async function rekey(entry: Entry, key: string): Promise<void> {
  remember(entry.address, key);
  if (entry.key === key) return;
  const other = sessions.get(key);
  if (other && agrees(other, entry.address, entry.options)) {
    join(entry, other);
    throw new TransportError('DEVICE_CLOSED', `${entry.address} goes on as ${other.address}: it is the same device`, {
      address: entry.address,
    });
  }
  if (sessions.get(entry.key) === entry) sessions.delete(entry.key);
  entry.key = key;
  sessions.set(key, entry);
  if (other) await end(other);
}

/** Takes a path from a session whose device was there and is elsewhere or gone, as its own address says. */
async function vacate(key: string, address: string, lookup: ResolveDependencies): Promise<void> {
  const holder = sessions.get(key);
  if (!holder || isLasting(key) || holder.address === address || holder.session.connected) return;
  const now = await resolveAddress(holder.address, holder.options, lookup).catch(() => undefined);
  if (now && !now.absent && now.key === key) return;
  if (sessions.get(key) !== holder || holder.session.connected) return;
  sessions.delete(key);
  holder.key = `absent:${holder.address}`;
  sessions.set(holder.key, holder);
}

function remember(address: string, key: string): void {
  if (isLasting(key)) lastKeys.set(address, key);
  else lastKeys.delete(address);
}

/** False for a path, which is no identity of what is plugged in there. */
function isLasting(key: string): boolean {
  return !key.startsWith('port:') && !key.startsWith('absent:');
}

/** What an address that leads nowhere means: the device that it named before. */
function keyOfAbsent(address: string): string | undefined {
  const inUse = [...sessions.values()].find((entry) => entry.address === address);
  return lastKeys.get(address) ?? inUse?.key;
}

/** Two addresses turned out to be one device: the users of the later session, and what they wait for, move over. */
function join(later: Entry, entry: Entry): void {
  trace('---', later.address, `is the same device as ${entry.address}: one session for both`);
  later.successor = entry;
  if (later.devices.size > 0) clearTimeout(entry.graceTimer);
  later.session.handOver(entry.session);
  for (const device of later.devices) {
    entry.devices.add(device);
    device.adopt(entry.session);
  }
  later.devices.clear();
  if (later.autoConnect) keepConnected(entry);
  void end(later);
}

/** The identity of the device at an address; of one that was never seen, the address itself. */
async function identify(address: string, options: SessionOptions, lookup: ResolveDependencies): Promise<string> {
  try {
    const { key, absent } = await resolveAddress(address, options, lookup);
    if (absent) return keyOfAbsent(address) ?? key;
    remember(address, key);
    return key;
  } catch (error) {
    if (error instanceof TransportError) return keyOfAbsent(address) ?? `absent:${address}`;
    throw error;
  }
}
