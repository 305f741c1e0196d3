import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

/** `dist/nodes`, as `npm run build` leaves it. */
export const BUILT = join(__dirname, '../../dist/nodes');

/** A definition as the script hands it to Node-RED. Loose on purpose: tests look at what is there. */
export interface Definition {
  category: string;
  color: string;
  icon: string;
  inputs?: number;
  outputs?: number;
  defaults: Record<string, { value: unknown; type?: string; validate?: (value: unknown, options: object) => unknown }>;
  credentials?: Record<string, { type: string }>;
  paletteLabel?: () => string;
  label: () => string;
}

/** The built page of the editor, taken apart as Node-RED does. */
export interface BuiltEditor {
  readonly html: string;
  /** By type. */
  readonly definitions: Map<string, Definition>;
  /** HTML of the dialogs by type. */
  readonly dialogs: Map<string, string>;
  /** The inline scripts, found with the expression of the Flow Library (flow-library lib/modules.js). */
  readonly scripts: string[];
}

/**
 * Reads the built page and runs its script with a stand-in for Node-RED's `RED`.
 * @param translate stands in for `RED._`; default: the key
 */
export function loadBuiltEditor(translate: (key: string, values?: object) => string = (key) => key): BuiltEditor {
  const html = readFileSync(join(BUILT, 'micropython.html'), 'utf8');
  const scripts = [...html.matchAll(/<script.+?type=['"]text\/javascript['"].*?>([\S\s]*?)<\/script>/gi)].map(
    (match) => match[1] ?? '',
  );
  const dialogs = new Map(
    [...html.matchAll(/<script type="text\/html" data-template-name="([^"]+)">([\S\s]*?)<\/script>/g)].map((match) => [
      match[1] ?? '',
      match[2] ?? '',
    ]),
  );
  const definitions = new Map<string, Definition>();
  const RED = {
    _: translate,
    nodes: { registerType: (type: string, definition: Definition) => definitions.set(type, definition) },
    utils: { validateTypedProperty: () => true },
  };
  const $ = () => ({ val: () => undefined });
  for (const script of scripts) runInNewContext(script, { RED, $, URL });
  return { html, definitions, dialogs, scripts };
}

/** All leaves of a catalogue of texts, by their whole key. */
export function catalogue(language = 'en-US'): Map<string, string> {
  const file = join(BUILT, 'locales', language, 'micropython.json');
  const texts = new Map<string, string>();
  const walk = (value: unknown, key: string) => {
    if (typeof value === 'string') texts.set(key, value);
    else for (const [name, child] of Object.entries(value as object)) walk(child, key ? `${key}.${name}` : name);
  };
  walk(JSON.parse(readFileSync(file, 'utf8')), '');
  return texts;
}
