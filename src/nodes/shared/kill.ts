import { DeviceException } from '../../lib/index';
import type { Message } from './handle-input';
import type { Jobs } from './jobs';
import { isBlank } from './properties';

/** Why a job's signal fired: somebody sent `msg.kill`. */
class KillRequest extends Error {
  override readonly name = 'KillRequest';
}

/**
 * `msg.kill`: stops the command of this node that runs, or will run next. It is no command itself.
 * By the job's signal, not by `Device.interrupt`: that one would hit the command of another node that runs meanwhile.
 */
export function killOnRequest(msg: Message, jobs: Jobs): boolean {
  if (isBlank(msg.kill) || msg.kill === false) return false;
  jobs.oldest?.abort(new KillRequest('stopped by msg.kill'));
  return true;
}

/** A command that was killed ends as one that Ctrl-C stopped: `KeyboardInterrupt`. Other errors stay what they are. */
export function asInterrupt(thrown: unknown, signal: AbortSignal, address: string): unknown {
  const { code, output } = (thrown ?? {}) as { code?: unknown; output?: unknown };
  const isAbort = code === 'ABORTED' || thrown === signal.reason;
  if (!isAbort || !(signal.reason instanceof KillRequest)) return thrown;
  return new DeviceException(`KeyboardInterrupt: the command on ${address} was stopped by msg.kill`, {
    address,
    type: 'KeyboardInterrupt',
    detail: '',
    traceback: '',
    output: typeof output === 'string' ? output : '',
    cause: thrown,
  });
}
