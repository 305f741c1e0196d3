import { ArgumentError, TransportError } from '../errors';
import { SimDevice, type DeviceHolder } from '../sim/sim-device';
import { LinkTransport, type LinkTransportOptions } from './link-transport';
import type { TransportFactory, TransportTraits } from './transport';

export interface SimTransportOptions extends LinkTransportOptions {
  /** Script that is the device; default: the one of this package. */
  program?: string;
}

/**
 * The simulated device: real MicroPython in a process of its own. `sim:` or `sim:<name>`.
 *
 * Transports of one name in one Node.js process reach the same device. It stays powered for 10 s after it was
 * closed: whoever connects again by then finds its files, and its variables too.
 */
export class SimTransport extends LinkTransport {
  readonly traits: TransportTraits = { pushesBack: true, eightBit: true, rawPaste: true };
  readonly #name: string;
  readonly #program: string | undefined;
  readonly #holder: DeviceHolder;
  #device: SimDevice | undefined;

  /**
   * @param name tells devices apart; may be empty
   * @param address for messages; default `sim:name`
   */
  constructor(name = '', options: SimTransportOptions = {}, address = `sim:${name}`) {
    super(address, options);
    this.#name = name;
    this.#program = options.program;
    this.#holder = { data: (chunk) => this.received(chunk), gone: (why) => this.lost(why) };
  }

  /** Process id of the device while it is connected; for logs. */
  get processId(): number | undefined {
    return this.#device?.processId;
  }

  protected async connect(signal: AbortSignal): Promise<void> {
    const device = SimDevice.named(this.#name, this.#program);
    if (device.busy) {
      throw new TransportError(
        'PORT_BUSY',
        `cannot open ${this.address}: something else in this process is connected to this simulated device`,
        { address: this.address },
      );
    }
    this.#device = device;
    device.hold(this.#holder);
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      device
        .started()
        .then(resolve, (error: Error) => reject(this.openFailed(error.message, error)))
        .finally(() => signal.removeEventListener('abort', onAbort));
    });
  }

  protected send(slice: Uint8Array, done: (error?: Error | null) => void): void {
    this.#device?.send(slice, done);
  }

  protected disconnect(): Promise<void> {
    this.#device?.release(this.#holder);
    this.#device = undefined;
    return Promise.resolve();
  }

  /** Restarts the device as its reset button does: what ran is gone, its files stay, the connection holds. */
  async hardReset(): Promise<void> {
    try {
      if (!this.#device) throw new Error('it is not open');
      await this.#device.reset();
    } catch (error) {
      throw new TransportError('CONNECTION_LOST', `resetting ${this.address}: ${(error as Error).message}`, {
        address: this.address,
        cause: error,
      });
    }
  }
}

/** Letters, digits and what names of files and hosts have; it becomes an argument of a process. */
const NAME = /^[\w.-]*$/;

/** Makes a transport for `sim:` and `sim:<name>`. */
export const simFactory: TransportFactory = (rest, options, address) => {
  if (!NAME.test(rest)) {
    throw new ArgumentError(
      'INVALID_ADDRESS',
      `${address}: the name of a simulated device has only letters, digits, dots, dashes and underscores`,
      { address },
    );
  }
  return new SimTransport(rest, { connectTimeout: options.connectTimeout }, address);
};
