import assert from 'node:assert/strict';
import { deviceOptions, flag, type DeviceConfig } from '../../../src/nodes/device/device-options';

const options = (config: object, password?: string) => deviceOptions(config as DeviceConfig, password);

describe('nodes: device options', () => {
  it('leaves out what was left blank', () => {
    assert.deepEqual(options({ baudRate: '', initCode: '  ', queueLimit: '', queuePolicy: '', dtr: '' }, ''), {});
  });

  it('reads the dialog, and texts of environment variables', () => {
    assert.deepEqual(
      options(
        {
          baudRate: '921600',
          autoConnect: 'true',
          dtr: false,
          queueLimit: 5,
          queuePolicy: 'dropOldest',
          offline: 'fail',
        },
        'secret',
      ),
      {
        baudRate: 921600,
        autoConnect: true,
        dtr: false,
        queueLimit: 5,
        queuePolicy: 'dropOldest',
        offline: 'fail',
        password: 'secret',
      },
    );
  });

  it('keeps a false checkbox false', () => {
    assert.equal(flag(false), false);
    assert.equal(flag('false'), false);
    assert.equal(flag('0'), false);
    assert.equal(flag('1'), true);
    assert.equal(flag(undefined), undefined);
  });
});
