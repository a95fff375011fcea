import { broken, hashText, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { KvMachine } from '../../src/systems/raft/kv-machine.ts';
import { decodeSnapshot, snapshotName } from '../../src/systems/raft/snapshot-format.ts';
import { stateHash } from './machine-model.ts';
import type { RaftFacts, RaftMoment } from './moment.ts';
import { remember } from './remember.ts';

/** Hash of the file that was found right, by index: nodes at one index write equal bytes. */
type Proved = Map<number, number>;

/** Indexes remembered; older snapshots have given way to newer ones on every node. */
const rememberedFiles = 64;

export const snapshotIsTheChain = rung<RaftMoment, Proved>({
  id: 'I35',
  title: 'snapshots tell the truth',
  statement: 'A snapshot names a committed entry and holds the state that the chain gives there.',
  source: 'derived from Raft, section 7; openraft#1892',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['snapshot'],
  ghost: () => new Map(),
  check({ node, own, before, after, facts }, proved) {
    const { snapshotIndex: index, snapshotTerm: term } = before === after ? own.durable : after;
    const { chain } = facts.canonical;
    if (index === 0 || index < chain.base) return premiseFalse;
    if (index > chain.last || chain.term(index) !== term) {
      const canonicalTerm = index > chain.last ? 'not committed' : chain.term(index);
      return broken({ nodes: [node], values: { index, term, canonicalTerm } });
    }
    // The bytes are judged when the disk promises them, the marks whenever they change.
    if (before !== after) return held;
    if (facts.machine.effect(index) === undefined) return premiseFalse;
    if (proved.get(index) === own.durable.snapshotHash) return held;
    const outcome = stateOnDisk(facts, node, index);
    if (outcome === held) remember(proved, index, own.durable.snapshotHash, rememberedFiles);
    return outcome;
  },
});

function stateOnDisk({ world, machine }: RaftFacts, node: number, index: number): Outcome {
  const effect = machine.effect(index);
  const bytes = world.disk(node).promisedBytes(snapshotName(index));
  const snapshot = bytes === undefined ? undefined : decodeSnapshot(bytes);
  if (snapshot === undefined || effect === undefined) return premiseFalse;
  const restored = new KvMachine(Number.POSITIVE_INFINITY);
  restored.restore(snapshot.machine);
  const state = stateHash(restored);
  if (state === effect.state && restored.applied === index) return held;
  const values = { index, state: hashText(state), canonical: hashText(effect.state) };
  return broken({ nodes: [node], values: { ...values, applied: restored.applied } });
}
