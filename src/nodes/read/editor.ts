import { defaultChoices } from '../editor/choices';
import { nameStyle, nodeLabel, typedLabel } from '../editor/node-label';
import { text } from '../editor/text';
import { typedText } from '../editor/typed-fields';
import { typedOrBlank } from '../editor/validators';

interface Properties {
  name: string;
  device: string;
  path: string;
  pathType: string;
  format: 'utf8' | 'buffer' | 'lines' | 'chunks';
}

RED.nodes.registerType<Properties>('micropython-read', {
  category: 'MicroPython',
  color: '#F2D98B',
  icon: 'micropython-read.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    device: { value: '', type: 'micropython-device', required: true, label: text('label.device') },
    path: { value: '', validate: typedOrBlank('pathType'), label: text('label.path') },
    pathType: { value: 'str' },
    format: { value: 'utf8' },
  },
  paletteLabel: () => text('palette.read'),
  label() {
    return nodeLabel(this.name, typedLabel(this.path, this.pathType), 'read');
  },
  labelStyle: nameStyle,
  oneditprepare() {
    defaultChoices(['format']);
    typedText('path');
  },
});
