import type { RaftFacts } from './moment.ts';

/** How far the followers of a leader were at a moment. */
type Look = readonly [timeUs: number, held: number];

/**
 * A leader commits nothing before an entry of its own term is on a quorum, and what its followers
 * lack of what lies before that may be much, one entry a round trip and two syncs. Meanwhile nobody
 * applies, and no client is served: all that is owed is that the followers get on.
 */
export class Backlog {
  #term = -1;
  /** The end of the leader's log when it was first seen to lead. */
  #upTo = 0;
  #looks: Look[] = [];

  /** Whether a backlog is being brought, and fast enough. @param leader whom most follow, or -1 */
  moves(facts: RaftFacts, leader: number, timeUs: number): boolean {
    const own = facts.nodes[leader];
    if (own === undefined || own.log.chain.term(own.view.commit) === own.view.term) {
      this.#term = -1;
      return false;
    }
    const { term, lastIndex, match, configuration } = own.view;
    if (this.#term !== term) {
      this.#term = term;
      this.#upTo = lastIndex;
      this.#looks = [];
    }
    let held = 0;
    for (const voter of [...configuration.voters, ...configuration.outgoing]) {
      held += Math.min(match[voter - 1] ?? 0, this.#upTo);
    }
    const { windowUs, leastCaughtUp } = facts.pace;
    this.#looks.push([timeUs, held]);
    while ((this.#looks[1]?.[0] ?? timeUs) <= timeUs - windowUs) this.#looks.shift();
    const [sinceUs, before] = this.#looks[0] as Look;
    const due = Math.floor((leastCaughtUp * (timeUs - sinceUs)) / windowUs);
    return held - before >= Math.max(1, due);
  }
}
