/** What no agent may change, whatever a plan says: it would be judge in its own cause. */
const always: readonly string[] = [
  'invariants',
  'scenarios',
  'mutants',
  'ralph',
  'logs',
  'claims.json',
  'docs/status.md',
  'seedstorm.config.*',
  'vitest.config.*',
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'node_modules',
  '.npmrc',
  '.git*',
];

/** Tells which paths of a project an agent may change. */
export class ProtectedPaths {
  readonly #protected: readonly string[];
  readonly #editable: readonly string[] | undefined;

  constructor(more: readonly string[] = [], editable?: readonly string[]) {
    this.#protected = [...always, ...more];
    this.#editable = editable;
  }

  /** @param path relative to the root of the project, with slashes */
  has(path: string): boolean {
    if (path.startsWith('../')) return true;
    if (this.#protected.some((pattern) => stands(pattern, path))) return true;
    return this.#editable !== undefined && !this.#editable.some((one) => stands(one, path));
  }

  /** In words, for whoever is asked to work here. */
  describe(): string {
    const never = `Never change: ${this.#protected.join(', ')}.`;
    return this.#editable === undefined
      ? never
      : `You may change only: ${this.#editable.join(', ')}. ${never}`;
  }
}

/** A file, a folder with all below it, or with `*` at one end whatever begins or ends like it. */
function stands(pattern: string, path: string): boolean {
  const plain = pattern.replace(/\/$/, '');
  if (plain.startsWith('*')) return path.endsWith(plain.slice(1));
  if (plain.endsWith('*')) return path.startsWith(plain.slice(0, -1));
  return path === plain || path.startsWith(`${plain}/`);
}
