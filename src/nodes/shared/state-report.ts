import type { DeviceState, DeviceStatus } from '../../lib/index';
import { asError } from './error-text';

/** The state of a device as plain data, for messages. */
export interface StateReport {
  /** Address of the device. */
  device: string;
  status: DeviceStatus;
  /** The raw REPL can be reached: `ready` or `running`. */
  connected: boolean;
  /** Commands that wait for their turn. */
  waiting: number;
  /** Why it is disconnected. */
  reason?: { code: string; message: string };
}

export function stateReport(device: string, state: DeviceState): StateReport {
  const report: StateReport = {
    device,
    status: state.status,
    connected: state.status === 'ready' || state.status === 'running',
    waiting: state.waiting,
  };
  if (state.status !== 'disconnected' || !state.reason) return report;
  const { code, message } = asError(state.reason);
  return { ...report, reason: { code, message } };
}
