import { ArgumentRows, type ArgumentRow } from '../editor/argument-rows';
import { nameStyle, nodeLabel, typedLabel } from '../editor/node-label';
import { text } from '../editor/text';
import { typedPython } from '../editor/typed-fields';
import { typedOrBlank, validArguments, validTimeout } from '../editor/validators';

interface Properties {
  name: string;
  device: string;
  expression: string;
  expressionType: string;
  args: ArgumentRow[];
  timeout: string | number;
}

interface Dialog {
  argumentRows?: ArgumentRows;
}

RED.nodes.registerType<Properties, Dialog>('micropython-eval', {
  category: 'MicroPython',
  color: '#A9D3E8',
  icon: 'micropython-eval.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    device: { value: '', type: 'micropython-device', required: true, label: text('label.device') },
    expression: { value: '', validate: typedOrBlank('expressionType'), label: text('label.expression') },
    expressionType: { value: 'str' },
    args: { value: [], validate: validArguments, label: text('label.arguments') },
    timeout: { value: 10, validate: validTimeout, label: text('label.timeout') },
  },
  paletteLabel: () => text('palette.eval'),
  label() {
    return nodeLabel(this.name, typedLabel(this.expression, this.expressionType), 'eval');
  },
  labelStyle: nameStyle,
  oneditprepare() {
    typedPython('expression', text('label.python'));
    this.argumentRows = new ArgumentRows(this.args);
  },
  oneditsave() {
    this.args = this.argumentRows?.rows() ?? [];
    delete this.argumentRows;
  },
  oneditcancel() {
    delete this.argumentRows;
  },
});
