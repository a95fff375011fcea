/**
 * The key that groups failures of one cause: the rung, the roles of the nodes concerned, the kind
 * of message at hand, and the values without their accidents. Shrinking asks for the same key, so
 * nothing may stand in it that changes with the size of the cluster or of the run.
 */

export interface KeyParts {
  readonly rung: string;
  readonly roles: readonly string[];
  readonly messageKind: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
  /** Names of nodes and clients: they are accidents. */
  readonly isName: (text: string) => boolean;
}

/** Makes the key: short, printable, equal for equal causes. */
export function failureKey({ rung, roles, messageKind, values, isName }: KeyParts): string {
  const parts = [rung];
  if (roles.length > 0) parts.push([...new Set(roles)].join('+'));
  if (messageKind !== undefined) parts.push(messageKind);
  for (const [name, value] of Object.entries(values)) {
    const word = wordFor(value, isName);
    parts.push(word === '' ? name : `${name}=${word}`);
  }
  return parts.join('/');
}

/**
 * What of a value belongs to the cause: words and yes or no do; numbers, names, hashes and the data
 * of clients do not.
 */
function wordFor(value: unknown, isName: (text: string) => boolean): string {
  if (typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'string') {
    // A sentence, such as the text of an error, is a cause; its numbers are not.
    if (value.includes(' ')) return value.replace(/\d+/g, '#').slice(0, 80);
    return isName(value) || /\d/.test(value) || value.length > 40 ? '' : value;
  }
  if (Array.isArray(value)) {
    const words = new Set(value.map((part) => wordFor(part, isName)));
    words.delete('');
    return [...words].sort().join('+');
  }
  if (typeof value === 'object' && value !== undefined) {
    return Object.keys(value).join('+');
  }
  return '';
}
