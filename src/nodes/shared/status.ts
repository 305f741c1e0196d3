import type { NodeStatus } from 'node-red';
import type { DeviceState } from '../../lib/index';
import { shortReason, type Translate } from './error-text';

/** What a node does itself, beside the state of its device. */
export interface Activity {
  /** Inputs of this node that have not ended. */
  readonly jobs: number;
  /** Progress of a transfer, 0 to 100. */
  readonly percent?: number;
}

const text = (name: string) => `micropython.status.${name}`;

/**
 * The one place that decides what a node shows: device state and own work in, status out.
 * A device that runs the command of another node is `ready` for this one.
 * @param state of the device; `undefined` when the node has none
 */
export function nodeStatus(state: DeviceState | undefined, activity: Activity, translate: Translate): NodeStatus {
  if (!state) return { fill: 'red', shape: 'ring', text: translate(text('no-device')) };
  switch (state.status) {
    case 'connecting':
      return { fill: 'yellow', shape: 'ring', text: translate(text('connecting')) };
    case 'ready':
    case 'running':
      return activity.jobs > 0 ? running(state, activity, translate) : ready(translate);
    case 'disconnected':
      // Nothing was tried yet: no reason to alarm anybody.
      if (!state.reason) return { fill: 'grey', shape: 'ring', text: translate(text('not-connected')) };
      return { fill: 'red', shape: 'ring', text: shortReason(state.reason, translate) };
    case 'released':
      return { fill: 'grey', shape: 'ring', text: translate(text('released')) };
    case 'closed':
      return {};
    default:
      return state.status satisfies never;
  }
}

function ready(translate: Translate): NodeStatus {
  return { fill: 'green', shape: 'dot', text: translate(text('ready')) };
}

function running(state: DeviceState, activity: Activity, translate: Translate): NodeStatus {
  const { waiting } = state;
  const words =
    activity.percent !== undefined
      ? translate(text('progress'), { percent: Math.floor(activity.percent) })
      : waiting > 0
        ? translate(text('running-waiting'), { waiting })
        : translate(text('running'));
  return { fill: 'blue', shape: 'dot', text: words };
}
