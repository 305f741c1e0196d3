import { addressChoices, type AddressChoice, type FoundPort } from './address-choices';
import { text } from './text';

/** The search button beside the address: asks Node-RED for the serial ports of its computer, and offers addresses. */
export class PortSearch {
  readonly #button = $('#micropython-search');
  readonly #list = $('#micropython-search-results');

  /** @param choose called with the address that the user picks */
  constructor(private readonly choose: (address: string) => void) {
    this.#list.hide();
    this.#button.on('click', () => this.#toggle());
  }

  #toggle(): void {
    if (this.#list.is(':visible')) return this.#hide();
    this.#button.prop('disabled', true).find('i').attr('class', 'fa fa-spinner fa-spin');
    // A relative address: the editor adds the token, and Node-RED may live below any path.
    $.getJSON('micropython/ports')
      .done((ports: FoundPort[]) => this.#show(addressChoices(ports)))
      .fail((request) => this.#fail(request))
      .always(() => this.#button.prop('disabled', false).find('i').attr('class', 'fa fa-search'));
  }

  #show(choices: readonly AddressChoice[]): void {
    this.#list.empty();
    if (!choices.some((choice) => choice.detailKey === 'id' || choice.detailKey === 'path')) {
      $('<div>', { class: 'micropython-hint' }).text(text('search.none')).appendTo(this.#list);
    }
    for (const choice of choices) this.#list.append(this.#row(choice));
    this.#open();
  }

  #row(choice: AddressChoice): JQuery {
    const { address, titleKey, detailKey, path, likely } = choice;
    const row = $('<button>', { type: 'button', class: 'micropython-choice' });
    $('<i>', { class: likely ? 'fa fa-microchip' : titleKey === 'sim' ? 'fa fa-cube' : 'fa fa-plug' }).appendTo(row);
    const words = $('<span>').appendTo(row);
    $('<code>').text(address).appendTo(words);
    $('<span>', { class: 'micropython-choice-title' })
      .text(titleKey ? text(`choice.${titleKey}`) : (choice.title ?? ''))
      .appendTo(words);
    $('<span>', { class: 'micropython-hint' })
      .text(text(`choice.${detailKey}`, { path: path ?? '' }))
      .appendTo(words);
    return row.on('click', () => {
      this.#hide();
      this.choose(address);
    });
  }

  #fail(request: JQuery.jqXHR): void {
    const answer = request.responseJSON as { message?: string } | undefined;
    const reason = answer?.message ?? (request.statusText || String(request.status));
    this.#list.empty().append($('<div>', { class: 'micropython-problem' }).text(text('search.failed', { reason })));
    this.#open();
  }

  #open(): void {
    this.#list.show();
    this.#button.attr('aria-expanded', 'true');
  }

  #hide(): void {
    this.#list.hide();
    this.#button.attr('aria-expanded', 'false');
  }
}
