import type { Node, NodeAPI, NodeDef } from 'node-red';
import { ArgumentError } from '../../lib/index';
import type { Device } from '../../lib/index';
import { isBlank, text } from '../shared/properties';
import { runOnDevice } from '../shared/run-on-device';
import { stateReport } from '../shared/state-report';

export interface ControlConfig extends NodeDef {
  device?: string;
  /** Blank: `msg.action`. */
  action?: string;
}

/** What each action asks of the device. A result becomes `msg.payload`; without one it is the state of the device. */
const ACTIONS: Record<string, (device: Device, signal: AbortSignal) => Promise<unknown>> = {
  connect: (device, signal) => device.connect({ signal }),
  disconnect: (device) => device.disconnect(),
  interrupt: (device) => device.interrupt(),
  'soft-reset': (device, signal) => device.softReset({ signal }),
  'hard-reset': (device, signal) => device.hardReset({ signal }),
  bootloader: (device, signal) => device.bootloader({ signal }),
  info: (device, signal) => device.info({ signal }),
  'set-clock': (device, signal) => device.setClock(new Date(), { signal }),
  status: () => Promise.resolve(),
};

/** Registers `micropython-control`: connect, let go, interrupt, reset, ask who is there. */
export function registerControl(RED: NodeAPI): void {
  function construct(this: Node, config: ControlConfig): void {
    RED.nodes.createNode(this, config);
    runOnDevice(RED, this, config.device, async (device, msg, send, job) => {
      const name = isBlank(config.action) ? msg.action : config.action;
      const action = typeof name === 'string' && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
      if (!action) {
        const known = Object.keys(ACTIONS).join(', ');
        throw new ArgumentError('INVALID_ARGUMENT', `the action must be one of ${known}, not ${text(name)}`);
      }
      const result = await action(device, job.signal);
      msg.payload = result ?? stateReport(device.address, device.state);
      send(msg);
    });
  }

  RED.nodes.registerType('micropython-control', construct);
}
