/** How the bytes of a chunk are made redundant. */
export type Redundancy =
  | { readonly kind: 'replicated'; readonly copies: number }
  | { readonly kind: 'erasure'; readonly dataParts: number; readonly parityParts: number };

/** Failure domains, the smallest first. */
export const levels = ['host', 'zone', 'region'] as const;
export type Level = (typeof levels)[number];

/** How many parts of one chunk a single host, zone or region may hold. */
export type Caps = Readonly<Record<Level, number>>;

/**
 * What comes first among the places that the caps allow.
 * - `spread`: the emptiest region, in it the emptiest zone, in it the emptiest host.
 * - `rack-aware`: the emptiest zone, whatever its region; a zone stands for a rack.
 * - `region-aware`: the home region as far as its cap goes, then as `spread`.
 * - `capacity-weighted`: only the draw, by weights that operators give in proportion to the room of
 *   their servers. Neither capacity nor what is free of it is looked at here.
 * Among equals always weighted rendezvous hashing decides.
 */
export const strategies = ['spread', 'rack-aware', 'region-aware', 'capacity-weighted'] as const;
export type Strategy = (typeof strategies)[number];

/** A storage class as the metadata hold it. */
export interface StorageClass {
  readonly id: number;
  readonly name: string;
  readonly redundancy: Redundancy;
  readonly caps: Caps;
  readonly strategy: Strategy;
  /** What happens to a chunk for which the caps cannot be kept: an error, or a flagged placement. */
  readonly whenInfeasible: 'refuse' | 'flag';
  /**
   * Class of a new chunk until nobody writes it any more ("convert on seal"): writers wait for a chain
   * of replicas, not for a whole stripe. 0: chunks are of this class from the start.
   */
  readonly landing: number;
}

/** A cap that binds nothing. */
export const unlimited = 255;

/** Copies, or data and parity parts together. */
export function totalParts(redundancy: Redundancy): number {
  return redundancy.kind === 'replicated'
    ? redundancy.copies
    : redundancy.dataParts + redundancy.parityParts;
}

/** How many parts it takes to read: 1 for replicas, k for a code. */
export function neededParts(redundancy: Redundancy): number {
  return redundancy.kind === 'replicated' ? 1 : redundancy.dataParts;
}

/** How many parts may be lost. */
export function toleratedLosses(redundancy: Redundancy): number {
  return totalParts(redundancy) - neededParts(redundancy);
}

/**
 * How many parts must be durable before a write counts: a majority of copies, k + ceil(m/2) parts.
 * Fewer are an error for the writer, never silently one copy.
 */
export function minimumDurable(redundancy: Redundancy): number {
  return redundancy.kind === 'replicated'
    ? Math.floor(redundancy.copies / 2) + 1
    : redundancy.dataParts + Math.ceil(redundancy.parityParts / 2);
}

/**
 * The caps under which the loss of any one domain of the level `survives` loses no data: one copy
 * in a domain, or as many parts as the code may lose; one part in a host always. A class for
 * several regions ("geo") is one that survives a region.
 */
export function capsFor(redundancy: Redundancy, survives: Level): Caps {
  const most = redundancy.kind === 'replicated' ? 1 : Math.max(1, redundancy.parityParts);
  return {
    host: 1,
    zone: survives === 'host' ? unlimited : most,
    region: survives === 'region' ? most : unlimited,
  };
}

/** What is wrong with a class, or null. */
export function classFault(storageClass: StorageClass): string | null {
  const { redundancy, caps, name } = storageClass;
  const total = totalParts(redundancy);
  if (!Number.isInteger(storageClass.id) || storageClass.id < 1) return 'the id is at least 1';
  if (name.length === 0 || name.length > 64) return 'the name has 1 to 64 letters';
  if (neededParts(redundancy) < 1 || toleratedLosses(redundancy) < 0) return 'no such code';
  if (total < 1 || total > 64) return 'a chunk has 1 to 64 parts';
  for (const level of levels) {
    if (caps[level] < 1 || caps[level] > unlimited) return `a cap per ${level} is 1 to 255`;
  }
  return null;
}
