import { ArgumentError, TransportError } from '../../lib/index';
import type { Device, DeviceOptions, DevicePool, DeviceState, Lease } from '../../lib/index';
import { isBlank } from '../shared/properties';
import { asError } from '../shared/error-text';

export type StateListener = (state: DeviceState) => void;

const NOT_TRIED: DeviceState = { status: 'disconnected', waiting: 0 };

/**
 * What a config node shares among the nodes that use it: one lease, and one listener on the device that passes its
 * state on to everybody. The listeners of the users live here and die with this object, never on the pooled device.
 */
export class SharedDevice {
  readonly #watchers = new Set<StateListener>();
  #lease: Promise<Lease> | undefined;
  #device: Device | undefined;
  #state = NOT_TRIED;
  #closed = false;

  constructor(
    private readonly pool: DevicePool,
    /** As the user wrote it; blank: every use of the device is an error. */
    readonly address: string,
    private readonly options: DeviceOptions,
    /** Called with what went wrong outside of any command, such as in the setup code. */
    private readonly warn: (error: Error) => void,
  ) {}

  get state(): DeviceState {
    return this.#state;
  }

  /**
   * The pooled device. Does not connect.
   * @throws ArgumentError when the address cannot be used, TransportError `DEVICE_CLOSED` after `release`
   */
  async device(): Promise<Device> {
    if (this.#closed) {
      throw new TransportError('DEVICE_CLOSED', `the device node of ${this.address} is closed`, {
        address: this.address,
      });
    }
    // A lease that was refused, because of other settings in use, may be granted later.
    this.#lease ??= this.#acquire();
    return (await this.#lease).device;
  }

  /** Calls `listener` after each change of the state, until the returned function is called. */
  watch(listener: StateListener): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /** Gives the lease back. Commands of this lease that wait or run end with `DEVICE_CLOSED`. Never rejects. */
  async release(): Promise<void> {
    this.#closed = true;
    this.#watchers.clear();
    this.#device?.off('state', this.#changed).off('warning', this.warn);
    try {
      const lease = await this.#lease;
      await lease?.release();
    } catch {
      // There was no lease, and whoever asked for the device was told why.
    }
  }

  async #acquire(): Promise<Lease> {
    try {
      if (isBlank(this.address))
        throw new ArgumentError('INVALID_ADDRESS', 'the device node has no address: fill it in');
      const lease = await this.pool.acquire(this.address, this.options);
      if (!this.#closed) {
        this.#device = lease.device;
        lease.device.on('state', this.#changed).on('warning', this.warn);
        this.#changed(lease.device.state);
      }
      return lease;
    } catch (thrown) {
      this.#lease = undefined;
      this.#changed({ status: 'disconnected', reason: asError(thrown), waiting: 0 });
      throw thrown;
    }
  }

  readonly #changed = (state: DeviceState): void => {
    this.#state = state;
    for (const watcher of [...this.#watchers]) watcher(state);
  };
}
