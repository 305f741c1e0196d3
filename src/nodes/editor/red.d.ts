/// <reference types="jquery" />

/**
 * The part of Node-RED's editor (4.1 and 5) that the dialogs use. The published types know neither validators with a
 * reason nor labels of properties, which this package relies on.
 */

/** Why a property is wrong, or `true`. A validator must declare two parameters, or Node-RED drops the reason. */
type Validity = true | string;

interface NodeProperty<Node, Value> {
  value: Value;
  /** Name in error messages. */
  label?: string;
  required?: boolean;
  /** Type of a config node: the property holds its id. */
  type?: string;
  validate?(this: Node, value: Value, options: { label?: string }): Validity;
}

/** A node in the editor: its properties, and what Node-RED adds. */
type EditorNode<Properties> = Properties & {
  readonly id: string;
  readonly type: string;
  name: string;
};

/** Definition of a type. `Dialog` is what the type keeps on the node while its dialog is open. */
interface NodeDefinition<Properties, Dialog> {
  category: string;
  color: string;
  icon: string;
  defaults: { [Key in keyof Properties]: NodeProperty<EditorNode<Properties>, Properties[Key]> };
  credentials?: Record<string, { type: 'text' | 'password' }>;
  inputs?: 0 | 1;
  outputs?: number;
  outputLabels?: string | string[] | ((this: EditorNode<Properties>, index: number) => string);
  align?: 'left' | 'right';
  paletteLabel?: string | (() => string);
  label?(this: EditorNode<Properties>): string;
  labelStyle?(this: EditorNode<Properties>): string;
  oneditprepare?(this: EditorNode<Properties> & Dialog): void;
  oneditsave?(this: EditorNode<Properties> & Dialog): void;
  oneditcancel?(this: EditorNode<Properties> & Dialog): void;
  oneditresize?(this: EditorNode<Properties> & Dialog, size: { width: number; height: number }): void;
}

/** What the ACE, Monaco and plain editors have in common. */
interface CodeEditor {
  getValue(): string;
  setValue(text: string, cursor?: number): void;
  focus(): void;
  resize(): void;
  /** Removes the element too. Monaco warns about every editor that was not destroyed. */
  destroy(): void;
}

interface TypedInputType {
  value: string;
  label: string;
  icon?: string;
  validate?(value: string, options: unknown): boolean | string;
  /** Called on the widget when the user asks for more room. */
  expand?(this: { value(text?: string): string }): void;
}

interface JQuery {
  typedInput(options: { default?: string; types: (string | TypedInputType)[]; typeField?: string | JQuery }): JQuery;
  typedInput(method: 'value' | 'type'): string;
  typedInput(method: 'value' | 'type', value: string): JQuery;
  editableList<Row>(options: {
    addButton?: boolean | string;
    addItem?(element: JQuery, index: number, row: Row): void;
    removable?: boolean;
    sortable?: boolean;
    height?: number | 'auto';
    header?: JQuery;
  }): JQuery;
  editableList(method: 'addItem', row: object): JQuery;
  editableList(method: 'items'): JQuery;
}

declare const RED: {
  _(key: string, values?: Record<string, unknown>): string;
  nodes: {
    registerType<Properties, Dialog = object>(type: string, definition: NodeDefinition<Properties, Dialog>): void;
  };
  editor: {
    createEditor(options: { id: string; mode: string; value: string; stateId?: string; focus?: boolean }): CodeEditor;
    editText(options: { mode: string; value: string; stateId?: string; complete(text: string): void }): void;
    generateViewStateId(source: string, thing: object, suffix: string): string;
  };
  utils: {
    /** `options` other than `undefined` asks for the reason. */
    validateTypedProperty(value: unknown, type: string, options?: object): Validity | false;
  };
  popover: {
    tooltip(target: JQuery, content: string): unknown;
  };
};
