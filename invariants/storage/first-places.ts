import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { fragmentBytes } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { writtenClass } from '../../src/systems/storage/metadata/write-leases.ts';
import type { StorageClass } from '../../src/systems/storage/placement/storage-class.ts';
import { mostMore, overfullDomains } from './caps.ts';
import type { ProposedPlaces, StorageMoment } from './moment.ts';
import { Proposals } from './proposals.ts';
import { sitesOf, takers } from './room.ts';

export const firstPlacesAreLawful = rung<StorageMoment, Proposals<Outcome>>({
  id: 'SF12',
  title: 'placed well at once',
  statement:
    'The parts of a new chunk, stripe or code are placed beyond no cap of its class while servers that have worked for a while would keep all caps.',
  source: 'MooseNG: constraints as a warning (NG7); HDDS-4244; storage.md, section 4, F1',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'moves'],
  ghost: () => new Proposals(),
  check(moment, proposals): Outcome {
    const { node, timeUs, facts, isChain, places } = moment;
    let outcome: Outcome = premiseFalse;
    if (isChain) {
      for (const [{ envelope, reply }, verdict] of proposals.committed(facts.oracle, timeUs)) {
        if (verdict === undefined) continue;
        const command = envelope?.command;
        // Replicas are written where they lie, whatever the leader proposed.
        const isPlaced =
          reply?.kind === 'conversion' ||
          (reply?.kind === 'grant' &&
            command?.kind === 'grant-write' &&
            reply.members.every((member, at) => member === command.members[at]));
        if (!isPlaced) continue;
        if (verdict.kind === 'broken') return broken({ ...verdict, nodes: [node] });
        outcome = verdict;
      }
    }
    for (const one of places) {
      if (!proposals.isSettled(one.term, timeUs, facts.timings)) continue;
      proposals.note(one.term, one.index, judge(moment, one));
    }
    return outcome;
  },
});

function judge(
  { facts, metadata, leader, timeUs }: StorageMoment,
  { command }: ProposedPlaces,
): Outcome {
  const { state } = metadata!;
  const storageClass = classOf(state, command);
  if (storageClass === undefined) return premiseFalse;
  const { caps } = storageClass;
  const { members } = command;
  const beyond = overfullDomains(caps, sitesOf(state, members));
  if (beyond.length === 0) return held;
  const bytes = fragmentBytes(state, storageClass);
  const able = takers(state, state.servers.keys(), bytes).filter((server) => {
    const hasRoom = (leader!.servers.all.get(server)?.freeBytes ?? 0) >= bytes;
    return hasRoom && facts.steady.has(facts, server, timeUs);
  });
  if (mostMore(caps, [], sitesOf(state, able)) < members.length) return premiseFalse;
  return broken({ nodes: [], values: { members, beyond, able } });
}

/** The class by which such a command places. */
function classOf(
  state: MetadataState,
  command: ProposedPlaces['command'],
): Readonly<StorageClass> | undefined {
  if (command.kind === 'convert-begin') return state.classes.get(command.classId);
  const { chunk = 0 } = state.slots.get(command.inode, command.index) ?? {};
  return writtenClass(state, command.inode, state.chunks.get(chunk));
}
