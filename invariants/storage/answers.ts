import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import { encodeReply, type Reply } from '../../src/systems/storage/metadata/reply.ts';
import type { StorageMoment } from './moment.ts';

/** Commands whose answer may come from a later entry than their own: their version's commit. */
const answeredLater: ReadonlySet<string> = new Set(['grant-write']);

export const answersAreCommitted = rung<StorageMoment>({
  id: 'SB2',
  title: 'answered when committed',
  statement: 'A client is told of an entry only when it is committed, and what it was told stays.',
  source: 'Raft, section 8; lizardfs#577, #938: acknowledged for weeks, never on a disk',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['answered', 'told'],
  check({ node, answer, told, facts }) {
    const index = (told ?? answer)!.index;
    if (index === 0) return premiseFalse;
    if (index <= facts.oracle.last) return held;
    return broken({ nodes: [node], values: { index, committed: facts.oracle.last } });
  },
});

export const answersAreTrue = rung<StorageMoment>({
  id: 'SE2',
  title: 'linearizable calls',
  statement:
    'A call takes effect at the index that its answer names: the answer is that of the log there, and no call that was over before it began stands behind.',
  source: 'Herlihy and Wing 1990; the applied index as witness',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['answered'],
  check({ node, answer, call, facts }) {
    if (answer === undefined || call === undefined || answer.index === 0) return premiseFalse;
    const { index, reply } = answer;
    const { kind } = call.call.command;
    if (index <= call.floor) {
      return broken({ nodes: [node], values: { kind, index, knownBefore: call.floor } });
    }
    const entry = facts.oracle.at(index);
    if (entry === undefined || reply === null) return premiseFalse;
    if (answeredLater.has(kind) && reply.kind === 'error') return premiseFalse;
    if (entry.reply !== undefined && isSame(entry.reply, reply)) return held;
    return broken({
      nodes: [node],
      values: { kind, index, reply, canonical: entry.reply ?? null },
    });
  },
});

function isSame(a: Reply, b: Reply): boolean {
  if (a.kind !== b.kind) return false;
  const [first, second] = [encodeReply(a), encodeReply(b)];
  return first.length === second.length && first.every((byte, at) => byte === second[at]);
}

export const exactlyOnce = rung<StorageMoment>({
  id: 'SE3',
  title: 'exactly once',
  statement: 'However often a request is in the log, it is carried out once and answered alike.',
  source: 'Ongaro, dissertation, section 6.3; minio#9931',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['chain'],
  check({ node, facts: { oracle } }) {
    let outcome: ReturnType<typeof broken> | typeof held | typeof premiseFalse = premiseFalse;
    for (let index = oracle.freshFrom; index <= oracle.last; index += 1) {
      const { firstIndex, reply, envelope } = oracle.at(index)!;
      if (firstIndex === 0 || firstIndex === index || reply === undefined) continue;
      const first = oracle.at(firstIndex)!.reply!;
      // The session may be over, or the client may have said that it has the answer.
      const isGone = reply.kind === 'error' && goneErrors.has(reply.errno);
      if (!isGone && !isSame(first, reply)) {
        const { kind } = envelope!.command;
        return broken({ nodes: [node], values: { kind, index, firstIndex, first, reply } });
      }
      outcome = held;
    }
    return outcome;
  },
});

const goneErrors: ReadonlySet<string> = new Set(['ENOTCONN', 'ESTALE', 'EINVAL']);
