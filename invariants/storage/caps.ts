import type { Caps } from '../../src/systems/storage/placement/storage-class.ts';

/** Where a server stands. Zones and hosts have numbers of their own in the whole topology. */
export interface Site {
  readonly region: number;
  readonly zone: number;
  readonly host: number;
}

/** Domains lie within one another: hosts in zones, zones in regions. */
const levels = ['host', 'zone', 'region'] as const;

/*
 * What a class says of domains, counted by the judge itself: the rules of placement that the system
 * goes by are what is judged.
 */

/** Domains that hold more of these parts than the class allows, for example `zone 3`. */
export function overfullDomains(caps: Caps, parts: readonly Site[]): string[] {
  const found = new Set<string>();
  for (const level of levels) {
    for (const one of parts) {
      if (partsIn(parts, level, one) > caps[level]) found.add(`${level} ${one[level]}`);
    }
  }
  return [...found];
}

/** How many parts there are beyond the caps, over all domains. */
export function partsTooMany(caps: Caps, parts: readonly Site[]): number {
  let tooMany = 0;
  for (const level of levels) {
    const seen = new Set<number>();
    for (const one of parts) {
      if (seen.has(one[level])) continue;
      seen.add(one[level]);
      tooMany += Math.max(0, partsIn(parts, level, one) - caps[level]);
    }
  }
  return tooMany;
}

/** Whether one more part at a site is one that a cap forbids. */
export function isOneTooMany(caps: Caps, parts: readonly Site[], more: Site): boolean {
  return levels.some((level) => partsIn(parts, level, more) >= caps[level]);
}

/**
 * The most parts that can be put on these servers, one on each, beside what is there, under all caps.
 * Exact, as domains form a tree: under a domain there is room for as many as under all that lie in
 * it, and for no more than its cap leaves.
 */
export function mostMore(caps: Caps, parts: readonly Site[], able: readonly Site[]): number {
  let groups = able.map((at): Group => ({ at, room: 1 }));
  for (const level of levels) {
    const byDomain = new Map<number, Group>();
    for (const { at, room } of groups) {
      const group = byDomain.get(at[level]) ?? { at, room: 0 };
      group.room += room;
      byDomain.set(at[level], group);
    }
    groups = [...byDomain.values()];
    for (const group of groups) {
      const left = caps[level] - partsIn(parts, level, group.at);
      group.room = Math.max(0, Math.min(group.room, left));
    }
  }
  return groups.reduce((sum, { room }) => sum + room, 0);
}

/** Servers of one domain, and how many parts there is room for under it. */
interface Group {
  readonly at: Site;
  room: number;
}

function partsIn(parts: readonly Site[], level: (typeof levels)[number], at: Site): number {
  let count = 0;
  for (const one of parts) if (one[level] === at[level]) count += 1;
  return count;
}
