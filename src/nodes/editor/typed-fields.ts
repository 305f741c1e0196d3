const SOURCES = ['msg', 'flow', 'global', 'env', 'jsonata'];

/** A text on the device's side, such as a path: written down, or taken from somewhere. */
export function typedText(property: string): void {
  $(`#node-input-${property}`).typedInput({
    default: 'str',
    types: ['str', ...SOURCES],
    typeField: `#node-input-${property}Type`,
  });
}

/** A Python expression: written down, or taken from somewhere that yields Python. */
export function typedPython(property: string, label: string): void {
  const python: TypedInputType = {
    value: 'str',
    label,
    icon: 'fa fa-code',
    expand() {
      RED.editor.editText({
        mode: 'ace/mode/python',
        value: this.value(),
        complete: (text) => void this.value(text),
      });
    },
  };
  $(`#node-input-${property}`).typedInput({
    default: 'str',
    types: [python, ...SOURCES],
    typeField: `#node-input-${property}Type`,
  });
}
