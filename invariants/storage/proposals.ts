import type { StorageTimings } from '../../src/systems/storage/timings.ts';
import type { Applied, MetadataOracle } from './oracle.ts';

/**
 * What is to be said of entries that leaders propose, once they are committed: by the tables that the
 * leader had, for what is committed since it could not know.
 */
export class Proposals<Said> {
  readonly #said: Map<string, Said> = new Map();
  #term = 0;
  /** Since when entries of this term are committed. */
  #sinceUs = 0;

  /** The entries that were committed now, and what was noted of each; undefined: nothing. */
  *committed(
    oracle: MetadataOracle,
    timeUs: number,
  ): Generator<readonly [Applied, Said | undefined]> {
    for (let index = oracle.freshFrom; index <= oracle.last; index += 1) {
      const entry = oracle.at(index)!;
      if (entry.term !== this.#term) [this.#term, this.#sinceUs] = [entry.term, timeUs];
      const key = `${entry.term}/${index}`;
      const said = this.#said.get(key);
      this.#said.delete(key);
      yield [entry, said];
    }
  }

  /** Whether the leader of a term knows its servers: who leads since a moment ago has not heard most of them. */
  isSettled(term: number, timeUs: number, { serverLeaseUs }: StorageTimings): boolean {
    return term === this.#term && timeUs - this.#sinceUs > 2 * serverLeaseUs;
  }

  note(term: number, index: number, said: Said): void {
    this.#said.set(`${term}/${index}`, said);
  }
}
