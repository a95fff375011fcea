import type { WorldView } from '../world-view.ts';

/** Largest cluster whose subsets are looked at one by one. */
const MAX_VOTERS = 12;

/**
 * Ground truth about progress: a *stable core* is a set of servers that
 *
 * - is a majority of the voters, or of each group that decides (see `decidedBy`),
 * - is up: neither down nor stalled nor suspended,
 * - has clocks within the declared bounds, and no slowed node,
 * - has disks that work at normal speed, hold all that they promised (damage that was repaired is
 *   as good as none), and no operation of whose current life failed with EIO (such a node may
 *   lawfully stand aside: see `budget.ts`),
 * - is a clique of fair links: between any two of them, both ways, nothing is cut, clogged or
 *   degraded. (What the environment loses all the time stays: a fair link loses some messages.)
 *   Where messages were made late, a link is fair from when the last of them is there.
 *
 * Because no member lacks anything that it promised, and a core meets every other majority in some
 * member, a good copy of each committed record is in the core.
 *
 * Nodes outside the core may do what they like, campaigning included; progress is owed all the
 * same once a core has lasted. For *how long* a core has to last is not decided here: that follows
 * from the drawn time-outs and latencies.
 *
 * Of several cores the oldest counts, and of equally old ones the largest. A core is remembered by
 * its parts: each node and each pair of nodes has the time since which it has been sound, and a set
 * is as old as its youngest part. So the core may lose a member that it did not need and keep its
 * age. Work is done only when `world.topologyVersion` has changed; call `update` after every step
 * and after every fault or lifecycle event, or changes that cancel out in between go unseen.
 */
export class StableCoreTracker {
  readonly #world: WorldView;
  readonly #voters: readonly number[];
  /** Sets of which a core must hold a majority each, and all their members. */
  #groups: readonly number[];
  #deciders: number;
  /** When the groups became what they are. */
  #groupsUs = -1;
  /** Per voter and per pair (row by row): sound since, or -1. */
  readonly #nodeSince: Float64Array;
  readonly #pairSince: Float64Array;
  /** Per set of voters (bit i: voter i): sound since, or Infinity. */
  readonly #setSince: Float64Array;
  #seenVersion = -1;
  #sinceUs = -1;
  #members = 0;

  /**
   * @param world the world that is watched
   * @param voters indices of the voting servers; default: all servers. At most 12.
   */
  constructor(world: WorldView, voters?: readonly number[]) {
    this.#world = world;
    this.#voters = voters ?? Array.from({ length: world.serverCount }, (_, node) => node);
    const count = this.#voters.length;
    if (count < 1 || count > MAX_VOTERS) {
      throw new RangeError(`a stable core is looked for among 1 to ${MAX_VOTERS} voters`);
    }
    this.#deciders = (1 << count) - 1;
    this.#groups = [this.#deciders];
    this.#nodeSince = new Float64Array(count).fill(-1);
    this.#pairSince = new Float64Array(count * count).fill(-1);
    this.#setSince = new Float64Array(1 << count);
    this.update();
  }

  /**
   * True time since which a stable core exists; -1 when there is none. It lies ahead when messages
   * that were made late are still under way between its members.
   */
  get sinceUs(): number {
    return this.#sinceUs;
  }

  /** How long the core has lasted, in microseconds; -1 when there is none. */
  get ageUs(): number {
    return this.#sinceUs < 0 ? -1 : Math.max(0, this.#world.timeUs - this.#sinceUs);
  }

  /** Whether a node is in the core. */
  has(node: number): boolean {
    const voter = this.#voters.indexOf(node);
    return voter >= 0 && (this.#members & (1 << voter)) !== 0;
  }

  /** Nodes of the core, ascending; empty when there is none. */
  members(): readonly number[] {
    return this.#voters.filter((_, voter) => (this.#members & (1 << voter)) !== 0);
  }

  /**
   * Other groups decide from now on: a core is made of their members, a majority of each, and is no
   * older than this change.
   * @param groups indices of servers
   */
  decidedBy(groups: readonly (readonly number[])[]): void {
    const sets = groups.map((group) => this.#setOf(group));
    if (sets.length === this.#groups.length && sets.every((set, at) => set === this.#groups[at])) {
      return;
    }
    this.#groups = sets;
    this.#deciders = sets.reduce((all, set) => all | set, 0);
    this.#groupsUs = this.#world.timeUs;
    this.#seenVersion = -1;
    this.update();
  }

  #setOf(group: readonly number[]): number {
    return group.reduce((set, node) => set | (1 << this.#voters.indexOf(node)), 0);
  }

  /** Looks again if anything that matters has changed. */
  update(): void {
    const version = this.#world.topologyVersion;
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#ageParts(this.#world.timeUs);
    this.#findOldest();
  }

  #decides(set: number): boolean {
    if ((set & ~this.#deciders) !== 0) return false;
    for (const group of this.#groups) {
      if (2 * bitCount(set & group) <= bitCount(group)) return false;
    }
    return true;
  }

  #ageParts(nowUs: number): void {
    const count = this.#voters.length;
    for (let a = 0; a < count; a++) {
      const node = this.#voters[a]!;
      renew(this.#nodeSince, a, this.#nodeSound(node), nowUs);
      for (let b = a + 1; b < count; b++) {
        const other = this.#voters[b]!;
        const world = this.#world;
        const fair = world.linkFair(node, other) && world.linkFair(other, node);
        const lateUs = fair
          ? Math.max(world.linkLateUntilUs(node, other), world.linkLateUntilUs(other, node))
          : 0;
        renew(this.#pairSince, a * count + b, fair, Math.max(nowUs, lateUs));
      }
    }
  }

  #nodeSound(node: number): boolean {
    const world = this.#world;
    return (
      !world.damaged(node) &&
      world.status(node) === 'up' &&
      world.clockWithinBounds(node) &&
      world.diskHealthy(node) &&
      !world.metIoError(node)
    );
  }

  #findOldest(): void {
    const since = this.#setSince;
    const count = this.#voters.length;
    let best = Number.POSITIVE_INFINITY;
    let members = 0;
    let size = 0;
    since[0] = 0;
    for (let set = 1; set < since.length; set++) {
      const lowest = 31 - Math.clz32(set & -set);
      const rest = set & (set - 1);
      const age = this.#with(lowest, rest, since[rest]!, count);
      since[set] = age;
      if (age > best || !this.#decides(set)) continue;
      const setSize = bitCount(set);
      if (age < best || (age === best && age !== Number.POSITIVE_INFINITY && setSize > size)) {
        best = age;
        members = set;
        size = setSize;
      }
    }
    this.#sinceUs = best === Number.POSITIVE_INFINITY ? -1 : Math.max(best, this.#groupsUs);
    this.#members = members;
  }

  /** Age of a set made of `rest` (all bits above `lowest`) and `lowest`. */
  #with(lowest: number, rest: number, restSince: number, count: number): number {
    let since = Math.max(restSince, orNever(this.#nodeSince[lowest]!));
    for (let other = lowest + 1; other < count && since !== Number.POSITIVE_INFINITY; other++) {
      if ((rest & (1 << other)) === 0) continue;
      since = Math.max(since, orNever(this.#pairSince[lowest * count + other]!));
    }
    return since;
  }
}

function renew(since: Float64Array, at: number, sound: boolean, nowUs: number): void {
  if (!sound) since[at] = -1;
  else if (since[at]! < 0) since[at] = nowUs;
}

function orNever(sinceUs: number): number {
  return sinceUs < 0 ? Number.POSITIVE_INFINITY : sinceUs;
}

function bitCount(set: number): number {
  let count = 0;
  for (let left = set; left !== 0; left &= left - 1) count++;
  return count;
}
