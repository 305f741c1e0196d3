import assert from 'node:assert/strict';
import type { ArgumentError } from '../../../src/lib/errors';
import type { DeviceFs } from '../../../src/lib/fs/device-fs';
import { scripted } from '../../support/scripted';

describe('fs: what cannot be', () => {
  const calls: [string, (fs: DeviceFs) => Promise<unknown>][] = [
    ['an empty path', (fs) => fs.readFile('')],
    ['a path that is no text', (fs) => fs.stat(5 as never)],
    ['a file name that ends in a slash', (fs) => fs.writeFile('/a/', 'x')],
    ['a path with a NUL', (fs) => fs.list('/a\0b')],
    ['the root, to be removed', (fs) => fs.remove('/lib/..', { recursive: true })],
    ['data that is a number', (fs) => fs.writeFile('/a', 5 as never)],
    ['data that is a promise', (fs) => fs.writeFile('/a', Promise.resolve('x') as never)],
    ['an unknown checksum', (fs) => fs.hash('/a', 'md5' as never)],
    ['a signal that is none', (fs) => fs.list('/', { signal: new AbortController() as never })],
  ];
  for (const [name, call] of calls) {
    it(
      `is refused before anything is sent, and names the device: ${name}`,
      scripted(async ({ board, device }) => {
        await assert.rejects(call(device.fs), (error: ArgumentError) => {
          assert.equal(error.code, 'INVALID_ARGUMENT');
          assert.equal(error.address, board.address);
          assert.ok(error.message.includes(board.address), error.message);
          return true;
        });
        assert.equal(board.fake.heard.length, 0);
      }),
    );
  }
});
