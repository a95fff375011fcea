import type { Entry } from '../../src/systems/raft/types.ts';
import { Chain } from './chain.ts';

/**
 * The one sequence of committed entries. The first node that commits an index decides what is
 * canonical there; everybody else must agree with it for ever.
 */
export class CanonicalChain {
  readonly chain: Chain = new Chain();
  /** Lowest index of the newest growth. */
  grownFrom = 1;
  /** Term of the node that committed first, by index. */
  readonly #commitTerms: number[] = [];
  #commitTermsFrom = 1;

  get last(): number {
    return this.chain.last;
  }

  append(entry: Entry, hash: number, commitTerm: number): void {
    this.chain.push(entry.term, hash);
    this.#commitTerms.push(commitTerm);
  }

  /** The term in which an index was first committed; -1 when it is not known. */
  commitTerm(index: number): number {
    return this.#commitTerms[index - this.#commitTermsFrom] ?? -1;
  }

  /** The last index that was committed in a term before this one; the base when there is none. */
  lastCommittedBefore(term: number): number {
    let index = this.last;
    while (index > this.chain.base && this.commitTerm(index) >= term) index -= 1;
    return index;
  }

  prune(below: number): void {
    this.chain.dropUpTo(Math.min(below, this.last));
    const stale = this.chain.base - this.#commitTermsFrom;
    if (stale < 1_024) return;
    this.#commitTerms.splice(0, stale);
    this.#commitTermsFrom += stale;
  }
}
