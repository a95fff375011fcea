/**
 * The key that groups failures of one cause: the rung, the roles of the nodes concerned, the kind
 * of message at hand, and the values with their accidents removed.
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
  const numbers = new Set<number>();
  collectNumbers(values, numbers);
  const ranks = new Map<number, number>();
  for (const value of [...numbers].sort((a, b) => a - b)) ranks.set(value, ranks.size);
  const letters = new Map<string, string>();

  const normalised = (value: unknown): string => {
    if (typeof value === 'number') return String(ranks.get(value) ?? value);
    if (typeof value === 'string') {
      if (!value.startsWith('#') && !isName(value)) return value;
      const letter = letters.get(value) ?? String.fromCharCode(97 + (letters.size % 26));
      letters.set(value, letter);
      return letter;
    }
    if (Array.isArray(value)) return `[${value.map(normalised).join(' ')}]`;
    if (typeof value === 'object' && value !== null) {
      return `{${Object.entries(value)
        .map(([name, part]) => `${name}=${normalised(part)}`)
        .join(' ')}}`;
    }
    return String(value);
  };

  const parts = [rung, roles.join('+')];
  if (messageKind !== undefined) parts.push(messageKind);
  for (const [name, value] of Object.entries(values)) parts.push(`${name}=${normalised(value)}`);
  return parts.join('/');
}

/** Numbers matter by their order alone: a term of 7 after 5 is the same failure as 3 after 2. */
function collectNumbers(value: unknown, into: Set<number>): void {
  if (typeof value === 'number') into.add(value);
  else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) collectNumbers(part, into);
  }
}
