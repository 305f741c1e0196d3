/**
 * MicroPython's Unix port behind a serial port, as a stand-in for a board.
 *
 *   host program <-> outer pty <-> this file <-> inner pty <-> micropython, restarted when it ends
 *
 * Two terminals, because a soft reset ends the process: the outer one, which the host has open, does not notice.
 * The device's root folder is an empty folder of its own, so that `/main.py` is not a file of this computer.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findUnixPort } from './find-unix-port';
import { CLOSE_INHERITED_FILES } from './inherited-files';
import { PacedLink, type LinkSpeed } from './paced-link';
import { openPty, type Pty } from './pty';
import { ReplMode } from './repl-mode';
import { within } from './within';

export interface UnixPortOptions {
  /** Program and arguments; default: `findUnixPort`. */
  command?: readonly string[];
  /** Further arguments, as `['-X', 'heapsize=8m']`. */
  args?: readonly string[];
  /** Speed of the line; default `free`: as fast as the system copies. */
  link?: 'free' | LinkSpeed;
}

export interface UnixPort {
  /** What the host opens. */
  readonly path: string;
  /** The folder of this computer that the device has as `/`. */
  readonly root: string;
  /** Process group of the running interpreter; another one after each restart. */
  readonly pid: number;
  /** How many times the interpreter was started. */
  readonly starts: number;
  /** Pulls the cable: the port hangs up and its path disappears. The interpreter goes on until `stop`. */
  unplug(): void;
  stop(): Promise<void>;
}

const BANNER = 'raw REPL; CTRL-B to exit';
const PROMPT = '>>> ';
const START_LIMIT = 20_000;

/**
 * Ctrl-C must reach running code as a signal, without the terminal throwing away what is under way (noflsh), and no
 * other byte may mean anything. The interpreter switches signals off at its prompts by itself.
 */
const TERMINAL = 'raw -echo -iexten isig noflsh intr ^C quit undef susp undef';

/** @throws Error when there is no Unix port, or it does not start */
export async function startUnixPort(options: UnixPortOptions = {}): Promise<UnixPort> {
  const found = options.command ? { command: [...options.command] } : findUnixPort();
  if (!found.command) throw new Error(`cannot start the Unix port: ${found.reason}`);
  const stand = new StandIn(
    [...found.command, ...(options.args ?? [])],
    await openPty(),
    await openPty(),
    options.link,
  );
  try {
    await within(stand.start(), START_LIMIT, 'the first prompt of the Unix port');
  } catch (error) {
    await stand.stop();
    throw error;
  }
  return stand;
}

class StandIn implements UnixPort {
  readonly #command: readonly string[];
  readonly #outer: Pty;
  readonly #inner: Pty;
  readonly #folder = mkdtempSync(join(tmpdir(), 'unix-port-'));
  readonly #mode = new ReplMode();
  readonly #toHost: (bytes: Buffer) => Promise<void>;
  readonly #toDevice: (bytes: Buffer) => Promise<void>;
  readonly #lines: PacedLink[] = [];
  /** Printed by the shell when the interpreter has ended: everything before it is output of the old one. */
  readonly #endMark = `\0END ${Math.random()}\0`;
  readonly root = join(this.#folder, 'root');
  starts = 0;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #stopped = false;
  #restarting = false;
  /** What came from the interpreter and has not been passed on. */
  #pending = '';
  /** While the interpreter starts: what `#pending` has to hold. */
  #awaited: { text: string; found: () => void; ended: (error: Error) => void } | undefined;
  /** Resolves when the interpreter reads its input: what comes while it starts has to wait. */
  #ready: Promise<void> = Promise.resolve();

  constructor(command: readonly string[], outer: Pty, inner: Pty, link: UnixPortOptions['link'] = 'free') {
    this.#command = command;
    this.#outer = outer;
    this.#inner = inner;
    mkdirSync(this.root);
    this.#toHost = this.#line(link, (bytes) => outer.write(bytes));
    this.#toDevice = this.#line(link, (bytes) => inner.write(bytes));
  }

  get path(): string {
    return this.#outer.path;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves at the first prompt. */
  async start(): Promise<void> {
    this.#inner.onData((chunk) => this.#fromDevice(chunk));
    await this.#boot();
    // What the board says at power-up, nobody hears.
    this.#pending = '';
    this.#outer.onData((chunk) => this.#fromHost(chunk));
  }

  unplug(): void {
    this.#outer.unplug();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const line of this.#lines) line.stop();
    this.#kill();
    await this.#ended;
    await Promise.all([this.#outer.close(), this.#inner.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #line(link: 'free' | LinkSpeed, deliver: (bytes: Buffer) => Promise<void>): (bytes: Buffer) => Promise<void> {
    const pass = (bytes: Buffer) => deliver(bytes).catch(() => {});
    if (link === 'free') return pass;
    const line = new PacedLink(link, pass);
    this.#lines.push(line);
    return (bytes) => line.push(bytes);
  }

  /** Starts the interpreter and waits for its prompt. */
  async #boot(): Promise<void> {
    // The shell outlives the interpreter; Ctrl-C is for the interpreter alone.
    const script = `${CLOSE_INHERITED_FILES} trap : INT; stty ${TERMINAL}; "$@"; printf '%b' "$END_MARK"`;
    const terminal = this.#inner.hostFd;
    this.#pending = '';
    const child = spawn(
      'setsid',
      ['--ctty', 'bash', '-c', script, 'bash', ...this.#command, '-i', '-c', mountRoot(this.root)],
      {
        stdio: [terminal, terminal, terminal],
        cwd: this.root,
        env: {
          ...process.env,
          HOME: this.#folder, // for its history file
          MICROPYPATH: ':.frozen:/lib',
          END_MARK: this.#endMark.replaceAll('\0', '\\0'),
        },
      },
    );
    this.starts++;
    this.#child = child;
    this.#ended = once(child, 'exit').catch(() => {});
    child.on('error', () => {});
    void this.#ended.then(() => {
      const said = JSON.stringify(this.#pending);
      this.#awaited?.ended(new Error(`${this.#command.join(' ')} ended without a prompt; it said ${said}`));
    });
    await this.#until(PROMPT);
  }

  async #restart(): Promise<void> {
    await this.#ended;
    if (this.#stopped) return;
    const unread = readUnread(this.#inner.path);
    await this.#toHost(Buffer.from('MPY: soft reboot\r\n'));
    await this.#boot();
    if (this.#mode.raw) {
      this.#pending = '';
      await this.#inner.write(Buffer.from('\x01'));
      await this.#until(BANNER);
      this.#pending = this.#pending.slice(this.#pending.indexOf(BANNER));
    }
    this.#passOn();
    await this.#inner.write(unread);
  }

  #until(text: string): Promise<void> {
    return new Promise<void>((found, ended) => {
      this.#awaited = { text, found, ended };
    }).finally(() => (this.#awaited = undefined));
  }

  #fromHost(chunk: Buffer): void {
    this.#mode.sent(chunk);
    this.#outer.pause();
    void this.#ready.then(() => this.#toDevice(chunk)).then(() => this.#outer.resume());
  }

  #fromDevice(chunk: Buffer): void {
    this.#pending += chunk.toString('latin1');
    if (this.#awaited) {
      if (this.#pending.includes(this.#awaited.text)) this.#awaited.found();
    } else if (!this.#restarting) this.#passOn();
  }

  #passOn(): void {
    const end = this.#pending.indexOf(this.#endMark);
    // The mark may be cut in two: a beginning of it at the end is kept until more comes.
    const safe = end >= 0 ? end : this.#pending.length - overlap(this.#pending, this.#endMark);
    const bytes = Buffer.from(this.#pending.slice(0, safe), 'latin1');
    this.#pending = this.#pending.slice(safe);
    if (bytes.length > 0) {
      this.#mode.said(bytes);
      this.#inner.pause();
      void this.#toHost(bytes).then(() => this.#inner.resume());
    }
    if (end < 0) return;
    this.#restarting = true;
    // A device that does not start again is as good as unplugged.
    this.#ready = this.#restart()
      .catch(() => this.unplug())
      .finally(() => (this.#restarting = false));
  }

  #kill(): void {
    try {
      // The session's own group: shell and interpreter.
      if (this.#child?.pid && this.#child.exitCode === null) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}

/**
 * Python that makes the folder the device's `/`. In 1.28 a VfsPosix with a root of its own cannot rename between absolute
 * paths: it composes both in one buffer (extmod/vfs_posix.c); hence the second one without a root.
 */
function mountRoot(folder: string): string {
  return `
import os, vfs
class Root(vfs.VfsPosix):
  def rename(self, old, new, _fs=vfs.VfsPosix(), _at=lambda path: '${folder}' + path if path[:1] == '/' else path):
    _fs.rename(_at(old), _at(new))
vfs.umount('/')
vfs.mount(Root('${folder}'), '/')
os.chdir('/')
del os, vfs, Root
`;
}

/** What the host sent and the interpreter that has ended did not read. A board keeps it for the raw REPL. */
function readUnread(path: string): Buffer {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const unread: Buffer[] = [];
  try {
    for (;;) {
      const buffer = Buffer.alloc(4096);
      unread.push(buffer.subarray(0, readSync(fd, buffer)));
    }
  } catch {
    // EAGAIN: that was all.
  } finally {
    closeSync(fd);
  }
  return Buffer.concat(unread);
}

/** Length of the longest end of `text` that is a beginning of `mark`. */
function overlap(text: string, mark: string): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--) {
    if (mark.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
