import {
  registerTransport,
  type ByteSink,
  type Transport,
  type TransportOptions,
  type TransportTraits,
} from '../dist/lib/index';
import { resolveAddress } from '../dist/lib/transport/address';

/** What went over a line, exactly. */
export interface WireCount {
  /** Bytes to the device. */
  sent: number;
  /** Bytes from the device. */
  received: number;
  /** How often the host wrote after the device had: a command that is one write and one reply is one. */
  roundTrips: number;
}

/** Counts what the transport of another address carries. */
class CountingTransport implements Transport {
  #inner: Transport | undefined;
  #deviceSpokeLast = true;

  constructor(
    private readonly rest: string,
    private readonly options: TransportOptions,
    readonly address: string,
    private readonly count: WireCount,
    private readonly onWrite: (bytes: Uint8Array) => void,
    private readonly isUart: boolean,
  ) {}

  get traits(): TransportTraits {
    const traits = this.#inner?.traits ?? { pushesBack: false, eightBit: true, rawPaste: true };
    return this.isUart ? { ...traits, pushesBack: false } : traits;
  }

  async open(sink: ByteSink, signal: AbortSignal): Promise<void> {
    this.#inner = (await resolveAddress(this.rest, this.options)).createTransport();
    const { count } = this;
    await this.#inner.open(
      {
        data: (chunk) => {
          count.received += chunk.length;
          this.#deviceSpokeLast = true;
          sink.data(chunk);
        },
        closed: (error) => sink.closed(error),
      },
      signal,
    );
  }

  write(bytes: Uint8Array): Promise<void> {
    this.count.sent += bytes.length;
    if (this.#deviceSpokeLast) this.count.roundTrips++;
    this.#deviceSpokeLast = false;
    this.onWrite(bytes);
    return this.#inner!.write(bytes);
  }

  close(): Promise<void> {
    return this.#inner?.close() ?? Promise.resolve();
  }
}

export interface WireCounter {
  /** `counted:` before an address makes its bytes count here. */
  readonly prefix: string;
  /** `uart:` before an address does so too, and the package takes care as with a UART, whose device has a small ring. */
  readonly uartPrefix: string;
  /** What has been counted until now. */
  readonly total: Readonly<WireCount>;
  /** What the work put on the line. */
  during<T>(work: () => Promise<T>): Promise<{ result: T; count: WireCount }>;
  /** The writes that the work made. */
  writesDuring(work: () => Promise<unknown>): Promise<Buffer[]>;
  unregister(): void;
}

/** Registers the schemes `counted:` and `uart:`. One at a time. */
export function countWire(): WireCounter {
  const total: WireCount = { sent: 0, received: 0, roundTrips: 0 };
  let onWrite = (_bytes: Uint8Array) => {};
  const register = (scheme: string, isUart: boolean) =>
    registerTransport(
      scheme,
      (rest, options, address) =>
        new CountingTransport(rest, options, address, total, (bytes) => onWrite(bytes), isUart),
    );
  const unregister = [register('counted', false), register('uart', true)];
  return {
    prefix: 'counted:',
    uartPrefix: 'uart:',
    total,
    during: async (work) => {
      const before = { ...total };
      const result = await work();
      const count = {
        sent: total.sent - before.sent,
        received: total.received - before.received,
        roundTrips: total.roundTrips - before.roundTrips,
      };
      return { result, count };
    },
    writesDuring: async (work) => {
      const writes: Buffer[] = [];
      onWrite = (bytes) => writes.push(Buffer.from(bytes));
      await work();
      onWrite = () => {};
      return writes;
    },
    unregister: () => unregister.forEach((take) => take()),
  };
}
