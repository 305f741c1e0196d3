/**
 * Selects the first option, which is the default, where a flow from another version or hand lacks the property: the
 * browser would show an empty box.
 * @param prefix `node-input`, or `node-config-input` in a config node
 */
export function defaultChoices(properties: readonly string[], prefix = 'node-input'): void {
  for (const property of properties) {
    const select = $(`#${prefix}-${property}`);
    if (select.val() === null) select.val(String(select.find('option').first().val()));
  }
}
