/** The dialogue at the start of a WebREPL connection (MicroPython, extmod/modwebrepl.c), as a pure function of what it said. */

const PASSWORD_PROMPT = 'Password: ';
const CONNECTED = 'WebREPL connected';
const DENIED = 'Access denied';
/** Printed by WebREPL itself after the greeting; no REPL need be behind it. */
const FIRST_PROMPT = '\r\n>>> ';

export type WebReplLoginStep =
  | { readonly step: 'wait' }
  | { readonly step: 'send-password' }
  | { readonly step: 'denied' }
  /** `rest` is output of the device behind the greeting. */
  | { readonly step: 'connected'; readonly rest: string };

/**
 * @param said everything that the server has sent, as text
 * @param sent whether the password was sent already
 */
export function webReplLogin(said: string, sent: boolean): WebReplLoginStep {
  const connected = said.indexOf(CONNECTED);
  if (connected >= 0) {
    const rest = said.slice(connected + CONNECTED.length);
    // The greeting is one frame, but a proxy may cut it.
    if (FIRST_PROMPT.startsWith(rest) && rest !== FIRST_PROMPT) return { step: 'wait' };
    return { step: 'connected', rest: rest.startsWith(FIRST_PROMPT) ? rest.slice(FIRST_PROMPT.length) : rest };
  }
  if (said.includes(DENIED)) return { step: 'denied' };
  if (!sent && said.includes(PASSWORD_PROMPT)) return { step: 'send-password' };
  return { step: 'wait' };
}
