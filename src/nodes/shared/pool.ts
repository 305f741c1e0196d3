import { DevicePool } from '../../lib/index';

/**
 * One pool for the process, whoever asks: leases outlive the nodes of one deploy, so a redeploy keeps the port open.
 * It hangs on `globalThis` because a user may have this package installed twice (palette and project), and two pools
 * would fight for the same port.
 */
const key = Symbol.for('@boardflow/node-red-micropython/pool');

/** The pool that all nodes of this process share. */
export function sharedPool(): DevicePool {
  const holder = globalThis as { [key]?: DevicePool };
  return (holder[key] ??= new DevicePool());
}
