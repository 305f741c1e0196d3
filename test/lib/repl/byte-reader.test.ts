import assert from 'node:assert/strict';
import { ByteReader } from '../../../src/lib/repl/byte-reader';

describe('ByteReader', () => {
  const make = (onClosed?: (error: Error) => void) => new ByteReader('test', () => new Error('on purpose'), onClosed);

  it('delivers what came before the link broke, then the reason', async () => {
    const reader = make();
    reader.data(Buffer.from('a'));
    reader.closed(new Error('unplugged'));
    assert.equal((await reader.next()).toString(), 'a');
    await assert.rejects(reader.next(), /unplugged/);
  });

  it('wakes the waiting reader, and rejects it when the link breaks', async () => {
    const reader = make();
    const first = reader.next();
    reader.data(Buffer.from('a'));
    assert.equal((await first).toString(), 'a');
    const second = reader.next();
    reader.closed();
    await assert.rejects(second, /on purpose/);
  });

  it('tells the end once', () => {
    const told: string[] = [];
    const reader = make((error) => told.push(error.message));
    reader.closed(new Error('first'));
    reader.closed(new Error('second'));
    assert.deepEqual(told, ['first']);
  });

  it('rejects with the reason of the signal, and loses nothing', async () => {
    const reader = make();
    const abort = new AbortController();
    const waiting = reader.next(abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    reader.data(Buffer.from('later'));
    assert.equal((await reader.next()).toString(), 'later');
  });

  it('resolves to nothing when it stays quiet', async () => {
    assert.equal(await make().nextWithin(5), undefined);
  });

  it('reads first what was put back', () => {
    const reader = make();
    reader.data(Buffer.from('b'));
    reader.unread(Buffer.from('a'));
    assert.equal(reader.takeAll().toString(), 'ab');
    assert.equal(reader.takeAll().length, 0);
  });

  it('tells who listens that bytes came which nobody waits for', () => {
    const reader = make();
    let told = 0;
    reader.whenIdle(() => told++);
    reader.data(Buffer.from('x'));
    assert.equal(told, 1);
  });
});
