import { defaultChoices } from '../editor/choices';
import { nameStyle, nodeLabel, typedLabel } from '../editor/node-label';
import { text } from '../editor/text';
import { typedText } from '../editor/typed-fields';
import { typedOrBlank } from '../editor/validators';

interface Properties {
  name: string;
  device: string;
  /** Blank: `msg.action`. */
  action?: '' | 'stat' | 'exists' | 'mkdir' | 'remove' | 'rename' | 'touch' | 'hash' | 'crc32' | 'tree' | 'usage';
  path: string;
  pathType: string;
  to: string;
  toType: string;
  recursive: boolean;
}

RED.nodes.registerType<Properties>('micropython-files', {
  category: 'MicroPython',
  color: '#F2D98B',
  icon: 'micropython-files.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    device: { value: '', type: 'micropython-device', required: true, label: text('label.device') },
    action: { value: 'stat' },
    path: { value: '', validate: typedOrBlank('pathType'), label: text('label.path') },
    pathType: { value: 'str' },
    to: { value: '', validate: typedOrBlank('toType'), label: text('label.new-name') },
    toType: { value: 'str' },
    recursive: { value: false },
  },
  paletteLabel: () => text('palette.files'),
  label() {
    const path = this.action === 'usage' ? '' : typedLabel(this.path, this.pathType);
    return nodeLabel(this.name, `${this.action ?? ''} ${path}`.trim(), 'files');
  },
  labelStyle: nameStyle,
  oneditprepare() {
    typedText('path');
    typedText('to');
    defaultChoices(['action']);
    $('#node-input-action')
      .on('change', function () {
        const action = String($(this).val());
        const any = action === '';
        $('.micropython-if-path').toggle(action !== 'usage');
        $('.micropython-if-to').toggle(any || action === 'rename');
        $('.micropython-if-recursive').toggle(any || action === 'mkdir' || action === 'remove');
        $('label[for=node-input-recursive]').text(recursiveLabel(action));
      })
      .trigger('change');
  },
});

function recursiveLabel(action: string): string {
  if (action === 'mkdir') return text('label.recursive-mkdir');
  return action === 'remove' ? text('label.recursive-remove') : text('label.recursive-any');
}
