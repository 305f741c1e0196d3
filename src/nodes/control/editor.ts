import { defaultChoices } from '../editor/choices';
import { nameStyle, nodeLabel } from '../editor/node-label';
import { text } from '../editor/text';

interface Properties {
  name: string;
  device: string;
  /** Blank: `msg.action`. */
  action:
    | ''
    | 'connect'
    | 'disconnect'
    | 'interrupt'
    | 'soft-reset'
    | 'hard-reset'
    | 'bootloader'
    | 'info'
    | 'set-clock'
    | 'status';
}

RED.nodes.registerType<Properties>('micropython-control', {
  category: 'MicroPython',
  color: '#C5D9A4',
  icon: 'micropython-control.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    device: { value: '', type: 'micropython-device', required: true, label: text('label.device') },
    action: { value: '' },
  },
  paletteLabel: () => text('palette.control'),
  label() {
    return nodeLabel(this.name, this.action, 'control');
  },
  labelStyle: nameStyle,
  oneditprepare() {
    defaultChoices(['action']);
  },
});
