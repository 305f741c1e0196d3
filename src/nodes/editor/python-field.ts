/** A property edited in a code editor: `#<prefix>-<property>` holds the text, `#…-editor` shows it. */
export class PythonField {
  readonly #editor: CodeEditor;
  readonly #field: JQuery;

  /** @param prefix `node-input`, or `node-config-input` in a config node */
  constructor(
    node: object,
    property: string,
    private readonly prefix: 'node-input' | 'node-config-input' = 'node-input',
  ) {
    this.#field = $(`#${prefix}-${property}`);
    this.#editor = RED.editor.createEditor({
      id: `${prefix}-${property}-editor`,
      mode: 'ace/mode/python',
      stateId: RED.editor.generateViewStateId('node', node, property),
      value: String(this.#field.val() ?? ''),
    });
  }

  /** Puts the text where Node-RED looks for it, and closes. */
  save(): void {
    this.#field.val(this.#editor.getValue());
    this.close();
  }

  /** Must be called when the dialog closes, however it closes. */
  close(): void {
    this.#editor.destroy();
  }

  /** Takes the room that the other rows of the dialog leave, but never less than `least` pixels. */
  fill(least: number): void {
    const form = $('#dialog-form');
    const row = form.children('.node-text-editor-row');
    const others = form.children().not('.node-text-editor-row').toArray();
    const taken = others.reduce((sum, element) => sum + ($(element).outerHeight(true) ?? 0), 0);
    const box = row.find('.node-text-editor');
    const frame = (row.outerHeight(true) ?? 0) - (box.height() ?? 0);
    box.css('height', `${Math.max(least, (form.height() ?? 0) - taken - frame)}px`);
    this.#editor.resize();
  }
}
