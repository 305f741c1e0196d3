import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { DeviceState } from '../../lib/index';
import { deviceNode, join } from '../shared/run-on-device';
import { stateReport } from '../shared/state-report';
import { nodeStatus } from '../shared/status';
import { StatusLight } from '../shared/status-light';

export interface StatusConfig extends NodeDef {
  device?: string;
}

/** Registers `micropython-status`, which has no input and sends a message when the connection of its device changes. */
export function registerStatus(RED: NodeAPI): void {
  function construct(this: Node, config: StatusConfig): void {
    RED.nodes.createNode(this, config);
    const owner = deviceNode(RED, config.device);
    const light = new StatusLight(
      () => nodeStatus(owner?.shared.state, { jobs: 0 }, RED._),
      (status) => this.status(status),
    );
    light.update();
    if (!owner) return;

    let last = '';
    const leave = join(owner, this, (state) => {
      light.update();
      const change = connection(state, last);
      if (change === last) return;
      last = change;
      const payload = stateReport(owner.shared.address, state);
      this.send({ topic: owner.shared.address, payload });
    });
    this.on('close', () => {
      leave();
      light.close();
    });
  }

  RED.nodes.registerType('micropython-status', construct);
}

/**
 * A state in one word; the same word as `last` when the connection did not change. That a command begins or ends is no
 * change. Nor is an attempt to reach a device that is away: there is one every second or so, for as long as it is away.
 */
function connection({ status, reason }: DeviceState, last: string): string {
  if (status === 'ready' || status === 'running') return 'connected';
  if (status === 'disconnected' && reason) return `away: ${(reason as { code?: string }).code ?? reason.message}`;
  return status === 'connecting' && last.startsWith('away') ? last : status;
}
