import type { Node, NodeAPI } from 'node-red';
import { CancelledError, MicroPythonError } from '../../lib/index';
import type { Device } from '../../lib/index';
import type { DeviceNode } from '../device/runtime';
import type { StateListener } from '../device/shared-device';
import { handleInput, type Message, type Send } from './handle-input';
import { Jobs, type Job } from './jobs';
import { asInterrupt } from './kill';
import { nodeStatus } from './status';
import { StatusLight } from './status-light';
import { CLOSE_LIMIT_MS, within } from './within';

/** What a node does with one message on its device. */
export type DeviceWork = (device: Device, msg: Message, send: Send, job: Job) => Promise<void>;

/**
 * Joins a flow node to its device: inputs run on it, its status shows the device's state and the node's own work, and
 * closing ends what runs.
 * @param deviceId id of the config node
 * @param beforeWork sees a message first; true: it was a word to the node, not work for the device
 */
export function runOnDevice(
  RED: NodeAPI,
  node: Node,
  deviceId: string | undefined,
  work: DeviceWork,
  beforeWork: (msg: Message, jobs: Jobs) => boolean = () => false,
): void {
  const owner = deviceNode(RED, deviceId);
  const jobs = new Jobs(() => light.update());
  const light = new StatusLight(
    () => nodeStatus(owner?.shared.state, { jobs: jobs.size, percent: jobs.oldest?.percent }, RED._),
    (status) => node.status(status),
  );
  const leave = owner && join(owner, node, onChange(jobs, light));
  light.update();

  handleInput(
    node,
    jobs,
    async (msg, send, job) => {
      if (beforeWork(msg, jobs)) return;
      if (!owner)
        throw new MicroPythonError(
          'NO_DEVICE',
          'there is no device: none is chosen, or it is disabled; open the node and pick one',
        );
      try {
        const device = await owner.shared.device();
        job.signal.throwIfAborted();
        await work(device, msg, send, job);
      } catch (thrown) {
        throw withReason(asInterrupt(thrown, job.signal, owner.shared.address), job.signal);
      }
    },
    () => owner?.shared.address,
  );

  node.on('close', (_removed: boolean, done: () => void) => {
    leave?.();
    light.close();
    jobs.abortAll(
      new CancelledError('ABORTED', 'the flow was deployed or stopped', { address: owner?.shared.address }),
    );
    void within(jobs.idle(), CLOSE_LIMIT_MS).finally(done);
  });
}

/** A command that ended because its node closes says so: the engine's error has the reason as its cause, which nobody reads. */
function withReason(thrown: unknown, { reason }: AbortSignal): unknown {
  if (!(thrown instanceof CancelledError && thrown.code === 'ABORTED' && reason instanceof CancelledError))
    return thrown;
  if (thrown === reason) return thrown;
  const { message, address, output } = thrown;
  return new CancelledError('ABORTED', `${message}: ${reason.message}`, { address, output, cause: thrown });
}

/** A device that runs a command of another node looks the same as an idle one: with many nodes, most changes are that. */
function onChange(jobs: Jobs, light: StatusLight): StateListener {
  let wasUp = false;
  return ({ status }) => {
    const isUp = status === 'ready' || status === 'running';
    if (isUp && wasUp && jobs.size === 0) return;
    wasUp = isUp;
    light.update();
  };
}

/** The config node with that id, when there is one and it is a device. */
export function deviceNode(RED: NodeAPI, id: string | undefined): DeviceNode | undefined {
  const found = id ? (RED.nodes.getNode(id) as Partial<DeviceNode> | null) : undefined;
  return found?.shared && found.type === 'micropython-device' ? (found as DeviceNode) : undefined;
}

/** Makes `node` a user of the device and passes state changes on, until the returned function is called. */
export function join(owner: DeviceNode, node: Node, onState: StateListener): () => void {
  owner.users[node.id] = node;
  const unwatch = owner.shared.watch(onState);
  return () => {
    if (owner.users[node.id] === node) delete owner.users[node.id];
    unwatch();
  };
}
