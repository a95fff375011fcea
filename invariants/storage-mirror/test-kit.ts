import type { MirrorOperation } from './history.ts';

/** A change that made one entry: ten bytes were put. */
export function operation(fields: Partial<MirrorOperation>, index: number): MirrorOperation {
  return {
    ...{ client: 0, path: '/a', does: 'put', sizeBytes: 10, stamp: 1, side: 0 },
    ...{ firstIndex: index, lastIndex: index, indexes: [index] },
    ...{ firstSeen: index, lastSeen: index, found: null, outcome: 'ok', errno: '' },
    ...fields,
  };
}
