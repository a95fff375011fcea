import type { SecretId } from '../secrets/sealed-secret.ts';

/** How a version of a secret is named on a node. */
export function secretKey({ name, version }: SecretId): string {
  return `${name}/${version}`;
}

/** Values of secrets, in memory alone: a life of the agent that ends takes them with it. */
export class SecretStore {
  private readonly values: Map<string, Uint8Array> = new Map();

  get size(): number {
    return this.values.size;
  }

  keys(): IterableIterator<string> {
    return this.values.keys();
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  get(key: string): Uint8Array | undefined {
    return this.values.get(key);
  }

  put(key: string, value: Uint8Array): void {
    this.values.set(key, value);
  }

  /** Forgets a value; its bytes are gone as well. */
  forget(key: string): void {
    this.values.get(key)?.fill(0);
    this.values.delete(key);
  }

  /** Forgets all but those that are needed. */
  keepOnly(needed: ReadonlySet<string>): void {
    for (const key of [...this.values.keys()]) if (!needed.has(key)) this.forget(key);
  }
}
