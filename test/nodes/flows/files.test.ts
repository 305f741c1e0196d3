import assert from 'node:assert/strict';
import { TestFlow, type TestMessage } from '../../support/test-flow';

const payloads = (sent: TestMessage[]) => sent.map((msg) => msg.payload);

describe('flows: micropython-write, -read and -list', () => {
  const flow = new TestFlow('sim:flows-files');
  before(() =>
    flow.load([
      { id: 'write', type: 'micropython-write', path: '', pathType: 'str', mode: 'overwrite' },
      { id: 'log', type: 'micropython-write', path: '/log.txt', pathType: 'str', mode: 'append', newline: true },
      { id: 'deep', type: 'micropython-write', path: 'where', pathType: 'msg', mode: 'overwrite', createDirs: true },
      { id: 'text', type: 'micropython-read', path: '', pathType: 'str', format: 'utf8' },
      { id: 'buffer', type: 'micropython-read', path: '', pathType: 'str', format: 'buffer' },
      { id: 'lines', type: 'micropython-read', path: '', pathType: 'str', format: 'lines' },
      { id: 'chunks', type: 'micropython-read', path: '', pathType: 'str', format: 'chunks' },
      { id: 'list', type: 'micropython-list', path: '', pathType: 'str', recursive: false },
      { id: 'tree', type: 'micropython-list', path: '/deep', pathType: 'str', recursive: true },
    ]),
  );
  after(() => flow.unload());

  const read = async (id: string, filename: string) => (await flow.input(id, { filename })).sent;

  it('passes the same message on when the file is safe', async () => {
    const { sent, error, ends } = await flow.input('write', { filename: '/a.txt', payload: 'ü\n', topic: 't' });
    assert.equal(error, undefined);
    assert.equal(ends, 1);
    assert.equal(sent.length, 1);
    assert.deepEqual([sent[0]?.payload, sent[0]?.filename, sent[0]?.topic], ['ü\n', '/a.txt', 't']);
    assert.deepEqual(payloads(await read('text', '/a.txt')), ['ü\n']);
  });

  it('writes bytes as they are and reads them back', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await flow.input('write', { filename: '/b.bin', payload: bytes });
    const [msg] = await read('buffer', '/b.bin');
    assert.deepEqual(msg?.payload, bytes);
    assert.equal(msg?.filename, '/b.bin');
  });

  it('writes everything else as JSON', async () => {
    await flow.input('write', { filename: '/c.json', payload: { a: [1, null] } });
    assert.deepEqual(payloads(await read('text', '/c.json')), ['{"a":[1,null]}']);
  });

  it('replaces, or appends with a line end', async () => {
    await flow.input('write', { filename: '/a.txt', payload: 'new' });
    assert.deepEqual(payloads(await read('text', '/a.txt')), ['new']);
    await flow.input('log', { payload: 'one' });
    await flow.input('log', { payload: 2 });
    assert.deepEqual(payloads(await read('text', '/log.txt')), ['one\n2\n']);
  });

  it('makes folders only when told to', async () => {
    const missing = await flow.input('write', { filename: '/no/such/x', payload: '' });
    assert.equal(missing.error?.code, 'ENOENT');
    assert.equal((missing.caught[0]?.error as { code?: string }).code, 'ENOENT');
    const { error } = await flow.input('deep', { where: '/deep/er/x.txt', payload: 'x' });
    assert.equal(error, undefined);
  });

  it('sends a message a line, and marks the last one', async () => {
    await flow.input('write', { filename: '/lines.txt', payload: 'a\n\nü\n' });
    const sent = await read('lines', '/lines.txt');
    assert.deepEqual(payloads(sent), ['a', '', 'ü']);
    assert.deepEqual(
      sent.map((msg) => (msg.parts as { index: number; count?: number }).count),
      [undefined, undefined, 3],
    );
    assert.deepEqual(
      sent.map((msg) => msg.complete),
      [undefined, undefined, true],
    );
    assert.ok(sent.every((msg) => msg.filename === '/lines.txt'));
  });

  it('sends the chunks of a file in their order', async () => {
    const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, n) => (n * 7) % 251));
    await flow.input('write', { filename: '/big.bin', payload: bytes });
    const sent = await read('chunks', '/big.bin');
    assert.deepEqual(Buffer.concat(payloads(sent) as Buffer[]), bytes);
    assert.equal((sent.at(-1)?.parts as { count?: number }).count, sent.length);
    assert.equal(sent.at(-1)?.complete, true);
  });

  it('sends one message for an empty file, in every format', async () => {
    await flow.input('write', { filename: '/empty', payload: '' });
    assert.deepEqual(payloads(await read('text', '/empty')), ['']);
    assert.deepEqual(payloads(await read('buffer', '/empty')), [Buffer.alloc(0)]);
    assert.deepEqual(payloads(await read('lines', '/empty')), ['']);
    assert.deepEqual(payloads(await read('chunks', '/empty')), [Buffer.alloc(0)]);
  });

  it('lists a folder, and all below it', async () => {
    const [msg] = (await flow.input('list')).sent;
    const entry = (msg?.payload as { path: string }[]).find(({ path }) => path === '/a.txt');
    assert.deepEqual(entry, { name: 'a.txt', path: '/a.txt', type: 'file', size: 3 });
    assert.equal(msg?.filename, '/');
    const [tree] = (await flow.input('tree')).sent;
    assert.deepEqual(
      (tree?.payload as { path: string; type: string }[]).map(({ path, type }) => `${type} ${path}`).sort(),
      ['dir /deep/er', 'file /deep/er/x.txt'],
    );
  });

  it('says which file is missing, in every format', async () => {
    for (const id of ['text', 'buffer', 'lines', 'chunks', 'list']) {
      const { error, caught, sent, ends } = await flow.input(id, { filename: '/missing' });
      assert.equal(error?.code, 'ENOENT', id);
      assert.match(error?.message ?? '', /\/missing/);
      assert.equal((caught[0]?.errorDetails as { device?: string }).device, 'sim:flows-files');
      assert.equal(sent.length, 0);
      assert.equal(ends, 1);
    }
  });

  it('refuses an empty path, and nothing to write', async () => {
    for (const [id, msg] of [
      ['text', {}],
      ['text', { filename: '' }],
      ['write', { payload: 'x' }],
      ['deep', { payload: 'x', where: 5 }],
      ['write', { filename: '/x' }],
    ] as const) {
      const { error, ends } = await flow.input(id, msg);
      assert.equal(error?.code, 'INVALID_ARGUMENT', JSON.stringify(msg));
      assert.equal(ends, 1);
    }
  });
});
