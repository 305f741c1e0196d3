import { nameStyle, nodeLabel, typedLabel } from '../editor/node-label';
import { text } from '../editor/text';
import { typedText } from '../editor/typed-fields';
import { typedOrBlank } from '../editor/validators';

interface Properties {
  name: string;
  device: string;
  path: string;
  pathType: string;
  recursive: boolean;
}

RED.nodes.registerType<Properties>('micropython-list', {
  category: 'MicroPython',
  color: '#F2D98B',
  icon: 'micropython-list.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    device: { value: '', type: 'micropython-device', required: true, label: text('label.device') },
    path: { value: '', validate: typedOrBlank('pathType'), label: text('label.folder') },
    pathType: { value: 'str' },
    recursive: { value: false },
  },
  paletteLabel: () => text('palette.list'),
  label() {
    return nodeLabel(this.name, typedLabel(this.path, this.pathType), 'list');
  },
  labelStyle: nameStyle,
  oneditprepare() {
    typedText('path');
  },
});
