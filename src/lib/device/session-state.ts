/** What a session is doing, for status lights and programs. */
export type DeviceStatus =
  /** No link; the reason is in `reason` unless nothing was tried yet. */
  | 'disconnected'
  /** Opening the link or entering the raw REPL. */
  | 'connecting'
  /** The raw REPL answers, nothing runs. */
  | 'ready'
  /** A command runs. */
  | 'running'
  /** Let go on purpose, so that another program may use the port. */
  | 'released'
  /** Closed for good. */
  | 'closed';

/** State of a device, as `state` events tell it. */
export interface DeviceState {
  readonly status: DeviceStatus;
  /** Why the device is disconnected. */
  readonly reason?: Error;
  /** Commands that wait for their turn. */
  readonly waiting: number;
}
