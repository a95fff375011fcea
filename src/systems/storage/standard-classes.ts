import type { Config, Domain } from '../../sim/system-definition.ts';
import {
  capsFor,
  type Level,
  type Redundancy,
  type StorageClass,
} from './placement/storage-class.ts';

function copies(count: number): Redundancy {
  return { kind: 'replicated', copies: count };
}

function coded(dataParts: number, parityParts: number): Redundancy {
  return { kind: 'erasure', dataParts, parityParts };
}

function standard(
  id: number,
  redundancy: Redundancy,
  survives: Level,
  rest: Pick<StorageClass, 'name' | 'strategy' | 'whenInfeasible'>,
  landing: number = 0,
): StorageClass {
  return { id, redundancy, caps: capsFor(redundancy, survives), ...rest, landing };
}

/**
 * The classes that a cluster is set up with, by every code and every way to place. One that "flags"
 * takes what places there are when a domain is gone; one that "refuses" rather takes nothing.
 */
export const standardClasses: readonly StorageClass[] = [
  standard(1, copies(3), 'zone', { name: 'copies', strategy: 'spread', whenInfeasible: 'flag' }),
  standard(2, copies(3), 'region', {
    name: 'far-copies',
    strategy: 'spread',
    whenInfeasible: 'flag',
  }),
  standard(3, copies(2), 'zone', {
    name: 'pair',
    strategy: 'rack-aware',
    whenInfeasible: 'refuse',
  }),
  standard(4, coded(4, 2), 'region', { name: '4+2', strategy: 'spread', whenInfeasible: 'flag' }),
  standard(5, coded(8, 4), 'region', { name: '8+4', strategy: 'spread', whenInfeasible: 'flag' }),
  standard(6, coded(8, 3), 'zone', {
    name: '8+3',
    strategy: 'region-aware',
    whenInfeasible: 'flag',
  }),
  standard(7, coded(16, 4), 'zone', {
    name: '16+4',
    strategy: 'capacity-weighted',
    whenInfeasible: 'refuse',
  }),
];

/** Classes whose chunks are replicated until nobody writes them any more, and coded from then on. */
const sealedClasses: readonly StorageClass[] = [
  standard(
    8,
    coded(4, 2),
    'region',
    { name: 'sealed-4+2', strategy: 'spread', whenInfeasible: 'flag' },
    2,
  ),
];

/** Which class the root has at first, and all that is made below it. */
export const classKnobs: Readonly<Record<string, Domain>> = {
  'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies', '4+2', 'pair', '8+4'] },
};

/** All classes, the root's first. */
export function classesFrom(config: Config): readonly StorageClass[] {
  const root = config['storage.rootClass'] ?? 'copies';
  const all = [...standardClasses, ...sealedClasses];
  return [...all.filter(({ name }) => name === root), ...all.filter(({ name }) => name !== root)];
}
