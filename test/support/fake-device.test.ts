import assert from 'node:assert/strict';
import { ByteReader } from '../../src/lib/repl/byte-reader';
import { RawRepl } from '../../src/lib/repl/raw-repl';
import type { Transport } from '../../src/lib/transport/transport';
import { FakeDevice, type FakeDeviceOptions } from './fake-device';
import { printedBy } from './fake-program';
import { RecordingSink } from './recording-sink';
import { describeTransportContract } from './transport-contract';
import { within } from './within';

describeTransportContract('FakeDevice', () => {
  const device = new FakeDevice({ repl: false });
  return Promise.resolve({
    transport: device.createTransport(),
    peer: {
      send: (bytes) => device.say(bytes),
      receive: async (count) => {
        while (device.heard.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
        return device.heard;
      },
      pause: () => (device.stuck = true),
    },
    cut: () => device.vanish(),
    stuck: () => new FakeDevice().refuse('never').createTransport(),
    failing: () => ({ transport: new FakeDevice().refuse('PORT_BUSY').createTransport(), code: 'PORT_BUSY' }),
    dispose: () => Promise.resolve(device.stop()),
  });
});

describe('FakeDevice', () => {
  let device: FakeDevice;
  let sink: RecordingSink;
  let transport: Transport;
  const signal = new AbortController().signal;

  async function start(options: FakeDeviceOptions = {}): Promise<void> {
    device = new FakeDevice(options);
    await connect();
  }
  async function connect(): Promise<void> {
    sink = new RecordingSink();
    transport = device.createTransport();
    await transport.open(sink, signal);
  }
  afterEach(() => device.stop());

  /** Sends, and resolves to what came since, as soon as it ends with `end`. */
  async function dialogue(bytes: string, end: string): Promise<string> {
    const from = sink.text.length;
    void transport.write(Buffer.from(bytes, 'latin1')).catch(() => {});
    for (;;) {
      const text = sink.text.slice(from);
      if (text.endsWith(end)) return text;
      await sink.receive(from + text.length + 1, 2_000).catch(() => assert.fail(JSON.stringify(text)));
    }
  }
  const RAW = 'raw REPL; CTRL-B to exit\r\n>';
  const enterRaw = () => dialogue('\x03\x01', RAW);

  describe('REPL', () => {
    it('is friendly first: echo, prompt, Ctrl-C forgets the line', async () => {
      await start();
      assert.equal(await dialogue("print('a')\r", '>>> '), "print('a')\r\na\r\n>>> ");
      assert.equal(await dialogue('half\x03', '>>> '), 'half\r\n>>> ');
    });

    it('has a paste mode', async () => {
      await start();
      assert.match(await dialogue("\x05print('a')\rprint('b')\x04", 'b\r\n>>> '), /=== print\('b'\)\r\na\r\n/);
    });

    it('enters the raw REPL, repeats its banner, and leaves', async () => {
      await start();
      await enterRaw();
      assert.equal(await dialogue('half\x01', '>'), RAW);
      assert.match(await dialogue('\x02', '>>> '), /^\r\nMicroPython .*\r\nType "help\(\)".*\r\n>>> $/);
    });

    it('runs raw commands, framed as the firmware does', async () => {
      await start();
      await enterRaw();
      assert.equal(await dialogue("print('a')\x04", '\x04>'), 'OKa\r\n\x04\x04>');
      assert.match(
        await dialogue('unknown()\x04', '\x04>'),
        /^OK\x04Traceback .*\r\n.*\r\nNotImplementedError: .*unknown\(\)"\r\n\x04>$/,
      );
      assert.deepEqual(device.commands, ["print('a')", 'unknown()']);
    });

    it('soft resets at Ctrl-D, and stays raw', async () => {
      await start();
      const resets: string[] = [];
      device.onReset = (kind) => resets.push(kind);
      await enterRaw();
      assert.equal(await dialogue('\x04', RAW), `OK\r\nMPY: soft reboot\r\n${RAW}`);
      assert.deepEqual(resets, ['soft']);
    });

    it('takes raw paste with its window', async () => {
      await start({ window: 4 });
      await enterRaw();
      assert.equal(await dialogue('\x05A\x01', '\x01'), 'R\x01\x04\x00\x01');
      assert.equal(await dialogue("print('a')\x04", '\x04>'), '\x01\x01\x04a\r\n\x04\x04>');
    });

    it('ends raw paste early when the code does not compile', async () => {
      await start();
      device.rejectSource(/def def/);
      await enterRaw();
      await dialogue('\x05A\x01', '\x01');
      assert.equal(await dialogue('def def\nmore', '\x04'), '\x04');
      assert.match(
        await dialogue(' and more\x04', '\x04>'),
        /^\x04Traceback [^]*SyntaxError: invalid syntax\r\n\x04>$/,
      );
    });

    it('leaves raw paste at Ctrl-C', async () => {
      await start();
      await enterRaw();
      await dialogue('\x05A\x01', '\x01');
      assert.equal(await dialogue('half\x03', '\x04>'), '\x04\x04KeyboardInterrupt: \r\n\x04>');
    });

    it('refuses raw paste in the two ways of older firmware', async () => {
      await start({ rawPaste: 'refused' });
      await enterRaw();
      assert.equal(await dialogue('\x05A\x01', '>'), 'R\x00>');
      await start({ rawPaste: 'unknown' });
      await enterRaw();
      assert.equal(await dialogue('\x05A\x01', '>'), RAW);
    });
  });

  describe('programs', () => {
    const run = (code: string) => dialogue(`${code}\x04`, '\x04>');

    it('are found by what was registered last, without the end mark', async () => {
      await start();
      device.on(/adc/, (_code, io) => io.print('1\n')).on(/adc/, (_code, io) => io.print('2\n'));
      await enterRaw();
      assert.equal(await run("adc.read()\nprint('\\4~mark',end='')"), 'OK2\r\n\x04~mark\x04\x04>');
      assert.deepEqual(device.commands, ['adc.read()']);
    });

    it('that raise do not reach the end mark', async () => {
      await start();
      device.on(/open/, (_code, io) => io.raise('OSError: [Errno 2] ENOENT'));
      await enterRaw();
      assert.match(
        await run("open('x')\nprint('\\4~mark',end='')"),
        /^OK\x04Traceback[^~]*OSError: \[Errno 2\] ENOENT\r\n\x04>$/,
      );
    });

    it('hang until Ctrl-C', async () => {
      await start();
      device.on(/while/, (_code, io) => io.hang());
      await enterRaw();
      await dialogue('while True: pass\x04', 'OK');
      assert.match(await dialogue('\x03', '\x04>'), /KeyboardInterrupt/);
    });

    it('may catch Ctrl-C', async () => {
      await start();
      device.on(/stubborn/, async (_code, io) => {
        for (const round of [1, 2]) {
          io.print(`${round}`);
          await io.interrupted();
        }
        io.print('done');
      });
      await enterRaw();
      await dialogue('stubborn()\x04', '1');
      await dialogue('\x03', '2');
      assert.equal(await dialogue('\x03', '\x04>'), 'done\x04\x04>');
    });

    it('read standard input, more than the ring holds, and leave the rest to the REPL', async () => {
      await start();
      device.on(/stdin/, async (_code, io) => io.print(`${(await io.read(1000)).length}\n`));
      await enterRaw();
      await dialogue('stdin\x04', 'OK');
      assert.equal(
        await dialogue(`${'x'.repeat(1000)}print('next')\x04`, 'next\r\n\x04\x04>'),
        '1000\r\n\x04\x04>OKnext\r\n\x04\x04>',
      );
    });

    it('may end in a reset or by sys.exit()', async () => {
      await start();
      device.on(/exit/, (_code, io) => io.exit()).on(/reset/, (_code, io) => io.reset());
      await enterRaw();
      assert.equal(await dialogue('exit\x04', RAW), `OK\x04\x04MPY: soft reboot\r\n${RAW}`);
      assert.match(await dialogue('reset\x04', '>>> '), /^OKets .*\r\n\r\nrst:0x1 [^]*>>> $/);
    });
  });

  describe('faults', () => {
    it('splits its bytes, the same way for the same seed', async () => {
      const pieces = async (split: FakeDeviceOptions['split']) => {
        await start({ split });
        const sizes: number[] = [];
        const keep = sink.data.bind(sink);
        sink.data = (chunk) => {
          sizes.push(chunk.length);
          keep(chunk);
        };
        await enterRaw();
        return sizes;
      };
      assert.ok((await pieces(1)).every((size) => size === 1));
      const seeded = await pieces({ seed: 7 });
      assert.deepEqual(await pieces({ seed: 7 }), seeded);
      assert.notDeepEqual(await pieces({ seed: 8 }), seeded);
    });

    it('vanishes after exactly so many bytes', async () => {
      for (let count = 1; count <= 6; count++) {
        await start();
        await enterRaw();
        const before = device.heard.length;
        device.at({ heard: count }, () => device.vanish());
        const written = transport.write(Buffer.from('abcdefgh'));
        await assert.rejects(written, { code: 'CONNECTION_LOST' });
        assert.equal(device.heard.subarray(before).toString(), 'abcdefgh'.slice(0, count));
        assert.equal((await sink.whenClosed())?.message.includes('vanished'), true);
        device.stop();
      }
    });

    it('vanishes in the middle of what it says', async () => {
      await start();
      await enterRaw();
      device.at({ said: 3 }, () => device.vanish());
      void transport.write(Buffer.from("print('abc')\x04")).catch(() => {});
      await sink.whenClosed();
      assert.ok(sink.text.endsWith(`${RAW}OKa`), sink.text);
    });

    it('comes back with a fresh interpreter, or the same one when it kept its power', async () => {
      await start();
      await enterRaw();
      device.vanish({ keepPower: true });
      await assert.rejects(connect(), { code: 'PORT_NOT_FOUND' });
      device.plugIn();
      await connect();
      assert.equal(await dialogue("print('a')\x04", '\x04>'), 'OKa\r\n\x04\x04>');
      device.vanish();
      device.plugIn();
      await connect();
      assert.equal(await dialogue('x', 'x'), 'x', 'friendly again');
      assert.equal(device.opens, 3);
      assert.equal(device.closes, 2);
    });

    it('is deaf until it is not', async () => {
      await start();
      await enterRaw();
      device.deaf = true;
      await transport.write(Buffer.from("print('a')\x04"));
      const quiet = sink.bytes.length;
      device.resume();
      assert.equal(await dialogue('\x01', '>'), RAW);
      assert.equal(sink.text.slice(quiet), RAW);
    });

    it('loses what does not fit into the ring of a UART', async () => {
      await start({ pushesBack: false });
      await enterRaw();
      await transport.write(Buffer.from(`#${'x'.repeat(400)}`));
      assert.equal(device.lost, 145);
    });

    it('makes the sender wait when it pushes back and does not read', async () => {
      await start();
      device.on(/busy/, (_code, io) => io.hang());
      await enterRaw();
      await dialogue('busy\x04', 'OK');
      await transport.write(Buffer.alloc(200, 'x'));
      let taken = false;
      const more = transport.write(Buffer.alloc(200, 'y')).then(
        () => (taken = true),
        () => {},
      );
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      assert.equal(taken, false);
      await transport.close();
      await within(more, 1_000, 'the end of the write');
    });

    it('resets in the middle of a command', async () => {
      await start();
      device.on(/busy/, (_code, io) => io.hang());
      await enterRaw();
      await dialogue('busy\x04', 'OK');
      device.reset();
      await sink.receiveText('rst:0x1');
      assert.equal(device.running, false);
    });

    it('restarts when it is opened, and when its line is pulsed', async () => {
      await start({ resetOnOpen: true, resetLine: true });
      await sink.receiveText('>>> ');
      await enterRaw();
      await transport.hardReset?.();
      const before = sink.text;
      await sink.receive(before.length + 1);
      assert.match(sink.text.slice(before.length), /rst:0x1[^]*>>> $/);
    });

    it('is busy while somebody has it', async () => {
      await start();
      await assert.rejects(device.createTransport().open(new RecordingSink(), signal), { code: 'PORT_BUSY' });
    });
  });

  describe('under the engine', () => {
    const variants: Record<string, FakeDeviceOptions> = {
      'as it is': {},
      'byte by byte': { split: 1 },
      'in pieces': { split: { seed: 3 } },
      'as a UART': { pushesBack: false },
      'without raw paste': { rawPaste: 'refused' },
      'with firmware before 1.14': { rawPaste: 'unknown' },
      'with garbage before its banner': { garbage: 'noise\r\n' },
      'restarting when opened': { resetOnOpen: true },
    };
    for (const [name, options] of Object.entries(variants)) {
      it(`runs short and long code, ${name}`, async () => {
        device = new FakeDevice(options);
        const long = '#'.repeat(2000);
        device.on(new RegExp(long), (_code, io) => io.print('long\n'));
        transport = device.createTransport();
        const reader = new ByteReader(device.address, () => new Error('closed'));
        await transport.open(reader, signal);
        const repl = new RawRepl(transport, reader);
        await repl.enter(signal);
        for (const [code, expected] of [
          ["print('short')", 'short\r\n'],
          [long, 'long\r\n'],
        ] as const) {
          const output: Buffer[] = [];
          const end = await repl.exec({ code: Buffer.from(code), onOutput: (chunk) => output.push(chunk) }, signal);
          assert.equal(end.kind, 'completed');
          assert.equal(
            Buffer.concat(output)
              .toString()
              .replace(/noise\r\n/g, ''),
            expected,
          );
        }
        assert.equal(device.lost, 0);
        await transport.close();
      });
    }
  });
});

describe('printedBy', () => {
  it('knows lines that print a literal, and nothing else', () => {
    assert.equal(printedBy("print('a')"), 'a\n');
    assert.equal(printedBy('print("it\'s",end="")'), "it's");
    assert.equal(printedBy("print('\\4~x\\x41\\n\\'',end='')"), "\x04~xA\n'");
    assert.equal(printedBy('print(1)'), undefined);
    assert.equal(printedBy("print('a' + 'b')"), undefined);
  });
});
