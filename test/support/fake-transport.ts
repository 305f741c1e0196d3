import { TransportError, type TransportErrorCode } from '../../src/lib/errors';
import type { ByteSink, Transport, TransportTraits } from '../../src/lib/transport/transport';

/** The end of the cable at the device. */
export interface FakeSocket {
  /** Told when the host opens; the code when it cannot, else `undefined`; `never` leaves it waiting. */
  plugIn(transport: FakeTransport): TransportErrorCode | 'never' | undefined;
  /** The host has closed. */
  unplugged(transport: FakeTransport): void;
  /** Bytes from the host; `taken` is called when there is room for more. */
  receive(bytes: Uint8Array, taken: () => void): void;
  /** The reset line. */
  reset(): void;
}

/** A `Transport` whose cable ends in a fake device. Settles in later turns of the event loop, as real ones do. */
export class FakeTransport implements Transport {
  readonly #socket: FakeSocket;
  #sink: ByteSink | undefined;
  #state: 'new' | 'opening' | 'open' | 'closed' = 'new';
  #cancelOpen: (error: Error) => void = () => {};
  readonly #writes = new Set<(error: Error) => void>();
  readonly hardReset?: () => Promise<void>;

  constructor(
    readonly address: string,
    readonly traits: TransportTraits,
    socket: FakeSocket,
    resetLine: boolean,
  ) {
    this.#socket = socket;
    if (resetLine) this.hardReset = () => soon().then(() => socket.reset());
  }

  async open(sink: ByteSink, signal: AbortSignal): Promise<void> {
    if (this.#state !== 'new') throw this.#error('OPEN_FAILED', 'a transport is used once');
    this.#state = 'opening';
    const onAbort = () => this.#cancelOpen(signal.reason as Error);
    try {
      signal.throwIfAborted();
      const refusal = await new Promise<TransportErrorCode | undefined>((resolve, reject) => {
        this.#cancelOpen = reject;
        signal.addEventListener('abort', onAbort);
        setImmediate(() => {
          const answer = this.#state === 'opening' ? this.#socket.plugIn(this) : 'OPEN_FAILED';
          if (answer !== 'never') resolve(answer);
        });
      });
      if (refusal) throw this.#error(refusal, `cannot open ${this.address}: the fake device says ${refusal}`);
      this.#sink = sink;
      this.#state = 'open';
    } catch (error) {
      this.#state = 'closed';
      this.#socket.unplugged(this);
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#state !== 'open')
      return Promise.reject(this.#error('CONNECTION_LOST', `writing to ${this.address}: not open`));
    return new Promise((resolve, reject) => {
      this.#writes.add(reject);
      // Copied: the caller may use its buffer again when the write has settled, and the wire takes its time.
      this.#socket.receive(Uint8Array.from(bytes), () => {
        this.#writes.delete(reject);
        setImmediate(resolve);
      });
    });
  }

  async close(): Promise<void> {
    const state = this.#state;
    if (state === 'opening')
      this.#cancelOpen(this.#error('DEVICE_CLOSED', `opening ${this.address}: closed meanwhile`));
    if (state === 'open') this.#end(this.#error('CONNECTION_LOST', `writing to ${this.address}: closed`), undefined);
    this.#state = 'closed';
    await soon();
  }

  /** Called by the device: bytes for the host. */
  deliver(chunk: Buffer): void {
    if (this.#state === 'open') this.#sink?.data(chunk);
  }

  /** Called by the device: the cable is gone. */
  lose(what: string): void {
    const error = this.#error('CONNECTION_LOST', `the connection to ${this.address} was lost: ${what}`);
    if (this.#state === 'opening') this.#cancelOpen(error);
    if (this.#state === 'open') this.#end(error, error);
  }

  #end(forWrites: Error, forSink: Error | undefined): void {
    this.#state = 'closed';
    this.#socket.unplugged(this);
    for (const reject of this.#writes) reject(forWrites);
    this.#writes.clear();
    this.#sink?.closed(forSink);
  }

  #error(code: TransportErrorCode, message: string): TransportError {
    return new TransportError(code, message, { address: this.address });
  }
}

function soon(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
