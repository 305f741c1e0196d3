import { defaultChoices } from '../editor/choices';
import { nameStyle, nodeLabel, typedLabel } from '../editor/node-label';
import { text } from '../editor/text';
import { typedText } from '../editor/typed-fields';
import { typedOrBlank } from '../editor/validators';

interface Properties {
  name: string;
  device: string;
  direction: 'up' | 'down';
  /** Folder of the computer that Node-RED runs on. */
  local: string;
  localType: string;
  /** Folder of the device. */
  path: string;
  pathType: string;
  deleteExtras: boolean;
  /** A pattern a line. */
  ignore: string;
  dryRun: boolean;
}

RED.nodes.registerType<Properties>('micropython-sync', {
  category: 'MicroPython',
  color: '#F2D98B',
  icon: 'micropython-sync.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    device: { value: '', type: 'micropython-device', required: true, label: text('label.device') },
    direction: { value: 'up' },
    local: { value: '', required: true, validate: typedOrBlank('localType'), label: text('label.local') },
    localType: { value: 'str' },
    path: { value: '', validate: typedOrBlank('pathType'), label: text('label.device-folder') },
    pathType: { value: 'str' },
    deleteExtras: { value: false },
    ignore: { value: '' },
    dryRun: { value: false },
  },
  paletteLabel: () => text('palette.sync'),
  label() {
    const local = typedLabel(this.local, this.localType);
    const arrow = this.direction === 'down' ? '←' : '→';
    return nodeLabel(this.name, local && `${local} ${arrow} ${typedLabel(this.path, this.pathType) || '/'}`, 'sync');
  },
  labelStyle: nameStyle,
  oneditprepare() {
    defaultChoices(['direction']);
    typedText('local');
    typedText('path');
  },
});
