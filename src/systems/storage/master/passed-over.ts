import { presentCount } from '../metadata/chunk-life.ts';

/**
 * Who had most of a chunk in a round and gave it to nobody. The next recovery of that chunk goes
 * without them: else it would wait for them as long, and in vain again.
 */
export class PassedOver {
  private readonly servers: Map<number, readonly number[]> = new Map();

  note(chunk: number, servers: readonly number[]): void {
    this.servers.set(chunk, servers);
  }

  /** Whom of its members the next round of a chunk asks; the one after that asks all of them again. */
  take(chunk: number, members: readonly number[]): readonly number[] {
    const out = this.servers.get(chunk);
    if (out === undefined) return members;
    this.servers.delete(chunk);
    const asked = members.map((member) => (out.includes(member) ? 0 : member));
    return presentCount(asked) > 0 ? asked : members;
  }

  /** A chunk has changed: one that is gone, or in order, is not recovered. */
  forget(chunk: number): void {
    this.servers.delete(chunk);
  }
}
