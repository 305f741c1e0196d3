import { nameStyle, nodeLabel } from '../editor/node-label';
import { text } from '../editor/text';

interface Properties {
  name: string;
  device: string;
}

RED.nodes.registerType<Properties>('micropython-status', {
  category: 'MicroPython',
  color: '#C5D9A4',
  icon: 'micropython-status.svg',
  inputs: 0,
  outputs: 1,
  defaults: {
    name: { value: '' },
    device: { value: '', type: 'micropython-device', required: true, label: text('label.device') },
  },
  paletteLabel: () => text('palette.status'),
  label() {
    return nodeLabel(this.name, '', 'status');
  },
  labelStyle: nameStyle,
});
