import { ArgumentRows, type ArgumentRow } from '../editor/argument-rows';
import { defaultChoices } from '../editor/choices';
import { firstLine, nameStyle, nodeLabel } from '../editor/node-label';
import { PythonField } from '../editor/python-field';
import { text } from '../editor/text';
import { validArguments, validTimeout } from '../editor/validators';

interface Properties {
  name: string;
  device: string;
  code: string;
  args: ArgumentRow[];
  mode: 'collect' | 'stream';
  timeout: string | number;
}

interface Dialog {
  codeField?: PythonField;
  argumentRows?: ArgumentRows;
}

RED.nodes.registerType<Properties, Dialog>('micropython-exec', {
  category: 'MicroPython',
  color: '#A9D3E8',
  icon: 'micropython-exec.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    device: { value: '', type: 'micropython-device', required: true, label: text('label.device') },
    code: { value: '' },
    args: { value: [], validate: validArguments, label: text('label.arguments') },
    mode: { value: 'collect' },
    timeout: { value: 30, validate: validTimeout, label: text('label.timeout') },
  },
  paletteLabel: () => text('palette.exec'),
  label() {
    return nodeLabel(this.name, firstLine(this.code), 'exec');
  },
  labelStyle: nameStyle,
  oneditprepare() {
    defaultChoices(['mode']);
    this.codeField = new PythonField(this, 'code');
    this.argumentRows = new ArgumentRows(this.args);
  },
  oneditsave() {
    this.codeField?.save();
    this.args = this.argumentRows?.rows() ?? [];
    delete this.codeField;
    delete this.argumentRows;
  },
  oneditcancel() {
    this.codeField?.close();
    delete this.codeField;
    delete this.argumentRows;
  },
  oneditresize() {
    this.codeField?.fill(160);
  },
});
