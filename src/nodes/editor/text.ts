/** Where Node-RED keeps the texts of this package: `<module>/<node set>`. Validators run outside of any dialog. */
const NAMESPACE = '@boardflow/node-red-micropython/micropython';

/**
 * A text in the language of the editor.
 * @param key below `micropython.` in `locales/<language>/micropython.json`
 * @param values for the `__name__` marks in it
 */
export function text(key: string, values?: Record<string, unknown>): string {
  return RED._(`${NAMESPACE}:micropython.${key}`, values);
}
