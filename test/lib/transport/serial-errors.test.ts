import assert from 'node:assert/strict';
import { serialOpenCode, serialOpenError, type Runtime } from '../../../src/lib/transport/serial-errors';

const linux: Runtime = { platform: 'linux', uv: '1.51.0' };
const said = (text: string, runtime = linux) => serialOpenError(new Error(text), '/dev/ttyACM0', runtime);

describe('serialOpenError', () => {
  const cases: [string, string][] = [
    // What bindings-cpp 13 says: Linux and macOS, then Windows.
    ['Error Resource temporarily unavailable Cannot lock port', 'PORT_BUSY'],
    ['Error: Device or resource busy, cannot open /dev/ttyACM0', 'PORT_BUSY'],
    ['Error: Resource busy, cannot open /dev/cu.usbmodem1', 'PORT_BUSY'],
    ['Error: Permission denied, cannot open /dev/ttyACM0', 'PERMISSION_DENIED'],
    ['Error: No such file or directory, cannot open /dev/ttyACM0', 'PORT_NOT_FOUND'],
    ['Error: No such device or address, cannot open /dev/ttyACM0', 'PORT_NOT_FOUND'],
    ['Error: No such device, cannot open /dev/ttyACM0', 'PORT_NOT_FOUND'],
    ['Error: Device not configured, cannot open /dev/cu.usbmodem1', 'PORT_NOT_FOUND'],
    ['Opening COM3: File not found', 'PORT_NOT_FOUND'],
    ['Opening COM3: Access denied', 'PORT_BUSY'],
    ['Opening COM3: Unknown error code 31', 'OPEN_FAILED'],
    ['Error: Input/output error, cannot open /dev/ttyACM0', 'OPEN_FAILED'],
  ];
  for (const [text, code] of cases) {
    it(`takes "${text}" for ${code}`, () => {
      assert.equal(serialOpenCode(new Error(text)), code);
      const error = said(text);
      assert.equal(error.code, code);
      assert.equal(error.address, '/dev/ttyACM0');
      assert.ok(error.message.startsWith('cannot open /dev/ttyACM0: '), error.message);
      // The system's own words stay, for those who search for them.
      assert.ok(error.message.includes(text.replace(/^Error:? /, '')), error.message);
      assert.equal((error.cause as Error).message, text);
    });
  }

  it('tells what to do', () => {
    assert.match(said('Cannot lock port').message, /Thonny, mpremote/);
    assert.match(said('Permission denied').message, /usermod -a -G dialout .* --device/);
    assert.match(said('No such file or directory').message, /plugged in\?/);
    assert.doesNotMatch(said('Permission denied', { platform: 'darwin', uv: '1.51.0' }).message, /dialout/);
  });

  it('mentions io_uring only where libuv has that fault', () => {
    const hint = (runtime: Runtime) => /UV_USE_IO_URING=0/.test(said('Cannot lock port', runtime).message);
    assert.equal(hint({ platform: 'linux', uv: '1.46.0' }), true);
    assert.equal(hint({ platform: 'linux', uv: '1.46.0', ioUring: '0' }), false);
    assert.equal(hint({ platform: 'linux', uv: '1.44.2' }), false);
    assert.equal(hint({ platform: 'linux', uv: '1.48.0' }), false);
    assert.equal(hint({ platform: 'win32', uv: '1.46.0' }), false);
  });
});
