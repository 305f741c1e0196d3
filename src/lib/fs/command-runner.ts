import type { DeviceInfo } from '../device/device-info';
import type { TransportTraits } from '../transport/transport';

/** One command for the device: Python source that runs in the raw REPL, and what comes back. */
export interface Command {
  /** What is being done, as a phrase for error messages: `reading /main.py`. */
  readonly doing: string;
  /** Python source. Bytes, because a bytes literal may hold any byte that the raw REPL does not act upon. */
  readonly code: string | Uint8Array;
  /** Called with the bytes that the code writes, as they come. When given, they are not collected. */
  onOutput?: (chunk: Buffer) => void;
  /** The code writes arbitrary bytes, so text that looks like a traceback may be data. */
  readonly binary?: boolean;
  /**
   * Many bytes of code: on a link that pushes back it goes in one plain write, one round trip, without raw paste.
   * The code must then hold none of the bytes 01 to 05 outside of escapes.
   */
  readonly bulk?: boolean;
  /** Milliseconds that the code may run; default 30000; 0: no limit. */
  readonly timeout?: number;
  /** It does no harm to run the code twice, so it may be sent again after a reconnect. */
  readonly repeatable?: boolean;
}

/** What the file layer needs of a device: the session gives it, so that `fs` never imports `device` at run time. */
export interface CommandRunner {
  readonly address: string;
  /** Traits of the link that is open now; those of a careful default before the first connection. */
  readonly traits: TransportTraits;
  /**
   * Queues one command, connects when necessary, runs it and resolves to the bytes printed.
   * @throws DeviceException, TransportError, ProtocolError, CancelledError
   */
  run(command: Command, signal?: AbortSignal): Promise<Buffer>;
  /** Facts about the device, probed once in one round trip and kept until it restarts. */
  info(signal?: AbortSignal): Promise<DeviceInfo>;
  /** Grows by one whenever the interpreter restarted or the link was opened anew: what was defined on the device is gone. */
  readonly generation: number;
}
