interface Impostor {
  readonly pattern: RegExp;
  /** Ends a sentence that begins with the address. */
  readonly text: string;
  /** Only behind a network address: a program on a board may print such a thing too. */
  readonly network?: boolean;
}

const IMPOSTORS: readonly Impostor[] = [
  {
    // What the engine has sent, and nothing else: as it is, or as a terminal shows control characters.
    pattern: /^(?:[\x01-\x03]+|(?:\^[ABC])+)$/,
    text: 'sends back what it is sent, and nothing else: is it a loopback, an echo server, or a terminal without a program?',
  },
  {
    pattern: /^HTTP\/\d|<html/im,
    text: 'is a web server, not a MicroPython REPL. A WebREPL is reached by ws://host:8266.',
    network: true,
  },
  {
    pattern: /^SSH-\d/m,
    text: 'is an SSH server, not a MicroPython REPL. A board behind it is reached by exec:ssh.',
    network: true,
  },
  { pattern: /^\xff[\xfb-\xfe]/, text: 'speaks telnet: use rfc2217:// instead of tcp://.', network: true },
  {
    pattern: /\blogin: |^Password: /im,
    text: 'asks for a login: it is the console of a computer, not a MicroPython REPL. A WebREPL is reached by ws://.',
  },
  {
    pattern: /(?:^|[\r\n])(?:ERROR|NO CARRIER|\+CM[ES] ERROR[^\r\n]*)[\r\n]/,
    text: 'answers as a modem does: it takes AT commands, not Python.',
  },
  {
    pattern: />>> ?$/,
    text: 'shows a Python prompt, but does not enter the raw REPL: its firmware lacks it, or it is Python on a computer.',
  },
];

/** Bytes that are no text: a line at the wrong speed has many. */
const NOISE = /[^\t\r\n\x1b\x20-\x7e]/g;

/**
 * What answered instead of a raw REPL, as far as its bytes tell; `undefined` when they do not. Pure.
 * @param seen the first and the last bytes that came, some hundred
 */
export function notARepl(address: string, seen: Uint8Array): string | undefined {
  const text = Buffer.from(seen.buffer, seen.byteOffset, seen.byteLength).toString('latin1');
  const onNetwork = /^(?:tcp|rfc2217|wss?):/i.test(address.trim());
  const found = IMPOSTORS.find(({ pattern, network }) => (onNetwork || !network) && pattern.test(text));
  if (found) return found.text;
  const noise = text.match(NOISE)?.length ?? 0;
  if (text.length >= 16 && noise * 3 > text.length) return 'sends no text: the baud rate is wrong, or it is no REPL.';
  return undefined;
}
