/** Words that the facts of several rungs share. */

/** The node concerned. */
export function who(nodes: readonly string[]): string {
  return nodes[0] ?? 'Some node';
}

/** A member by its name. */
export function member(value: unknown): string {
  return value === 0 ? 'nobody' : `n${value}`;
}

/** A value as one reads it. */
export function text(value: unknown): string {
  if (value === null) return 'unset';
  if (typeof value === 'string') return `"${value}"`;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(text).join(', ');
  if (typeof value !== 'object') return String(value);
  const fields = Object.entries(value).map(([name, one]) => `${name} ${text(one)}`);
  return fields.length === 0 ? 'nothing' : fields.join(', ');
}

/** A span of virtual time. */
export function spanMs(us: unknown): string {
  return `${Math.round(Number(us) / 1_000)} ms`;
}

/** The end of a log: `entry 3 of term 2`. */
export function end(value: unknown): string {
  const { lastIndex, lastTerm } = (value ?? {}) as Record<string, unknown>;
  return lastIndex === 0 ? 'nothing' : `entry ${lastIndex} of term ${lastTerm}`;
}
