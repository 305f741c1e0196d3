import { inVirtualTime } from '../support/virtual-time';
import { FakeTarget } from './fake-target';
import { runSchedule, type RunResult } from './run';
import type { Schedule } from './schedule';
import { UnixPortTarget } from './unix-port-target';

/** Milliseconds in which programs that were ended, and the kernel of a fake device, come to rest. */
const REST = 2000;

/** Plays a schedule on the fake device in virtual time; what it throws is a problem too. */
export async function playOnFake(schedule: Schedule): Promise<RunResult> {
  const rejections: string[] = [];
  const onRejection = (reason: unknown) => rejections.push(`nobody handled: ${describe(reason)}`);
  process.on('unhandledRejection', onRejection);
  try {
    const result = await inVirtualTime(
      async (time) => {
        const target = new FakeTarget(schedule);
        try {
          const played = await runSchedule(schedule, target);
          await target.stop();
          await time.pass(REST);
          if (time.timers > 0) played.problems.push(`${time.timers} timers are left`);
          return played;
        } finally {
          await target.stop();
        }
      },
      { seed: schedule.seed },
    );
    return { ...result, problems: [...result.problems, ...rejections] };
  } catch (error) {
    return { problems: [describe(error), ...rejections], endings: new Map() };
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}

/** Plays a schedule on the Unix port, in real time. */
export async function playOnUnixPort(schedule: Schedule): Promise<RunResult> {
  try {
    const target = await UnixPortTarget.start();
    try {
      return await runSchedule(schedule, target);
    } finally {
      await target.stop();
    }
  } catch (error) {
    return { problems: [describe(error)], endings: new Map() };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
