import type { Node, NodeAPI } from 'node-red';
import { asError, errorDetails } from '../shared/error-text';
import { sharedPool } from '../shared/pool';
import { CLOSE_LIMIT_MS, within } from '../shared/within';
import { deviceOptions, type DeviceConfig } from './device-options';
import { DistinctCauses } from './distinct-causes';
import { SharedDevice } from './shared-device';

interface Credentials {
  password?: string;
}

/** The config node, as the other nodes see it. */
export interface DeviceNode extends Node<Credentials> {
  /**
   * The nodes that use this device, by id. Node-RED reads it: errors of a config node reach the Catch nodes on the tabs of
   * these (its Flow.js, `handleError`). So would a status, and every Status node would hear of each change twice.
   */
  users: Record<string, Node>;
  shared: SharedDevice;
}

/**
 * Registers `micropython-device`.
 *
 * The node holds a lease on a pooled device. When it closes it gives the lease back and the pool keeps the connection
 * for a grace time, so the node that follows in a redeploy finds the port open and the device as it was.
 */
export function registerDevice(RED: NodeAPI): void {
  function construct(this: DeviceNode, config: DeviceConfig): void {
    RED.nodes.createNode(this, config);
    this.users = {};
    let closed = false;
    const causes = new DistinctCauses();
    const report = (error: Error) => {
      // An object as second argument: without one no Catch node hears of it.
      if (causes.isNews(error)) this.error(error, { errorDetails: errorDetails(asError(error), shared.address) });
    };
    const shared = new SharedDevice(
      sharedPool(),
      String(config.address ?? '').trim(),
      deviceOptions(config, this.credentials?.password),
      report,
    );
    this.shared = shared;

    shared.watch((state) => {
      if (state.status === 'ready') causes.up();
      if (state.status === 'disconnected') causes.down();
      // Logged only: whoever sends a message hears of it through its own Catch node, and would hear it twice.
      if (state.status === 'disconnected' && state.reason && causes.isNews(state.reason)) {
        this.warn(state.reason.message);
      }
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      void within(shared.release(), CLOSE_LIMIT_MS).finally(done);
    });

    // The users are created after this node: what fails at once would reach none of their Catch nodes.
    setImmediate(() => {
      // An empty address is an error when somebody uses it, not before.
      if (closed || shared.address === '') return;
      // The state says why, and is logged above.
      shared.device().catch(() => undefined);
    });
  }

  RED.nodes.registerType<DeviceNode, DeviceConfig, object, Credentials>('micropython-device', construct, {
    credentials: { password: { type: 'password' } },
  });
}
