import { AddressField } from '../editor/address-field';
import { defaultChoices } from '../editor/choices';
import { ConnectionTest } from '../editor/connection-test';
import { PythonField } from '../editor/python-field';
import { text } from '../editor/text';
import { validAddress, wholeNumber } from '../editor/validators';

interface Properties {
  name: string;
  address: string;
  baudRate: string | number;
  autoConnect: boolean;
  softResetOnConnect: boolean;
  initCode: string;
  dtr: boolean;
  rts: boolean;
  queueLimit: string | number;
  queuePolicy: 'reject' | 'dropOldest';
  offline: 'wait' | 'fail';
  allowReset: boolean;
}

interface Dialog {
  initCodeField?: PythonField;
  connectionTest?: ConnectionTest;
}

RED.nodes.registerType<Properties, Dialog>('micropython-device', {
  category: 'config',
  color: '#A9D3E8',
  icon: 'micropython-device.svg',
  defaults: {
    name: { value: '' },
    address: { value: '', required: true, validate: validAddress, label: text('label.address') },
    baudRate: { value: 115200, validate: wholeNumber(1), label: text('label.baud-rate') },
    autoConnect: { value: false },
    softResetOnConnect: { value: false },
    initCode: { value: '' },
    dtr: { value: true },
    rts: { value: true },
    queueLimit: { value: 100, validate: wholeNumber(1), label: text('label.queue-limit') },
    queuePolicy: { value: 'reject' },
    offline: { value: 'wait' },
    allowReset: { value: false },
  },
  credentials: {
    password: { type: 'password' },
  },
  label() {
    return this.name || this.address || text('palette.device');
  },
  oneditprepare() {
    defaultChoices(['offline', 'queuePolicy'], 'node-config-input');
    // A flow from a version without these settings.
    if (this.dtr === undefined) $('#node-config-input-dtr').prop('checked', true);
    if (this.rts === undefined) $('#node-config-input-rts').prop('checked', true);
    const address = new AddressField();
    this.connectionTest = new ConnectionTest(address, this.id);
    this.initCodeField = new PythonField(this, 'initCode', 'node-config-input');
  },
  oneditsave() {
    this.initCodeField?.save();
    this.connectionTest?.close();
    delete this.initCodeField;
    delete this.connectionTest;
  },
  oneditcancel() {
    this.initCodeField?.close();
    this.connectionTest?.close();
    delete this.initCodeField;
    delete this.connectionTest;
  },
});
