import type { RawCommand } from '../repl/raw-repl';
import type { ReplyEnd } from '../repl/reply-parser';

/** What a task may do during its turn. */
export interface TaskContext {
  /**
   * Runs one raw command; may be called several times in a turn.
   * @throws the reason why the run was ended from outside; why the link is gone; `DEVICE_RESET`
   */
  exec(command: RawCommand): Promise<ReplyEnd>;
  /** Restarts the interpreter. */
  softReset(): Promise<void>;
  /** `sys.platform`; asked in a round trip of its own when it is not known yet. */
  platform(): Promise<string | undefined>;
}

/** A command as the session sees it: something that needs the device for itself for one turn. */
export interface Task<T> {
  /** What is being done, as a phrase for messages: `running code`, `reading /main.py`. */
  readonly doing: string;
  /** Milliseconds that the run may take; 0: no limit. */
  readonly timeout: number;
  /** It does no harm to run it twice, so it is run again when the link broke or the device restarted. */
  readonly repeatable: boolean;
  execute(context: TaskContext): Promise<T>;
  /** Text printed until now, for the error of a run that is ended from outside. */
  outputSoFar(): string;
}
