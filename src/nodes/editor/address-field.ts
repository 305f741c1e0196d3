import { addressForm, hasPassword, isLine } from './address-form';
import { PortSearch } from './port-search';
import { text } from './text';

/** The address in the device's dialog: says what was recognised, and shows the settings that such a link has. */
export class AddressField {
  readonly #input = $('#node-config-input-address');

  constructor() {
    this.#input.on('input change', () => this.#show());
    new PortSearch((address) => this.#input.val(address).trigger('change').trigger('focus'));
    this.#show();
  }

  get address(): string {
    return String(this.#input.val() ?? '').trim();
  }

  #show(): void {
    const form = addressForm(this.address);
    $('#micropython-address-hint')
      .text(form.problem ? text(`address.problem.${form.problem}`) : text(`address.kind.${form.kind ?? 'serial'}`))
      .toggleClass('micropython-problem', form.problem !== undefined && this.address !== '');
    $('.micropython-if-line').toggle(isLine(form));
    $('.micropython-if-password').toggle(hasPassword(form));
  }
}
