/**
 * MicroPython devices for Node.js: run code, evaluate expressions, move files, over serial, network or a simulated
 * device. Everything that is public is exported here; `docs/library.md` shows how to use it.
 */
import { Device } from './device/device';
import { DevicePool } from './device/device-pool';

const unpooled = new DevicePool({ graceMs: 0 });
Device.opener = (address, options) => unpooled.acquire(address, options);

export { Device, DevicePool };
export type { ExecOptions, OpenOptions, RunOptions } from './device/device';
export type { ExecResult } from './device/exec-task';
export type { Lease } from './device/device-pool';
export type { DeviceInfo } from './device/device-info';
export type { SessionOptions as DeviceOptions } from './device/session-options';
export type { DeviceState, DeviceStatus } from './device/session-state';
export {
  ArgumentError,
  CancelledError,
  DeviceException,
  MicroPythonError,
  ProtocolError,
  TransportError,
} from './errors';
export type { ArgumentErrorCode, CancelledErrorCode, ProtocolErrorCode, TransportErrorCode } from './errors';
export { DeviceFs } from './fs/device-fs';
export type { FsOptions, HashAlgorithm, ReadChunksOptions, ReadOptions, WriteOptions } from './fs/device-fs';
export type { FileEntry, FileStat, FileSystemUsage, TreeEntry } from './fs/entry';
export type { FileData } from './fs/piece-reader';
export type { OnProgress, Progress } from './fs/progress';
export type { SyncOptions, SyncResult } from './fs/sync';
export { PythonObject } from './python/python-object';
export type { PythonValue } from './python/parse-literal';
export { setTraceSink, type TraceSink } from './trace';
export { listPorts, type PortInfo } from './transport/list-ports';
export { registerTransport } from './transport/address';
export type { ByteSink, Transport, TransportFactory, TransportOptions, TransportTraits } from './transport/transport';
