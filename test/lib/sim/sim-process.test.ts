/** The simulated device as a program, over its standard streams. Real MicroPython answers. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { processGone } from '../../support/process-gone';
import { startSimProcess, type SimProcess } from '../../support/sim-process';
import { SIM_PROGRAM } from '../../support/sim-program';

const BANNER = 'MicroPython v1.27.0 on 2025-12-10; JS with Emscripten\r\nType "help()" for more information.\r\n>>> ';
const RAW_BANNER = 'raw REPL; CTRL-B to exit\r\n>';
const SOFT_REBOOT = 'MPY: soft reboot\r\n';

/** What is sent, and the whole reply, to the byte. */
type Step = readonly [send: string, reply: string];

/** Each begins at the friendly prompt of an interpreter that other conversations may have used. */
const conversations: Record<string, readonly Step[]> = {
  'prints the value of an expression': [['6*7\r', '6*7\r\n42\r\n>>> ']],
  'lets a line be edited': [['6*8\x7f7\r', '6*8\b\x1b[K7\r\n42\r\n>>> ']],
  'asks for the rest of a block': [
    ['if 1:\rprint(2)\r\b\r', 'if 1:\r\n...     print(2)\r\n...     \b\b\b\b\x1b[K\r\n2\r\n>>> '],
  ],
  'forgets a half-typed line at Ctrl-C': [['half a \x03', 'half a \r\n>>> ']],
  'takes a program in paste mode': [
    [
      '\x05if 1:\r  print(3)\r\x04',
      '\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== if 1:\r\n===   print(3)\r\n=== \r\n3\r\n>>> ',
    ],
  ],
  'gives paste mode up at Ctrl-C': [
    ['\x05if 1:\x03', '\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== if 1:\r\n>>> '],
  ],
  'prints a traceback in the friendly REPL': [
    [
      '1/0\r',
      '1/0\r\nTraceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\nZeroDivisionError: divide by zero\r\n>>> ',
    ],
  ],
  'greets again at Ctrl-B': [['\x02', `\r\n${BANNER}`]],
  'restarts at Ctrl-D': [['\x04', `\r\n${SOFT_REBOOT}${BANNER}`]],
  'restarts after sys.exit() in the friendly REPL': [
    ['import sys\r', 'import sys\r\n>>> '],
    ['sys.exit()\r', `sys.exit()\r\n${SOFT_REBOOT}${BANNER}`],
  ],
  'uses the prompt that a program set': [
    ['import sys; sys.ps1 = "now? "\r', 'import sys; sys.ps1 = "now? "\r\nnow? '],
    ['sys.ps1 = ">>> "\r', 'sys.ps1 = ">>> "\r\n>>> '],
  ],
  'goes to the raw REPL and back': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['\x01', RAW_BANNER],
    ['\x02', `\r\n${BANNER}`],
  ],
  'runs code in the raw REPL': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['print("one")\nprint("two")\x04', 'OKone\r\ntwo\r\n\x04\x04>'],
    ['junk\x03print("three")\x04', 'OKthree\r\n\x04\x04>'],
    ['6*7\x04', 'OK\x04\x04>'],
  ],
  'tells exceptions in the raw REPL': [
    ['\x01', `\r\n${RAW_BANNER}`],
    [
      'print("before")\n1/0\x04',
      'OKbefore\r\n\x04Traceback (most recent call last):\r\n  File "<stdin>", line 2, in <module>\r\nZeroDivisionError: divide by zero\r\n\x04>',
    ],
    [
      'x = = 1\x04',
      'OK\x04Traceback (most recent call last):\r\n  File "<stdin>", line 1\r\nSyntaxError: invalid syntax\r\n\x04>',
    ],
    [
      'open("missing")\x04',
      'OK\x04Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\nOSError: 44\r\n\x04>',
    ],
  ],
  'restarts in the raw REPL': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['gone = 1\x04', 'OK\x04\x04>'],
    ['\x04', `OK\r\n${SOFT_REBOOT}${RAW_BANNER}`],
    [
      'gone\x04',
      "OK\x04Traceback (most recent call last):\r\n  File \"<stdin>\", line 1, in <module>\r\nNameError: name 'gone' isn't defined\r\n\x04>",
    ],
  ],
  'restarts after sys.exit() in the raw REPL': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['import sys\nprint("bye")\nsys.exit(3)\x04', `OKbye\r\n\x04\x04${SOFT_REBOOT}${RAW_BANNER}`],
  ],
  'restarts after machine.soft_reset()': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['import machine\nmachine.soft_reset()\x04', `OK\x04\x04${SOFT_REBOOT}${RAW_BANNER}`],
  ],
  'starts as after power-on by machine.reset()': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['import machine\nprint("bye")\nmachine.reset()\nprint("never")\x04', `OKbye\r\n${BANNER}`],
  ],
  'takes code by raw paste': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['\x05A\x01', 'R\x01\x80\x00\x01'],
    [`print(len("${'x'.repeat(238)}"))${' '.repeat(4)}`, '\x01'],
    ['\x04', '\x01\x04238\r\n\x04\x04>'],
  ],
  'tells a syntax error behind a raw paste': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['\x05A\x01', 'R\x01\x80\x00\x01'],
    [
      'def\x04',
      '\x04\x04Traceback (most recent call last):\r\n  File "<stdin>", line 1\r\nSyntaxError: invalid syntax\r\n\x04>',
    ],
  ],
  'gives raw paste up at Ctrl-C': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['\x05A\x01', 'R\x01\x80\x00\x01'],
    ['print(1)\x03', '\x04\x04KeyboardInterrupt: \r\n\x04>'],
    ['print(2)\x04', 'OK2\r\n\x04\x04>'],
  ],
  'refuses what is no raw paste': [
    ['\x01', `\r\n${RAW_BANNER}`],
    ['\x05B\x01', 'R\x00>'],
    ['print(1)\x04', 'OK1\r\n\x04\x04>'],
  ],
};

for (const oneByteAtATime of [false, true]) {
  describe(`The simulated device, fed ${oneByteAtATime ? 'one byte at a time' : 'at once'}`, () => {
    let sim: SimProcess;
    before(async () => {
      sim = startSimProcess('protocol', oneByteAtATime);
      assert.equal(await sim.until('>>> '), BANNER);
    });
    after(() => sim.end());
    beforeEach(() => sim.ask('\x03\x02', `\r\n${BANNER}`));

    for (const [name, steps] of Object.entries(conversations)) {
      it(name, async () => {
        for (const [send, reply] of steps) assert.equal(await sim.ask(send, reply), reply);
      });
    }
  });
}

describe('The simulated device', () => {
  let sim: SimProcess;
  before(async () => {
    sim = startSimProcess('engine');
    await sim.until('>>> ');
  });
  after(() => sim.end());
  beforeEach(() => sim.ask('\x03\x02\x01', RAW_BANNER));

  const INTERRUPTED = 'KeyboardInterrupt: \r\n\x04>';

  describe('is interrupted by Ctrl-C', () => {
    const programs: Record<string, string> = {
      'in an endless loop': 'print("go")\nwhile True: pass',
      'in a sleep': 'import time\nprint("go")\ntime.sleep(100)\nprint("never")',
      'in a sleep in milliseconds that is its last statement': 'import time\nprint("go")\ntime.sleep_ms(100000)',
      'while it reads': 'import sys\nprint("go")\nsys.stdin.read(1)',
      'in input()': 'input("go\\n")',
      'while it polls': 'import select, sys\np = select.poll()\np.register(sys.stdin, 1)\nprint("go")\np.poll(100000)',
      'in a flood of output': 'print("go")\nwhile True: print("x" * 100)',
    };
    for (const [name, program] of Object.entries(programs)) {
      it(name, async () => {
        await sim.ask(`${program}\x04`, 'go\r\n');
        assert.ok((await sim.ask('\x03', '\x04>')).endsWith(INTERRUPTED));
        assert.equal(await sim.exec('print("fine")'), 'fine\r\n\x04\x04>');
      });
    }

    it('also when Ctrl-C comes in one piece with the code', async () => {
      const reply = await sim.ask('while True: pass\x04\x03', INTERRUPTED);
      assert.equal(
        reply,
        'OK\x04Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\n' + INTERRUPTED,
      );
    });

    it('again and again, with a traceback that does not grow', async () => {
      const replies = new Set<string>();
      for (let i = 0; i < 5; i++) {
        await sim.ask('while True: pass\x04', 'OK');
        replies.add(await sim.ask('\x03', INTERRUPTED));
      }
      assert.equal(replies.size, 1);
    });

    it('and lets the program catch it', async () => {
      await sim.ask(
        'print("go")\ntry:\n  while True: pass\nexcept KeyboardInterrupt:\n  print("caught")\x04',
        'go\r\n',
      );
      assert.equal(await sim.ask('\x03', '>'), 'caught\r\n\x04\x04>');
    });

    it('unless the program wants it as data', async () => {
      await sim.ask(
        'import micropython, sys\nmicropython.kbd_intr(-1)\nprint("go")\nprint(sys.stdin.buffer.read(2))\x04',
        'go\r\n',
      );
      assert.equal(await sim.ask('\x03x', '>'), "b'\\x03x'\r\n\x04\x04>");
    });

    it('in the friendly REPL', async () => {
      await sim.ask('\x02', BANNER);
      await sim.ask('while True: print("on")\r\r\r', 'on\r\n');
      assert.match(await sim.ask('\x03', 'KeyboardInterrupt: \r\n>>> '), /File "<stdin>", line 1, in <module>/);
    });

    it('forgets what was typed before it', async () => {
      await sim.ask('print("go")\nwhile True: pass\x04', 'go\r\n');
      await sim.ask('print("typed ahead")\x04\x03', INTERRUPTED);
      assert.equal(await sim.exec('print("fine")'), 'fine\r\n\x04\x04>');
    });

    it('or restarts, when the interpreter is deaf: busy in C', async () => {
      await sim.ask('print("go")\nsum(range(10 ** 9))\x04', 'go\r\n');
      assert.equal(await sim.ask('\x03', '>>> '), BANNER);
      await sim.ask('\x01', RAW_BANNER);
    }).timeout(10_000);
  });

  describe('lets a program read', () => {
    it('a line by input(), with an echo', async () => {
      await sim.ask('name = input("who? ")\nprint("hello", name)\x04', 'who? ');
      assert.equal(await sim.ask('ma\x7fe\r', '>'), 'ma\b \be\r\nhello me\r\n\x04\x04>');
    });

    it('text, where \\r is \\n', async () => {
      await sim.ask('import sys\nprint(repr(sys.stdin.read(3)))\x04', 'OK');
      assert.equal(await sim.ask('a\rb', '>'), "'a\\nb'\r\n\x04\x04>");
    });

    it('bytes, as they come', async () => {
      await sim.ask(
        'import sys\nread = sys.stdin.buffer.read(256)\nwant = bytes(range(256)).replace(b"\\x03", b"")\n' +
          'print(read == want + b"!")\x04',
        'OK',
      );
      const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i).filter((i) => i !== 3));
      assert.equal(await sim.ask(Buffer.concat([all, Buffer.from('!')]), '>'), 'True\r\n\x04\x04>');
    });

    it('and poll, without a wait', async () => {
      assert.equal(
        await sim.exec('import select, sys\np = select.poll()\np.register(sys.stdin, 1)\nprint(p.poll(0))'),
        '[]\r\n\x04\x04>',
      );
      await sim.ask('p.poll(10000)\nprint(sys.stdin.read(1))\x04', 'OK');
      assert.equal(await sim.ask('x', '>'), 'x\r\n\x04\x04>');
    });
  });

  describe('carries all 256 byte values', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

    it('out through sys.stdout.buffer, uncooked', async () => {
      sim.send('import sys\nsys.stdout.buffer.write(bytes(range(256)) * 2)\nprint("end")\x04');
      const reply = Buffer.from(await sim.until('end\r\n\x04\x04>'), 'latin1');
      assert.deepEqual(reply.subarray(2, 514), Buffer.concat([all, all]));
    });

    it('in through a bytes literal, by the raw REPL and by raw paste', async () => {
      const escapes = new Map([
        [0, '\\0'],
        [1, '\\1'],
        [2, '\\2'],
        [3, '\\3'],
        [4, '\\4'],
        [13, '\\r'],
        [39, "\\'"],
        [92, '\\\\'],
      ]);
      const literal = (values: Buffer, escaped: (value: number) => boolean) =>
        [...values].map((value) => (escaped(value) && escapes.get(value)) || String.fromCharCode(value)).join('');
      const code = (text: string) => `print(b'''${text}''' == bytes(range(256)))\x04`;
      sim.send(code(literal(all, () => true)));
      assert.equal(await sim.until('>'), 'OKTrue\r\n\x04\x04>');
      await sim.ask('\x05A\x01', 'R\x01\x80\x00\x01');
      sim.send(code(literal(all, (value) => value !== 1 && value !== 2)));
      assert.equal(await sim.until('>'), '\x01\x01\x04True\r\n\x04\x04>');
    });

    it('and text, cooked as a board does', async () => {
      assert.equal(
        await sim.exec('import sys\nsys.stdout.write("a\\nb\\r\\nc")\nprint("é😀", file=sys.stderr)'),
        Buffer.from('a\r\nb\r\r\ncé😀\r\n\x04\x04>').toString('latin1'),
      );
    });
  });

  describe('prints', () => {
    it('1 MiB', async () => {
      sim.send('for i in range(1024): print("x" * 1022)\x04');
      assert.equal(await sim.until('\x04>'), 'OK' + `${'x'.repeat(1022)}\r\n`.repeat(1024) + '\x04\x04>');
    });

    it('no more than the host takes: the program waits', async () => {
      sim.pause(true);
      sim.send('import time\nstart = time.ticks_ms()\nfor i in range(8192): print("x" * 1022)\n');
      sim.send('print("took", time.ticks_diff(time.ticks_ms(), start))\x04');
      // The pause is the thing that is measured, on the device's own clock.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      sim.pause(false);
      const took = /took (\d+)/.exec(await sim.until('\x04>'));
      assert.ok(Number(took?.[1]) > 1_000, took?.[0]);
    });

    it('and drops what nobody takes when it is interrupted', async () => {
      sim.pause(true);
      sim.send('while True: print("x" * 1022)\x04');
      // Long enough to fill every buffer on the way. A slow machine makes this test weaker, not wrong.
      await new Promise((resolve) => setTimeout(resolve, 300));
      sim.send('\x03');
      sim.pause(false);
      assert.ok((await sim.until('\x04>')).endsWith(INTERRUPTED));
    });
  });

  describe('has files', () => {
    const show = 'import os\nprint(sorted(os.listdir("/")))';
    afterEach(() =>
      sim.exec(
        'import os\ndef rm(p):\n  for e in os.ilistdir(p):\n    q = p + e[0]\n' +
          '    if e[1] == 0x4000: rm(q + "/"); os.rmdir(q)\n    else: os.remove(q)\nrm("/")',
      ),
    );
    const restart = () => sim.ask('\x04', RAW_BANNER);

    it('none at first', async () => {
      assert.equal(await sim.exec(show), '[]\r\n\x04\x04>');
    });

    it('that survive soft resets', async () => {
      await sim.exec(
        'import os\nos.mkdir("/lib")\nwith open("/lib/m.py", "w") as f: f.write("x = 5")\n' +
          'with open("b", "wb") as f: f.write(bytes(range(256)))\nopen("é\'\\"\\n", "w").close()\n' +
          'os.mkdir("old")\nopen("old/f", "w").close()\nos.rename("old", "new")\nopen("c", "w").close()\nos.remove("c")',
      );
      for (let i = 0; i < 2; i++) {
        await restart();
        assert.equal(
          await sim.exec(
            `import m, os\nprint(m.x, open("b", "rb").read() == bytes(range(256)))\n${show}\nprint(os.listdir("new"))`,
          ),
          `5 True\r\n['b', 'lib', 'new', '\\xe9\\'"\\n']\r\n['f']\r\n\x04\x04>`,
        );
      }
    });

    it('that survive a reset in the middle of a program', async () => {
      await sim.ask('with open("f", "w") as f: f.write("saved")\nprint("go")\nwhile True: pass\x04', 'go\r\n');
      sim.reset();
      assert.equal(await sim.until('>>> '), BANNER);
      await sim.ask('\x01', RAW_BANNER);
      assert.equal(await sim.exec('print(open("f").read())'), 'saved\r\n\x04\x04>');
    });

    it('that are closed at the end of the interpreter, if the program forgot', async () => {
      await sim.exec('f = open("f", "w")\nf.write("forgotten")');
      await restart();
      assert.equal(await sim.exec('print(open("f").read())'), 'forgotten\r\n\x04\x04>');
    });

    it('up to its size, and tells how much is free', async () => {
      const reply = await sim.exec(
        'import os\ns = os.statvfs("/")\nprint(s[0] * s[2], s[0] * s[3])\nf = open("big", "wb")\n' +
          'try:\n  for i in range(5000): f.write(bytes(1024))\nexcept OSError as e: print(i, e)\nf.close()\n' +
          'print(os.statvfs("/")[3])\nos.remove("big")\nprint(os.statvfs("/")[3])\nopen("small", "w").write("fits")',
      );
      assert.equal(reply, '4194304 4194304\r\n4096 51\r\n0\r\n1024\r\n\x04\x04>');
    });

    it('of which boot.py and main.py run at a soft reset, main.py not from the raw REPL', async () => {
      await sim.exec(
        'with open("boot.py", "w") as f: f.write("print(\'booting\')\\nbooted = 1")\n' +
          'with open("main.py", "w") as f: f.write("print(booted)\\n1/0")',
      );
      assert.equal(await restart(), `OK\r\n${SOFT_REBOOT}booting\r\n${RAW_BANNER}`);
      await sim.ask('\x02', BANNER);
      assert.equal(
        await sim.ask('\x04', '>>> '),
        `\r\n${SOFT_REBOOT}booting\r\n1\r\nTraceback (most recent call last):\r\n` +
          `  File "main.py", line 2, in <module>\r\nZeroDivisionError: divide by zero\r\n${BANNER}`,
      );
      await sim.ask('\x01', RAW_BANNER);
    });

    it('of which main.py can be stopped', async () => {
      await sim.exec('with open("main.py", "w") as f: f.write("print(\'main\')\\nwhile True: pass")');
      await sim.ask('\x02', BANNER);
      await sim.ask('\x04', 'main\r\n');
      assert.ok((await sim.ask('\x03', '>>> ')).endsWith(`KeyboardInterrupt: \r\n${BANNER}`));
      await sim.ask('\x01', RAW_BANNER);
    });

    it('in directories that one can walk', async () => {
      assert.equal(
        await sim.exec(
          'import os\nos.mkdir("d")\nos.chdir("d")\nprint(os.getcwd())\nos.chdir("..")\nprint(os.getcwd())',
        ),
        '/d\r\n/\r\n\x04\x04>',
      );
    });
  });

  describe('has hardware to play with', () => {
    it('a LED and an analogue input', async () => {
      const reply = await sim.exec(
        'from machine import ADC, Pin\nled = Pin("LED", Pin.OUT)\nled.on()\nled.toggle()\nprint(led.value(), Pin("LED").value())\n' +
          'print(all(0 <= ADC(26).read_u16() < 65536 for _ in range(100)), 13900 < ADC(ADC.CORE_TEMP).read_u16() < 14100)',
      );
      assert.equal(reply, '0 0\r\nTrue True\r\n\x04\x04>');
    });

    it('a unique id, that of its name', async () => {
      const ask = 'import machine\nprint(machine.unique_id())';
      const id = await sim.exec(ask);
      assert.match(id, /^b'.+'\r\n\x04\x04>$/);
      const twin = startSimProcess('engine');
      await twin.ask('\x01', RAW_BANNER);
      assert.equal(await twin.exec(ask), id);
      await twin.end();
      const other = startSimProcess('another');
      await other.ask('\x01', RAW_BANNER);
      assert.notEqual(await other.exec(ask), id);
      await other.end();
    });

    it('no door to the JavaScript outside, and no names of its own in the way', async () => {
      assert.equal(await sim.exec('import js, jsffi\nprint(js, jsffi)'), 'None None\r\n\x04\x04>');
      await sim.ask('\x04', RAW_BANNER);
      assert.equal(await sim.exec('print(dir())'), "['__name__']\r\n\x04\x04>");
    });

    it('a clock to wait by', async () => {
      const reply = await sim.exec(
        'import time\na = time.ticks_ms()\ntime.sleep_ms(50)\nprint(50 <= time.ticks_diff(time.ticks_ms(), a) < 1000)\n' +
          'a = time.ticks_us()\ntime.sleep_us(300)\nprint(300 <= time.ticks_diff(time.ticks_us(), a))',
      );
      assert.equal(reply, 'True\r\nTrue\r\n\x04\x04>');
    });
  });
});

describe('The program of the simulated device', () => {
  it('ends with its input', async () => {
    const sim = startSimProcess();
    await sim.until('>>> ');
    assert.equal(await sim.end(), 0);
  });

  for (const [name, program] of Object.entries({
    'Python runs': 'while True: pass',
    'C code runs': 'sum(range(10 ** 9))',
    'the device sleeps': 'import time; time.sleep(1000)',
    'nobody takes its output': 'while True: print("x" * 1000)',
  })) {
    it(`ends with its input while ${name}`, async () => {
      const sim = startSimProcess();
      await sim.ask('\x01', RAW_BANNER);
      await sim.ask(`print("go")\n${program}\x04`, 'go\r\n');
      sim.pause(true);
      assert.equal(await sim.end(), 0);
    });
  }

  it('ends when its parent is killed', async () => {
    const source = `
      const { spawn } = require('node:child_process');
      const sim = spawn(process.execPath, [${JSON.stringify(SIM_PROGRAM)}], { stdio: ['pipe', 'pipe', 'inherit'] });
      sim.stdout.on('data', (data) => {
        if (String(data).includes('>>> ')) sim.stdin.write('while True: pass\\r\\r\\r');
        if (String(data).includes('... ')) process.stdout.write(sim.pid + '\\n');
      });`;
    const parent = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
    parent.kill('SIGKILL');
    await processGone(Number.parseInt(pid.toString(), 10));
  });
});
