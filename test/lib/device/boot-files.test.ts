import assert from 'node:assert/strict';
import { Device } from '../../../dist/lib/index';

describe('a soft reset of a device with a boot.py', function () {
  this.timeout(30_000);
  let device: Device;
  beforeEach(async () => {
    device = await Device.open('sim:boot-files');
  });
  afterEach(async () => {
    await device.fs.remove('/boot.py');
    await device.close();
  });

  it('is over when the second banner is there, whatever boot.py prints', async () => {
    await device.fs.writeFile('/boot.py', "print('MPY: soft reboot\\nraw REPL? >>> ')\nbooted = 5\n");
    await device.softReset();
    assert.equal(await device.eval('booted'), 5);
  });

  it('interrupts a boot.py that does not end', async () => {
    await device.fs.writeFile('/boot.py', 'while True:\n    pass\n');
    await device.softReset();
    assert.equal(await device.eval('1'), 1);
  });
});
