import { maxWeight, nearer, rendezvousDraw } from './rendezvous.ts';
import { type Level, levels, neededParts, type StorageClass, totalParts } from './storage-class.ts';

/** One disk of one chunkserver: where a part can lie. */
export interface Place {
  /** At least 1; 0 means no place. */
  readonly id: number;
  readonly region: number;
  /** Unique in the whole topology, as are hosts. */
  readonly zone: number;
  readonly host: number;
  /** Share of the data relative to others, as by capacity; 0 takes nothing. At most 2^26. */
  readonly weight: number;
  readonly freeBytes: number;
  /** Only a place that is `up` takes new parts. */
  readonly state: 'up' | 'down' | 'draining';
}

export interface PlacementRequest {
  readonly places: readonly Place[];
  readonly storageClass: StorageClass;
  /** What is placed: the chunk's id. */
  readonly key: number;
  /** Places that hold a part already, by part; 0 where one is wanted. Empty means all are wanted. */
  readonly held: readonly number[];
  /** Size of one part. */
  readonly partBytes: number;
  /** Places that must not be chosen, for a reason of the caller's. */
  readonly excluded: readonly number[];
  /** For the strategy `region-aware`; 0 means none. */
  readonly homeRegion: number;
}

export type RefusalReason =
  | 'down'
  | 'draining'
  | 'no-weight'
  | 'no-space'
  | 'excluded'
  | 'holds-a-part'
  | `${Level}-cap`
  | 'others-came-first';

/** Why a place did not get a part. */
export interface Refusal {
  readonly place: number;
  readonly reason: RefusalReason;
}

/** Why a place got a part: what it was compared by, in the order of `comparedBy`. */
export interface Choice {
  readonly part: number;
  readonly place: number;
  /** Parts of this chunk that its domains held before. */
  readonly before: Readonly<Record<Level, number>>;
  /** Its distance by rendezvous hashing, undivided by the weight. */
  readonly draw: number;
  /** It was chosen although a cap of the class is exceeded. */
  readonly beyond: readonly Level[];
}

export interface Placement {
  /**
   * `refused`: nothing may be written. `degraded`: caps exceeded, or parts without a place. What can be
   * read by the parts that are held is never refused: some of what it lacks is better than none.
   */
  readonly verdict: 'satisfied' | 'degraded' | 'refused';
  /** Places by part; 0 where none was found. When refused, what was held. */
  readonly members: readonly number[];
  readonly chosen: readonly Choice[];
  readonly refused: readonly Refusal[];
  /** Parts for which no place within the caps exists. */
  readonly shortfall: number;
  readonly comparedBy: readonly string[];
}

/** How many parts of the chunk at hand each domain holds. */
export type DomainUse = Readonly<Record<Level, Map<number, number>>>;

interface Candidate {
  readonly place: Place;
  readonly draw: number;
}

/**
 * Chooses a place for each wanted part. Domains lie within one another, so their caps form a laminar
 * matroid: picking any allowed place at a time never leads to fewer parts than another choice would
 * have. So whatever the strategy prefers, when this finds no place for a part, there is none.
 */
export function place(request: PlacementRequest): Placement {
  const { storageClass } = request;
  const total = totalParts(storageClass.redundancy);
  const members = Array.from({ length: total }, (_, part) => request.held[part] ?? 0);
  const use = domainUse(request.places, members);
  const refused: Refusal[] = [];
  const candidates: Candidate[] = [];
  for (const one of request.places) {
    const reason = unfit(one, request, members);
    if (reason !== null) refused.push({ place: one.id, reason });
    else candidates.push({ place: one, draw: rendezvousDraw(request.key, one.id) });
  }
  const chosen: Choice[] = [];
  const within = (one: Place) => exceeded(one, use, storageClass) === null;
  fill(request, members, use, candidates, chosen, within);
  const shortfall = members.filter((member) => member === 0).length;
  if (shortfall > 0 && storageClass.whenInfeasible === 'flag') {
    const free = (one: Place) => (use.host.get(one.host) ?? 0) < storageClass.caps.host;
    fill(request, members, use, candidates, chosen, free);
  }
  for (const { place: one } of candidates) {
    if (members.includes(one.id)) continue;
    const level = exceeded(one, use, storageClass);
    refused.push({ place: one.id, reason: level === null ? 'others-came-first' : `${level}-cap` });
  }
  refused.sort((a, b) => a.place - b.place);
  const comparedBy = comparisons[storageClass.strategy];
  const placed = members.filter((member) => member !== 0).length;
  const needed = neededParts(storageClass.redundancy);
  const isReadable = placed - chosen.length >= needed;
  const isFlagged = storageClass.whenInfeasible === 'flag' && placed >= needed;
  if (shortfall > 0 && !isFlagged && !isReadable) {
    const held = Array.from({ length: total }, (_, part) => request.held[part] ?? 0);
    return { verdict: 'refused', members: held, chosen: [], refused, shortfall, comparedBy };
  }
  const verdict = shortfall > 0 ? 'degraded' : 'satisfied';
  return { verdict, members, chosen, refused, shortfall, comparedBy };
}

const comparisons: Readonly<Record<StorageClass['strategy'], readonly string[]>> = {
  spread: ['region', 'zone', 'host', 'draw'],
  'rack-aware': ['zone', 'host', 'draw'],
  'region-aware': ['home', 'region', 'zone', 'host', 'draw'],
  'capacity-weighted': ['draw'],
};

/** Counts the members in each domain; members that the topology does not know count nowhere. */
export function domainUse(places: readonly Place[], members: readonly number[]): DomainUse {
  const use: DomainUse = { host: new Map(), zone: new Map(), region: new Map() };
  for (const one of places) {
    for (const member of members) if (member === one.id) count(use, one);
  }
  return use;
}

/** The caps that a set of members breaks, as `level domain`; empty for a lawful placement. */
export function brokenCaps(
  places: readonly Place[],
  storageClass: StorageClass,
  members: readonly number[],
): readonly string[] {
  const use = domainUse(places, members);
  return levels.flatMap((level) =>
    [...use[level]]
      .filter(([, used]) => used > storageClass.caps[level])
      .map(([domain]) => `${level} ${domain}`),
  );
}

/** By how many parts a set of members exceeds the caps of its class, over all domains. */
export function partsBeyondCaps(
  places: readonly Place[],
  storageClass: StorageClass,
  members: readonly number[],
): number {
  const use = domainUse(places, members);
  let beyond = 0;
  for (const level of levels) {
    for (const used of use[level].values()) beyond += Math.max(0, used - storageClass.caps[level]);
  }
  return beyond;
}

function count(use: DomainUse, one: Place): void {
  for (const level of levels) use[level].set(one[level], (use[level].get(one[level]) ?? 0) + 1);
}

function unfit(
  one: Place,
  request: PlacementRequest,
  members: readonly number[],
): RefusalReason | null {
  if (members.includes(one.id)) return 'holds-a-part';
  if (one.state !== 'up') return one.state;
  if (request.excluded.includes(one.id)) return 'excluded';
  if (one.weight < 1 || one.weight > maxWeight) return 'no-weight';
  return one.freeBytes < request.partBytes ? 'no-space' : null;
}

/** The smallest domain of a place that would exceed its cap, or null. */
function exceeded(one: Place, use: DomainUse, storageClass: StorageClass): Level | null {
  for (const level of levels) {
    if ((use[level].get(one[level]) ?? 0) >= storageClass.caps[level]) return level;
  }
  return null;
}

function fill(
  request: PlacementRequest,
  members: number[],
  use: DomainUse,
  candidates: readonly Candidate[],
  chosen: Choice[],
  allowed: (one: Place) => boolean,
): void {
  for (let part = 0; part < members.length; part++) {
    if (members[part] !== 0) continue;
    let best: Candidate | null = null;
    for (const candidate of candidates) {
      if (members.includes(candidate.place.id) || !allowed(candidate.place)) continue;
      if (best === null || better(candidate, best, request, use)) best = candidate;
    }
    if (best === null) return;
    const { caps } = request.storageClass;
    const held = (level: Level) => use[level].get(best.place[level]) ?? 0;
    chosen.push({
      part,
      place: best.place.id,
      before: { host: held('host'), zone: held('zone'), region: held('region') },
      draw: best.draw,
      beyond: levels.filter((level) => held(level) >= caps[level]),
    });
    members[part] = best.place.id;
    count(use, best.place);
  }
}

function better(a: Candidate, b: Candidate, request: PlacementRequest, use: DomainUse): boolean {
  for (const what of comparisons[request.storageClass.strategy]) {
    const difference = compare(what, a, b, request, use);
    if (difference !== 0) return difference < 0;
  }
  return a.place.id < b.place.id;
}

function compare(
  what: string,
  a: Candidate,
  b: Candidate,
  request: PlacementRequest,
  use: DomainUse,
): number {
  switch (what) {
    case 'region':
    case 'zone':
    case 'host':
      return (use[what].get(a.place[what]) ?? 0) - (use[what].get(b.place[what]) ?? 0);
    case 'home': {
      const away = (one: Candidate) => (one.place.region === request.homeRegion ? 0 : 1);
      return away(a) - away(b);
    }
    default:
      if (nearer(a.draw, a.place.weight, b.draw, b.place.weight)) return -1;
      return nearer(b.draw, b.place.weight, a.draw, a.place.weight) ? 1 : 0;
  }
}
