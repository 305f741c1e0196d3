/** Facts about the device behind a session, probed in one round trip. */
export interface DeviceInfo {
  /** `sys.platform`: `rp2`, `esp32`, `linux`, `webassembly` … */
  readonly platform: string;
  /** `sys.implementation[2]` or `os.uname().machine`: the board's own name; empty when the firmware does not say. */
  readonly machine: string;
  /** Name of the implementation: `micropython`, `circuitpython`. */
  readonly implementation: string;
  /** Version of the firmware: `1.28.0`. */
  readonly release: string;
  /** Free memory in bytes after a collection, or `undefined` when the firmware does not say. */
  readonly memoryFree: number | undefined;
  /** `machine.unique_id()` as hex text; empty when there is none. */
  readonly uniqueId: string;
  readonly capabilities: {
    /** `sys.stdout.buffer` exists: binary output. */
    readonly stdoutBuffer: boolean;
    /** `deflate.DeflateIO` can inflate. */
    readonly inflate: boolean;
    /** `deflate.DeflateIO` can compress. */
    readonly deflate: boolean;
    readonly binascii: boolean;
    /** `hashlib.sha256` exists. */
    readonly sha256: boolean;
  };
}
