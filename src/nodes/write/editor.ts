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
  mode: 'overwrite' | 'append';
  createDirs: boolean;
  newline: boolean;
  retry: boolean;
}

RED.nodes.registerType<Properties>('micropython-write', {
  category: 'MicroPython',
  color: '#F2D98B',
  icon: 'micropython-write.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    device: { value: '', type: 'micropython-device', required: true, label: text('label.device') },
    path: { value: '', validate: typedOrBlank('pathType'), label: text('label.path') },
    pathType: { value: 'str' },
    mode: { value: 'overwrite' },
    createDirs: { value: false },
    newline: { value: false },
    retry: { value: false },
  },
  paletteLabel: () => text('palette.write'),
  label() {
    return nodeLabel(this.name, typedLabel(this.path, this.pathType), 'write');
  },
  labelStyle: nameStyle,
  oneditprepare() {
    defaultChoices(['mode']);
    typedText('path');
  },
});
