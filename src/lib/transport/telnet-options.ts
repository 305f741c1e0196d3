import { DO, DONT, negotiate, WILL, WONT, type TelnetVerb } from './telnet';

/** What the other side has said about an option that we asked for. */
export type OptionState = 'asked' | 'yes' | 'no';

/** Answers to changes of one option. */
const MOST_CHANGES = 6;

/**
 * Who may do what on a telnet line. Pure: it returns the bytes to send.
 * It answers only what changes something (RFC 854), so that two sides never answer each other for ever.
 */
export class TelnetOptions {
  /** Options that this side performs (WILL). */
  readonly #ours = new Map<number, OptionState>();
  /** Options that the other side is to perform (DO). */
  readonly #theirs = new Map<number, OptionState>();
  /** Options refused once: WONT and DONT are said once each. */
  readonly #refused = new Set<string>();

  /** How often each option was agreed to or taken back. */
  readonly #changes = new Map<string, number>();

  constructor(wanted: { ours: readonly number[]; theirs: readonly number[] }) {
    for (const option of wanted.ours) this.#ours.set(option, 'asked');
    for (const option of wanted.theirs) this.#theirs.set(option, 'asked');
  }

  /** The offer that opens the conversation. */
  offer(): Uint8Array[] {
    return [
      ...[...this.#ours.keys()].map((option) => negotiate(WILL, option)),
      ...[...this.#theirs.keys()].map((option) => negotiate(DO, option)),
    ];
  }

  ours(option: number): OptionState | undefined {
    return this.#ours.get(option);
  }

  theirs(option: number): OptionState | undefined {
    return this.#theirs.get(option);
  }

  /** Takes note of what the other side says; the answer, if it needs one. */
  receive(verb: TelnetVerb, option: number): Uint8Array | undefined {
    const aboutUs = verb === DO || verb === DONT;
    const states = aboutUs ? this.#ours : this.#theirs;
    const agreed = verb === DO || verb === WILL;
    const before = states.get(option);
    if (before === undefined) return agreed ? this.#refuse(aboutUs ? WONT : DONT, option) : undefined;
    const now: OptionState = agreed ? 'yes' : 'no';
    states.set(option, now);
    if (before === 'asked' || before === now || this.#wavers(aboutUs, option)) return undefined;
    if (aboutUs) return negotiate(agreed ? WILL : WONT, option);
    return negotiate(agreed ? DO : DONT, option);
  }

  /**
   * Answers that cross on the way can turn an option on and off for ever (RFC 1143). Nobody changes his mind so often:
   * then it is left as the other side said it last.
   */
  #wavers(aboutUs: boolean, option: number): boolean {
    const key = `${aboutUs} ${option}`;
    const changes = (this.#changes.get(key) ?? 0) + 1;
    this.#changes.set(key, changes);
    return changes > MOST_CHANGES;
  }

  #refuse(verb: TelnetVerb, option: number): Uint8Array | undefined {
    const key = `${verb} ${option}`;
    if (this.#refused.has(key)) return undefined;
    this.#refused.add(key);
    return negotiate(verb, option);
  }
}
