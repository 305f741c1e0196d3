import assert from 'node:assert/strict';
import {
  registeredFactory,
  registeredSchemes,
  registerTransport,
} from '../../../src/lib/transport/registered-transports';
import { TcpTransport } from '../../../src/lib/transport/tcp-transport';
import type { TransportFactory } from '../../../src/lib/transport/transport';

const factory: TransportFactory = (_rest, _options, address) => new TcpTransport('127.0.0.1', 1, {}, address);

describe('registerTransport', () => {
  it('adds a scheme until it is taken away', () => {
    const unregister = registerTransport('BLE', factory);
    assert.equal(registeredFactory('ble'), factory);
    unregister();
    unregister();
    assert.equal(registeredFactory('ble'), undefined);
    assert.equal(registeredSchemes().size, 0);
  });

  it('does not let an old registration take away a newer one', () => {
    const first = registerTransport('ble', factory);
    first();
    const second = registerTransport('ble', factory);
    first();
    assert.equal(registeredFactory('ble'), factory);
    second();
  });

  it('refuses a name that is taken', () => {
    const unregister = registerTransport('ble', factory);
    assert.throws(() => registerTransport('Ble', factory), { code: 'INVALID_ARGUMENT', message: /is taken/ });
    unregister();
  });

  for (const name of ['tcp', 'RFC2217', 'ws', 'wss', 'sim', 'exec', 'id', 'port', 'auto', 'http']) {
    it(`refuses the built-in name ${name}`, () => {
      assert.throws(() => registerTransport(name, factory), { code: 'INVALID_ARGUMENT', message: /is built in/ });
    });
  }

  for (const name of ['', 'b', '1a', 'a b', 'a:', 'é1']) {
    it(`refuses ${JSON.stringify(name)}, which is no scheme`, () => {
      assert.throws(() => registerTransport(name, factory), {
        code: 'INVALID_ARGUMENT',
        message: /a scheme is a letter/,
      });
    });
  }

  it('refuses a factory that is no function', () => {
    assert.throws(() => registerTransport('ble', {} as TransportFactory), { code: 'INVALID_ARGUMENT' });
  });
});
