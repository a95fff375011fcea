import { broken, hashBytes, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { auditState } from '../../src/systems/storage/metadata/audit.ts';
import { MetadataMachine } from '../../src/systems/storage/metadata/machine.ts';
import { readChangelog } from '../../src/systems/storage/metalogger/read-changelog.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

export const tablesAddUp = rung<StorageMoment>({
  id: 'SG5',
  title: 'tables add up',
  statement:
    'At the end, sums, links, references and indexes of the metadata are those that all rows give, counted anew.',
  source: 'MooseFS NEWS 3.0.85: wrong counters of directories; ceph, forward scrub of sums',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['end'],
  check({ facts: { oracle } }) {
    if (oracle.last === 0) return premiseFalse;
    const [wrong, ...more] = auditState(oracle.state);
    if (wrong === undefined) return held;
    return broken({ nodes: [], values: { wrong, more: more.length } });
  },
});

export const changelogIsTheLog = rung<StorageMoment>({
  id: 'SB5',
  title: 'changelogs are the log',
  statement:
    'Every whole record of a changelog is the committed entry of its index, and saved tables are those that the log gives there.',
  source: 'lizardfs#682, MooseNG metalogger/wal: numbers that begin anew; leilfs#7',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['phase', 'end'],
  check({ facts }) {
    const { masters, firstServer } = facts.topology;
    let outcome: Outcome = premiseFalse;
    for (let node = masters; node < firstServer; node += 1) {
      const found = judgeChangelog(facts, node);
      if (found.kind === 'broken') return found;
      if (found === held) outcome = held;
    }
    return outcome;
  },
});

function judgeChangelog({ world, oracle, settings }: StorageFacts, node: number): Outcome {
  const disk = world.disk(node);
  const files = disk.actualFiles();
  const changelog = readChangelog({ files, bytes: (file) => disk.actualBytes(file) });
  for (const { index, term, data } of changelog.entries) {
    const committed = oracle.at(index);
    if (committed === undefined || committed.term !== term || committed.data !== hashBytes(data)) {
      const values = { index, term, committedTerm: committed?.term ?? 0, last: oracle.last };
      return broken({ nodes: [node], values });
    }
  }
  for (const { index, saved } of changelog.states) {
    const machine = new MetadataMachine(settings);
    machine.restore(saved);
    const hash = machine.hash();
    const expected = oracle.at(index)?.hash;
    if (hash === expected) continue;
    return broken({ nodes: [node], values: { index, hash, canonical: expected ?? '' } });
  }
  return changelog.entries.length > 0 ? held : premiseFalse;
}
