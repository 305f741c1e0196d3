/**
 * The bytes of MicroPython's REPL by name, as in the manual (docs/reference/repl.rst) and
 * shared/runtime/pyexec.c of the firmware.
 */
export const CTRL_A = 0x01; // friendly REPL: enter raw REPL; raw REPL: print banner and prompt again
export const CTRL_B = 0x02; // raw REPL: back to the friendly REPL
export const CTRL_C = 0x03; // interrupt; at a prompt: forget the line
export const CTRL_D = 0x04; // raw REPL: run what was sent; with nothing sent: soft reset
export const CTRL_E = 0x05; // raw REPL: first byte of the offer of raw paste

export const INTERRUPT = Buffer.from([CTRL_C]);
export const INTERRUPT_AND_RAW_REPL = Buffer.from([CTRL_C, CTRL_A]);
export const LEAVE_RAW_REPL = Buffer.from([CTRL_B]);
export const RUN = Buffer.from([CTRL_D]);
export const ENTER_RAW_REPL = Buffer.from([CTRL_A]);
export const OFFER_RAW_PASTE = Buffer.from([CTRL_E, 0x41, CTRL_A]);

/** What the device prints on entering the raw REPL; the prompt `>` follows, after a line end. */
export const RAW_BANNER = Buffer.from('raw REPL; CTRL-B to exit');
export const PROMPT = 0x3e;

/** Separates output from traceback, and traceback from prompt. */
export const END_OF_TEXT = 0x04;

/**
 * The longest code that goes in one write without flow control, with its Ctrl-D. The smallest common input ring
 * holds 256 bytes (esp8266, ports/esp8266/esp_mphal.c), and one slot of a ring stays empty.
 */
export const SINGLE_WRITE_LIMIT = 250;

const HARD_RESET_TEXT = /rst:0x[0-9a-f]+ \([A-Z0-9_]+\),boot:0x/;
const FRIENDLY_BANNER =
  /(?:MicroPython|CircuitPython) [^\r\n]*\r?\nType "help\(\)" for more information\.\r?\n[^\r\n]{0,40}$/;
const RAW_BANNER_AND_PROMPT = /raw REPL; CTRL-B to exit\r?\n>$/;

/** What the end of a stream of output says about a restart of the device. */
export function signOfRestart(tail: string): 'booting' | 'prompt' | undefined {
  if (HARD_RESET_TEXT.test(tail)) return 'booting';
  if (FRIENDLY_BANNER.test(tail) || RAW_BANNER_AND_PROMPT.test(tail)) return 'prompt';
  return undefined;
}

/** Anything that a device prints when it boots or restarts, anywhere in the text. */
const BOOT_TEXT =
  /rst:0x|ESP-ROM:|MPY: soft reboot|soft reboot|(?:MicroPython|CircuitPython) v?\d|raw REPL; CTRL-B|Type "help\(\)"/;

/** What only a restart makes a device say: a banner may be the answer to Ctrl-B. */
const REBOOT_TEXT = /rst:0x|ESP-ROM:|soft reboot/;

/** True when the bytes around a recovery mean that the interpreter restarted meanwhile. */
export function saysReboot(bytes: Buffer): boolean {
  return REBOOT_TEXT.test(bytes.toString('latin1'));
}

/** True when unexpected bytes between commands mean that the interpreter restarted. */
export function mentionsRestart(bytes: Uint8Array): boolean {
  return BOOT_TEXT.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
}
