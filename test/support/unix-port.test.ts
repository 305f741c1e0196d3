import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SerialTransport } from '../../src/lib/transport/serial-transport';
import { unixPortOrSkip } from './find-unix-port';
import { RecordingSink } from './recording-sink';
import { startUnixPort, type UnixPort } from './unix-port';

describe('The Unix port behind a pseudo-terminal', function () {
  this.timeout(30_000);
  let port: UnixPort;
  let transport: SerialTransport;
  let sink: RecordingSink;

  before(function () {
    if (!unixPortOrSkip()) this.skip();
  });

  async function start(options?: Parameters<typeof startUnixPort>[0]): Promise<void> {
    port = await startUnixPort(options);
    sink = new RecordingSink();
    transport = new SerialTransport(port.path);
    await transport.open(sink, new AbortController().signal);
  }

  afterEach(async () => {
    await transport?.close();
    await port?.stop();
  });

  /** Sends, and resolves to what came since, as soon as it ends with `end`. */
  async function dialogue(bytes: string, end: string): Promise<string> {
    const from = sink.text.length;
    await transport.write(Buffer.from(bytes, 'latin1'));
    for (;;) {
      const text = sink.text.slice(from);
      if (text.endsWith(end)) return text;
      await sink.receive(from + text.length + 1, 10_000);
    }
  }

  const enterRaw = () => dialogue('\x03\x01', 'raw REPL; CTRL-B to exit\r\n>');
  const RAW_RESET = 'MPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>';

  it('speaks the friendly REPL, with echo', async () => {
    await start();
    assert.equal(await dialogue('40+2\r', '>>> '), '40+2\r\n42\r\n>>> '.replace('42\r', '42'));
  });

  it('speaks the raw REPL, 8 bits wide', async () => {
    await start();
    await enterRaw();
    assert.equal(await dialogue("print(len(b'\x80\xff\xfe'), b'\xff')\x04", '\x04>'), "OK3 b'\\xff'\n\x04\x04>");
  });

  it('lets Ctrl-C into running code', async () => {
    await start();
    await enterRaw();
    await dialogue("print('go')\nwhile True: pass\x04", 'go\n');
    assert.match(await dialogue('\x03', '\x04>'), /KeyboardInterrupt/);
  });

  it('passes everything else to a program that reads its input', async () => {
    await start();
    await enterRaw();
    const others = Buffer.from(Array.from({ length: 256 }, (_, i) => i).filter((byte) => byte !== 3)).toString(
      'latin1',
    );
    await dialogue("import sys\nprint('go')\nprint(sum(sys.stdin.buffer.read(255)))\x04", 'go\n');
    assert.equal(await dialogue(others, '\x04>'), `${(255 * 256) / 2 - 3}\n\x04\x04>`);
  });

  it('has a file system of its own at /', async () => {
    await start();
    await enterRaw();
    writeFileSync(join(port.root, 'host.txt'), 'x');
    const code = "import os\nopen('/device.txt', 'w').close()\nprint(os.getcwd(), sorted(os.listdir('/')))\x04";
    assert.equal(await dialogue(code, '\x04>'), "OK/ ['device.txt', 'host.txt']\n\x04\x04>");
    assert.deepEqual(readdirSync(port.root).sort(), ['device.txt', 'host.txt']);
    const { root } = port;
    await port.stop();
    assert.equal(existsSync(root), false);
  });

  it('renames, imports and lists there as a board does', async () => {
    await start();
    await enterRaw();
    writeFileSync(join(port.root, 'old.py'), 'answer = 42');
    const code = "import os\nos.rename('/old.py', '/new.py')\nimport new\nprint(new.answer, os.listdir())\x04";
    assert.equal(await dialogue(code, '\x04>'), "OK42 ['new.py']\n\x04\x04>");
  });

  it('survives a soft reset in the raw REPL, with a fresh interpreter and the same files', async () => {
    await start();
    await enterRaw();
    await dialogue("x = 1\nopen('/kept', 'w').close()\x04", '\x04>');
    assert.equal(await dialogue('\x04', '>'), `OK\r\n${RAW_RESET}`);
    assert.match(await dialogue('print(x)\x04', '\x04>'), /NameError/);
    assert.equal(await dialogue("import os\nprint(os.listdir('/'))\x04", '\x04>'), "OK['kept']\n\x04\x04>");
    assert.equal(port.starts, 2);
  });

  it('takes sys.exit() as a soft reset', async () => {
    await start();
    await enterRaw();
    assert.equal(await dialogue('import sys\nprint(1)\nsys.exit()\x04', 'exit\r\n>'), `OK1\n\x04\x04${RAW_RESET}`);
  });

  it('stays in the friendly REPL when it was there', async () => {
    await start();
    await enterRaw();
    await dialogue('\x02', '>>> ');
    const text = await dialogue('\x04', '>>> ');
    assert.match(text, /MPY: soft reboot\r\nMicroPython [^]*>>> $/);
    assert.doesNotMatch(text, /raw REPL/);
  });

  it('keeps what the host sends during a restart', async () => {
    await start();
    await enterRaw();
    const text = await dialogue("\x04print('early')\x04", 'early\n\x04\x04>');
    assert.ok(text.includes(`${RAW_RESET}OKearly`), text);
  });

  it('delivers a megabyte, also when it contains what looks like an end', async () => {
    await start();
    await enterRaw();
    const code = "import sys\nb = b'\\0END 0.1' * 1000\nfor i in range(131): sys.stdout.buffer.write(b)\x04";
    const text = await dialogue(code, '\x04\x04>');
    assert.equal(text.length, 'OK'.length + 131 * 8000 + '\x04\x04>'.length);
  });

  it('hangs up when unplugged', async () => {
    await start();
    port.unplug();
    assert.equal((await sink.whenClosed())?.name, 'TransportError');
    assert.equal(existsSync(port.path), false);
  });

  it('keeps to the speed of a line', async () => {
    await start({ link: { baudRate: 115_200, latencyMs: 1 } });
    await enterRaw();
    const begun = performance.now();
    await dialogue("print('x' * 5000)\x04", '\x04>');
    const took = performance.now() - begun;
    // 5000 bytes take 434 ms, less the delay that is made good; a loaded computer takes longer.
    assert.ok(took > 400, `${took} ms`);
  });

  it('says why when it cannot start', async () => {
    await assert.rejects(startUnixPort({ command: ['false'] }), /ended without a prompt/);
  });
});
