import { nameProblem } from './argument-name';
import { text } from './text';

/** A row of a node's argument list. */
export interface ArgumentRow {
  /** Variable on the device. */
  name: string;
  /** A type of the typedInput widget. */
  type: string;
  value: string;
}

const TYPES = ['msg', 'flow', 'global', 'str', 'num', 'bool', 'json', 'bin', 'env', 'jsonata', 'date'];

/** The list of arguments in a dialog: names on the left, typed values on the right. */
export class ArgumentRows {
  readonly #list: JQuery;

  /** Builds the list in `#node-input-args-container`. */
  constructor(rows: readonly ArgumentRow[] | undefined) {
    this.#list = $('#node-input-args-container').editableList<Partial<ArgumentRow>>({
      addButton: text('label.add-argument'),
      removable: true,
      sortable: true,
      height: 'auto',
      addItem: (element, _index, row) => this.#build(element, row),
    });
    for (const row of rows ?? []) this.#list.editableList('addItem', { ...row });
  }

  /** The rows as they stand. A row of which nothing was filled in is left out. */
  rows(): ArgumentRow[] {
    return this.#elements()
      .map((element) => ({
        name: nameOf(element),
        type: element.find('.micropython-arg-value').typedInput('type'),
        value: element.find('.micropython-arg-value').typedInput('value'),
      }))
      .filter((row) => row.name !== '' || (row.value !== '' && row.type !== 'date'));
  }

  #elements(): JQuery[] {
    return this.#list
      .editableList('items')
      .toArray()
      .map((element) => $(element));
  }

  #build(element: JQuery, row: Partial<ArgumentRow>): void {
    const line = $('<div>', { class: 'micropython-arg' }).appendTo(element);
    const name = $('<input>', { type: 'text', class: 'micropython-arg-name', spellcheck: 'false' })
      .attr('placeholder', text('placeholder.arg-name'))
      .attr('aria-label', text('label.arg-name'))
      .val(row.name ?? '')
      .on('input change', () => this.#check())
      .appendTo(line);
    $('<span>', { class: 'micropython-arg-equals', 'aria-hidden': 'true' }).text('=').appendTo(line);
    const box = $('<div>', { class: 'micropython-arg-box' }).appendTo(line);
    $('<input>', { type: 'text', class: 'micropython-arg-value', style: 'width: 100%' })
      .val(row.value ?? '')
      .appendTo(box)
      .typedInput({ default: 'msg', types: TYPES })
      .typedInput('type', row.type ?? 'msg')
      .typedInput('value', row.value ?? 'payload');
    // A new row: the user is about to name it.
    if (row.name === undefined) setTimeout(() => name.trigger('focus'), 0);
  }

  #check(): void {
    const elements = this.#elements();
    const names = elements.map(nameOf);
    for (const [index, element] of elements.entries()) {
      const own = names[index] ?? '';
      const problem = own === '' ? undefined : nameProblem(own, names.slice(0, index));
      element
        .find('.micropython-arg-name')
        .toggleClass('input-error', problem !== undefined)
        .attr('title', problem ? text(`problem.${problem}`, { name: own }) : '');
    }
  }
}

function nameOf(element: JQuery): string {
  return String(element.find('.micropython-arg-name').val() ?? '').trim();
}
