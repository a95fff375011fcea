import { broken, held, mix, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { ReedSolomon } from '../../src/systems/storage/erasure/reed-solomon.ts';
import type { StorageMoment } from './moment.ts';
import { type Code, codeOf, isEqual, StripeParts } from './stripe-parts.ts';

interface Ghost {
  readonly stripes: StripeParts;
  readonly codes: Map<string, ReedSolomon>;
}

export const anyPartsSuffice = rung<StorageMoment, Ghost>({
  id: 'SA1',
  title: 'any parts suffice',
  statement:
    'When all parts of a stripe are on disks, any so many of them as it takes give back the others: a drawn set for each stripe.',
  source:
    'Plank 1997, any k of n; lizardfs#746, isa-l#13: codes of which some sets of parts cannot be decoded',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  ghost: () => ({ stripes: new StripeParts(), codes: new Map() }),
  check({ node, changes, facts }, { stripes, codes }): Outcome {
    let outcome: Outcome = premiseFalse;
    for (const { record } of changes) {
      if (record.kind !== 'put' || record.blocks.length === 0) continue;
      const { chunk, version, generation } = record;
      const code = codeOf(facts, chunk, generation);
      const parts = code === undefined ? undefined : stripes.take(record, code);
      if (code === undefined || parts === undefined) continue;
      const asked = drawn(parts.length, code[0], mix(mix(chunk, version), generation));
      const wrong = firstWrong(codec(codes, code), parts, asked);
      if (wrong !== undefined) {
        const values = { chunk, version, generation, asked, part: wrong };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

function codec(codes: Map<string, ReedSolomon>, [dataParts, parityParts]: Code): ReedSolomon {
  const name = `${dataParts}+${parityParts}`;
  const known = codes.get(name) ?? new ReedSolomon(dataParts, parityParts);
  codes.set(name, known);
  return known;
}

/** So many of the parts, in their order. */
function drawn(total: number, count: number, from: number): number[] {
  const ranks = Array.from({ length: total }, (_, part) => ({ part, rank: mix(from, part) >>> 0 }));
  ranks.sort((a, b) => a.rank - b.rank || a.part - b.part);
  return ranks
    .slice(0, count)
    .map(({ part }) => part)
    .sort((a, b) => a - b);
}

/** The first part that does not follow from those that are asked; undefined: all do. */
function firstWrong(
  code: ReedSolomon,
  parts: readonly Uint8Array[],
  asked: readonly number[],
): number | undefined {
  const given = parts.map((bytes, part) => (asked.includes(part) ? bytes : null));
  const others = [...parts.keys()].filter((part) => !asked.includes(part));
  let made: readonly Uint8Array[];
  try {
    made = code.rebuild(given, others);
  } catch {
    // These parts do not determine the rest.
    return others[0];
  }
  return others.find((part, at) => !isEqual(made[at]!, parts[part]!));
}
