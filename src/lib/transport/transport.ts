/**
 * The contract between the engine and any kind of byte connection.
 *
 *   engine --write(bytes)--> Transport --> device
 *   engine <--sink.data----- Transport <-- device
 *
 * A transport is opened once, closed once and never reused: a reconnect makes a new one.
 */

/** Where a transport delivers what it receives. Its methods never throw. */
export interface ByteSink {
  /** Bytes as they came, in order. The transport must not change the chunk afterwards. */
  data(chunk: Uint8Array): void;
  /**
   * The link is gone, told exactly once after a successful `open`.
   * `error` is absent when `close()` was called, else a `TransportError` with code `CONNECTION_LOST`.
   */
  closed(error?: Error): void;
}

/** What the engine may expect of a link. Final once `open` has resolved. */
export interface TransportTraits {
  /**
   * A receiver that does not read slows the sender down (native USB, TCP, pseudo-terminal).
   * False for a UART, whose receiver has a ring of some 256 bytes and drops what does not fit.
   */
  readonly pushesBack: boolean;
  /** All 256 byte values survive both ways. False where only ASCII text does (WebREPL). */
  readonly eightBit: boolean;
  /** Raw paste works over this link. False for WebREPL, whose window bytes break its text frames. */
  readonly rawPaste: boolean;
}

/** One byte connection of some kind: opened once, closed once, never reused. */
export interface Transport {
  /** The address as the caller wrote it. */
  readonly address: string;
  readonly traits: TransportTraits;
  /**
   * Connects. Called once.
   * @throws TransportError `OPEN_FAILED`, `PORT_BUSY`, `PORT_NOT_FOUND`, `PERMISSION_DENIED`, `AUTH_FAILED`;
   *   when `signal` fires, gives up at once, releases everything and rejects with the signal's reason.
   */
  open(sink: ByteSink, signal: AbortSignal): Promise<void>;
  /**
   * Hands bytes to the operating system, in the order of the calls.
   * Settles: with a `TransportError` `CONNECTION_LOST` when the link breaks or is closed meanwhile.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Releases everything. Idempotent, never rejects, settles within 2 s even when the other end is deaf. */
  close(): Promise<void>;
  /** Restarts the chip over the link's own lines (DTR and RTS of a UART bridge). Absent where the link has none. */
  hardReset?(): Promise<void>;
}

/** What a transport may be told when it is made. Each kind uses what concerns it. */
export interface TransportOptions {
  /** Serial speed in baud; default 115200. 1200 is refused: it sends some boards into their bootloader. */
  baudRate?: number;
  /** Initial level of DTR and RTS, set in one call after open; default true for both. */
  dtr?: boolean;
  rts?: boolean;
  /** Let the driver drop DTR on close; default: the driver's own. */
  hupcl?: boolean;
  /** Milliseconds to go on trying a serial port that another program holds; default 5000; 0: one attempt. */
  lockRetryMs?: number;
  /** Password of a WebREPL. */
  password?: string;
  /** Milliseconds to wait for a connection; default 10000. */
  connectTimeout?: number;
}

/** Makes a transport for what follows the scheme in an address. */
export type TransportFactory = (rest: string, options: TransportOptions, address: string) => Transport;
