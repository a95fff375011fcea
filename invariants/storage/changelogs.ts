import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { MetadataMachine } from '../../src/systems/storage/metadata/machine.ts';
import { MetaloggerService } from '../../src/systems/storage/metalogger/metalogger-service.ts';
import { readChangelog } from '../../src/systems/storage/metalogger/read-changelog.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

/** Between two looks at one metalogger: what it could not write is in its saved tables sooner or later. */
const lookEveryUs = 1_000_000;

export const changelogsReplay = rung<StorageMoment, Map<number, number>>({
  id: 'SB4',
  title: 'changelogs replay',
  statement:
    'What a metalogger has promised to its disk leads to the tables of the committed log, up to all that it counts as durable.',
  source: 'lizardfs#577, #938; leilfs#349; MooseNG metalogger',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['pulse', 'end'],
  // When each one was looked at last.
  ghost: () => new Map(),
  check({ facts, timeUs }, lookedUs) {
    const { masters, firstServer } = facts.topology;
    const isEnd = facts.phase === 'end';
    let outcome: Outcome = premiseFalse;
    for (let node = masters; node < firstServer; node++) {
      if (!isEnd && timeUs < (lookedUs.get(node) ?? 0) + lookEveryUs) continue;
      lookedUs.set(node, timeUs);
      const found = changelogOf(facts, node);
      if (found.kind === 'broken') return found;
      if (found === held) outcome = held;
    }
    return outcome;
  },
});

/** The tables that a metalogger's disk leads to, by what it has promised. */
export function replayed(
  { world, settings }: StorageFacts,
  node: number,
): { readonly applied: number; readonly hash: string } {
  const disk = world.disk(node);
  const bytes = (file: string): Uint8Array | undefined => disk.promisedBytes(file);
  const { entries, states, gaps } = readChangelog({ files: disk.promisedFiles(), bytes });
  const start = states.findLast(({ index }) => gaps.every(({ to }) => to <= index));
  const machine = new MetadataMachine(settings);
  if (start !== undefined) machine.restore(start.saved);
  for (const entry of entries) if (entry.index === machine.applied + 1) machine.apply(entry);
  return { applied: machine.applied, hash: machine.hash() };
}

function changelogOf(facts: StorageFacts, node: number): Outcome {
  const { world, oracle } = facts;
  const { service } = (world.state(node) ?? {}) as { readonly service?: unknown };
  // A disk that has lost something lawfully owes nothing for it.
  if (!(service instanceof MetaloggerService) || world.damaged(node)) return premiseFalse;
  const { applied, hash } = replayed(facts, node);
  const { durable } = service.changelog;
  const expected = applied === 0 ? hash : oracle.at(applied)?.hash;
  if (applied >= durable && hash === expected) return applied === 0 ? premiseFalse : held;
  const values = { applied, durable, hash: `#${hash}`, canonical: `#${expected ?? ''}` };
  return broken({ nodes: [node], values });
}
