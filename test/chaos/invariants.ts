/** What must hold after every run, whatever broke. Pure. */
import type { CommandPlan, Schedule } from './schedule';
import { expectedOutput, nastyText } from './target';

/** What became of one command. */
export interface Record {
  readonly plan: CommandPlan;
  outcome: 'pending' | 'resolved' | 'rejected';
  /** Output of an exec, value of an eval, content of a file. */
  value?: string;
  error?: Error & { code?: string; output?: string; type?: string; traceback?: string; address?: string };
  /** Pieces given to `onOutput`. */
  streamed: string;
  /** Something was given to `onOutput` after the command had settled. */
  late?: string;
  /** Milliseconds from the call to the end. */
  took: number;
}

const KNOWN = new Set([
  ...['OPEN_FAILED', 'PORT_BUSY', 'PORT_NOT_FOUND', 'PERMISSION_DENIED', 'CONNECTION_LOST', 'DEVICE_CLOSED'],
  ...['NO_RAW_REPL', 'UNEXPECTED_REPLY', 'DEVICE_RESET', 'DEVICE_EXCEPTION'],
  ...['TIMED_OUT', 'ABORTED', 'QUEUE_FULL', 'OUTPUT_LIMIT'],
]);
/** Faults that change bytes: what a command prints may then be incomplete or mixed with noise. */
const LOSSY = new Set(['deaf', 'garbage']);

/** Milliseconds that a caller may wait after its abort; a busy computer's, not the engine's. */
const ABORT_LIMIT = 300;

export function violations(schedule: Schedule, records: readonly Record[], times: (id: string) => number): string[] {
  const lossy = schedule.faults.some(({ fault }) => LOSSY.has(fault));
  return records.flatMap((record) => violationsOf(record, times(record.plan.id), lossy, schedule));
}

function violationsOf(record: Record, ran: number, lossy: boolean, schedule: Schedule): string[] {
  const { plan, outcome, error, value = '', streamed } = record;
  const { id, program } = plan;
  const found: string[] = [];
  const complain = (what: string) => found.push(`${id} (${program}): ${what}`);

  if (outcome === 'pending') complain('has not settled');
  if (record.late !== undefined) complain(`onOutput after its end: ${JSON.stringify(record.late)}`);
  const most = plan.repeatable ? 3 : 1;
  // A file is written by several commands of the engine's own, which may be repeated.
  if (program !== 'file' && ran > most) complain(`ran ${ran} times`);

  // A device that does not get to its prompt is described by what it said, whoever made it say that.
  const message = error?.code === 'NO_RAW_REPL' ? '' : (error?.message ?? '');
  const heard = [value, streamed, error?.output ?? '', error?.traceback ?? '', message].join('\n');
  for (const [tag] of heard.matchAll(/<[a-z]\d{4}>/g)) {
    if (tag !== `<${id}>`) complain(`got ${tag}, which is not its own`);
  }

  if (outcome === 'resolved' && !lossy) {
    if (ran < 1 && program !== 'file') complain('resolved, but never ran');
    const expected = expectedOutput(plan, nastyText(plan));
    const whole = program === 'exit' || program === 'reset' ? value.startsWith(expected) : value === expected;
    if (!whole && program !== 'file' && program !== 'eval') {
      complain(`printed ${JSON.stringify(value.slice(0, 200))} instead of ${JSON.stringify(expected.slice(0, 200))}`);
    }
    if (program === 'eval' && value !== `<${id}>`) complain(`evaluated to ${JSON.stringify(value)}`);
    if (program === 'file' && value !== expected.repeat(plan.size)) complain('read something else than it had written');
    // What runs again streams again.
    const streamedRight = plan.repeatable ? streamed.endsWith(value) : streamed === value;
    if (plan.stream && !streamedRight && program !== 'eval' && program !== 'file') {
      complain(
        `streamed ${JSON.stringify(streamed.slice(0, 200))}, but printed ${JSON.stringify(value.slice(0, 200))}`,
      );
    }
    if (['fail', 'syntax', 'loop', 'swallow'].includes(program)) complain('resolved, although it cannot end');
  }
  if (outcome === 'rejected') {
    const { code = 'none' } = error!;
    if (!KNOWN.has(code)) complain(`rejected with ${code}: ${error!.stack}`);
    const raises = program === 'fail' || program === 'syntax' || error!.type === 'KeyboardInterrupt';
    if (code === 'DEVICE_EXCEPTION' && !raises && !lossy) complain(`rejected: ${error!.message}`);
    if (code === 'QUEUE_FULL' && schedule.options.queueLimit === undefined) complain('QUEUE_FULL without a limit');
    if (code === 'QUEUE_FULL' && ran > 0) complain('ran, although it was refused');
    if (code === 'UNEXPECTED_REPLY' && !lossy && !disturbed(schedule)) complain(`rejected: ${error!.message}`);
    if (plan.abortAfter !== undefined && record.took > plan.abortAfter + ABORT_LIMIT && program !== 'file') {
      complain(`ended ${record.took - plan.abortAfter} ms after its abort`);
    }
    if (code === 'ABORTED' && plan.abortAfter === undefined) complain('ABORTED by nobody');
  }
  return found;
}

/** Restarts may come between a prompt and the command behind it. */
function disturbed({ faults, controls, callers }: Schedule): boolean {
  return (
    faults.some(({ fault }) => fault !== 'slow') ||
    controls.length > 0 ||
    callers.flat().some(({ program }) => program === 'reset')
  );
}
