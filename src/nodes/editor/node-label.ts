import { text } from './text';

/** Characters: a node that grows over its neighbour hides it. */
const LONGEST = 26;

/** What a node shows in the workspace: its name, else something telling, else what the palette calls it. */
export function nodeLabel(name: string | undefined, telling: string | undefined, paletteKey: string): string {
  return name || shorten(telling ?? '') || text(`palette.${paletteKey}`);
}

/** A name given by the user is in italics, as in Node-RED's own nodes. */
export function nameStyle(this: { name: string }): string {
  return this.name ? 'node_label_italic' : '';
}

/** The first line of a program that says something: neither blank nor a comment, else the first comment. */
export function firstLine(code: string | undefined): string {
  const lines = (code ?? '').split('\n').map((line) => line.trim());
  return lines.find((line) => line !== '' && !line.startsWith('#')) ?? lines.find((line) => line !== '') ?? '';
}

/** A typed property in short: `/main.py`, `msg.filename`. */
export function typedLabel(value: string | undefined, type: string | undefined): string {
  if (!value) return '';
  if (type === 'msg' || type === 'flow' || type === 'global') {
    // A context key may carry the store: `#:(file)::key`.
    return `${type}.${value.replace(/^#:\([^)]*\)::/, '')}`;
  }
  return type === 'env' ? `\${${value.replace(/^\$\{(.*)\}$/, '$1')}}` : value;
}

function shorten(label: string): string {
  return label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label;
}
