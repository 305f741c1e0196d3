/** A property that Node-RED replaces by an environment variable when the node starts: `${NAME}` or `$(NAME)`. */
export function isEnv(value: unknown): boolean {
  return typeof value === 'string' && /^\$(\{[^}]+\}|\([^)]+\))$/.test(value.trim());
}
