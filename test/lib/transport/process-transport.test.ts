import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ProcessTransport } from '../../../src/lib/transport/process-transport';
import { splitCommand } from '../../../src/lib/transport/split-command';
import { RecordingSink } from '../../support/recording-sink';
import { startTcpServer } from '../../support/tcp-server';
import { describeTransportContract } from '../../support/transport-contract';

const signal = new AbortController().signal;
const node = `"${process.execPath}"`;

/** A program that connects its standard streams to a server of the test. */
function relayTo(port: number): string {
  const script = [
    `const s = require('net').connect(${port}, '127.0.0.1');`,
    'process.stdin.pipe(s).pipe(process.stdout);',
    "s.on('error', () => {}).on('close', () => process.exit(3));",
  ].join(' ');
  return `${node} -e "${script}"`;
}

describeTransportContract('ProcessTransport', async () => {
  const server = await startTcpServer();
  return {
    transport: new ProcessTransport(relayTo(server.port)),
    peer: server,
    cut: () => server.cut(),
    failing: () => ({ transport: new ProcessTransport('/no/such/program --at-all'), code: 'OPEN_FAILED' }),
    dispose: () => server.stop(),
  };
});

describe('ProcessTransport', () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function open(command: string) {
    const sink = new RecordingSink();
    const transport = new ProcessTransport(command);
    cleanups.push(() => transport.close());
    await transport.open(sink, signal);
    return { transport, sink };
  }

  it('tells the exit code and the last words of a program that ends', async () => {
    const { sink } = await open(`${node} -e "console.error('first'); console.error('no such board'); process.exit(7)"`);
    assert.match(String(await sink.whenClosed()), /ended with exit code 7; it said: first \| no such board/);
  });

  it('tells the signal that ended a program', async () => {
    const { sink } = await open(`${node} -e "process.kill(process.pid, 'SIGKILL')"`);
    assert.match(String(await sink.whenClosed()), /ended by SIGKILL/);
  });

  it('delivers all output of a program that ends at once, before it tells so', async () => {
    const { sink } = await open(`${node} -e "process.stdout.write('x'.repeat(300000))"`);
    await sink.whenClosed();
    assert.equal(sink.bytes.length, 300_000);
  });

  it('names a program that does not exist', async () => {
    await assert.rejects(open('no-such-program-1 -x'), {
      code: 'OPEN_FAILED',
      message: /no program "no-such-program-1"/,
    });
  });

  it('says when a program may not be run', async function () {
    if (process.platform === 'win32') return this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    cleanups.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
    const file = join(folder, 'program');
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o600);
    await assert.rejects(open(file), { code: 'PERMISSION_DENIED' });
  });

  it('rejects a NUL in the command instead of throwing', async () => {
    await assert.rejects(open('program\0 x'), { code: 'OPEN_FAILED' });
  });

  it('lets a program end by itself when its input ends', async () => {
    const { transport, sink } = await open(
      `${node} -e "process.stdin.resume().on('end', () => process.stdout.write('bye'))"`,
    );
    await transport.close();
    assert.deepEqual(sink.closings, [undefined]);
  });

  it('ends a program that ignores everything, and what it started, within 2 s', async function () {
    if (process.platform === 'win32') return this.skip();
    const script = 'trap "" TERM; sleep 300 & echo $$ $! .; while :; do sleep 1; done';
    const { transport, sink } = await open(`sh -c '${script}'`);
    const [shell, sleeper] = (await sink.receiveText('.')).split(' ').map(Number);
    const start = Date.now();
    await transport.close();
    assert.ok(Date.now() - start < 2_000);
    for (const pid of [shell!, sleeper!]) await untilGone(pid);
  });

  it('leaves no program behind when the process exits without closing', async function () {
    if (process.platform === 'win32') return this.skip();
    const main = [
      `const { ProcessTransport } = require(${JSON.stringify(require.resolve('../../../src/lib/transport/process-transport'))});`,
      'const t = new ProcessTransport(`sh -c \'trap "" TERM; echo $$ .; while :; do sleep 1; done\'`);',
      "let text = ''; const sink = { closed() {}, data(c) { text += Buffer.from(c); if (text.includes('.')) { console.log(text); process.exit(0); } } };",
      't.open(sink, new AbortController().signal);',
    ].join('\n');
    const ran = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', main], {
      timeout: 10_000,
      encoding: 'utf8',
    });
    const pid = parseInt(ran.stdout, 10);
    assert.ok(pid > 1, ran.stderr);
    await untilGone(pid);
  });
});

async function untilGone(pid: number): Promise<void> {
  const end = Date.now() + 2_000;
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    // Killed but not yet collected by init: gone all the same.
    const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
    if (state.trim() === '' || state.startsWith('Z')) return;
    if (Date.now() > end) throw new Error(`process ${pid} is still alive (${state.trim()})`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('splitCommand', () => {
  const cases: [string, string[]][] = [
    ['micropython', ['micropython']],
    ['  a   b\tc ', ['a', 'b', 'c']],
    [`sh -c 'echo "hi"; cat'`, ['sh', '-c', 'echo "hi"; cat']],
    ['"/a b/c" d', ['/a b/c', 'd']],
    [`a '' ""`, ['a', '', '']],
    [`a"b c"'d e'f`, ['ab cd ef']],
    ['a\\ b c\\"d', ['a b', 'c"d']],
    [String.raw`"a\"b" '\'`, ['a"b', '\\']],
    [String.raw`a\nb`, [String.raw`a\nb`]],
  ];
  for (const [text, words] of cases) {
    it(`splits ${text}`, () => assert.deepEqual(splitCommand(text, false), words));
  }

  it('keeps backslashes on Windows', () => {
    assert.deepEqual(splitCommand(String.raw`C:\tools\x.exe "C:\a b\" \\host`, true), [
      'C:\\tools\\x.exe',
      'C:\\a b\\',
      '\\\\host',
    ]);
  });

  for (const text of ['', '   ', `a 'b`, 'a "b', `''`]) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      assert.throws(() => splitCommand(text, false), { code: 'INVALID_ADDRESS' }));
  }

  it('gives back words that were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
        fc.pre(words[0] !== '');
        const quoted = words.map((word) => `"${word.replace(/[\\"]/g, '\\$&')}"`).join(' ');
        assert.deepEqual(splitCommand(quoted, false), words);
      }),
    );
  });
});
