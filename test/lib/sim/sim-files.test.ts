import assert from 'node:assert/strict';
import { applyFlashChange, type FlashImage } from '../../../src/lib/sim/sim-files';

const data = (text: string) => Buffer.from(text);

describe('applyFlashChange', () => {
  const image = (): FlashImage =>
    new Map([
      ['/d', undefined],
      ['/d/a', data('a')],
      ['/d/sub', undefined],
      ['/d/sub/b', data('b')],
      ['/dd', data('other')],
    ]);

  it('adds and replaces', () => {
    const flash = image();
    applyFlashChange(flash, { type: 'dir', path: '/e' });
    applyFlashChange(flash, { type: 'file', path: '/dd', data: data('new') });
    assert.equal(flash.has('/e'), true);
    assert.deepEqual(flash.get('/dd'), data('new'));
  });

  it('removes', () => {
    const flash = image();
    applyFlashChange(flash, { type: 'removed', path: '/dd' });
    assert.deepEqual([...flash.keys()], ['/d', '/d/a', '/d/sub', '/d/sub/b']);
  });

  it('moves a directory with all that is in it, parents first, and nothing that only begins alike', () => {
    const flash = image();
    applyFlashChange(flash, { type: 'renamed', from: '/d', to: '/x/y' });
    assert.deepEqual([...flash.keys()], ['/dd', '/x/y', '/x/y/a', '/x/y/sub', '/x/y/sub/b']);
    assert.deepEqual(flash.get('/x/y/sub/b'), data('b'));
  });

  it('lets a moved file take the place of another', () => {
    const flash = image();
    applyFlashChange(flash, { type: 'renamed', from: '/d/a', to: '/dd' });
    assert.deepEqual(flash.get('/dd'), data('a'));
    assert.equal(flash.has('/d/a'), false);
  });
});
