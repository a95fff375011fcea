import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { BlocksRead } from '../../src/systems/storage/messages/data-messages.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

/** Replicas of a chunk that are not among those of its newest version. */
interface LeftOut {
  readonly version: number;
  readonly fence: number;
  readonly servers: readonly number[];
  /** A write under the new version is on some disk. */
  written: boolean;
}

interface Replicas {
  readonly members: Map<number, readonly number[]>;
  readonly leftOut: Map<number, LeftOut>;
}

export const leftOutServesNobody = rung<StorageMoment, Replicas>({
  id: 'SC7',
  title: 'who is left out serves nobody',
  statement:
    'A replica that a new version was formed without answers no reader any more once something was written under that version.',
  source:
    'Ceph, Preventing stale reads; 3FS, heartbeats as leases; garage Jepsen set1, reg2; Gray and Cheriton 1989',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'fragments', 'send:blocks-read'],
  ghost: () => ({ members: new Map(), leftOut: new Map() }),
  check({ node, facts, message, peer, isChain, changes }, replicas): Outcome {
    if (message?.kind === 'blocks-read') {
      return judgeAnswer(facts, node, peer, message as BlocksRead, replicas.leftOut);
    }
    if (isChain) follow(facts, replicas);
    else {
      for (const { record, fragment } of changes) {
        const out = replicas.leftOut.get(fragment.chunk);
        if (out !== undefined && record.kind === 'write' && record.fence >= out.fence) {
          out.written = true;
        }
      }
    }
    return premiseFalse;
  },
});

/** Notes who drops out of a chain; who comes back with a later version is let in again. */
function follow({ oracle }: StorageFacts, { members, leftOut }: Replicas): void {
  for (const cell of oracle.touched.values()) {
    if (cell.table !== 'chunks') continue;
    const chunk = cell.key as number;
    const row = oracle.state.chunks.get(chunk);
    const before = members.get(chunk) ?? [];
    if (row === undefined || row.version === 0) {
      members.delete(chunk);
      leftOut.delete(chunk);
      continue;
    }
    members.set(chunk, row.members);
    const { kind } = oracle.state.classes.get(row.classId)!.redundancy;
    const isFormed = row.grant?.open === true && row.grant.version === row.version;
    const known = leftOut.get(chunk);
    if (kind !== 'replicated' || !isFormed || known?.version === row.version) continue;
    const stillOut = known?.servers.filter((server) => !row.members.includes(server)) ?? [];
    const out = before.filter((server) => server !== 0 && !row.members.includes(server));
    const servers = [...new Set([...stillOut, ...out])];
    const { version, grant } = row;
    const { fence } = grant!;
    if (servers.length === 0) leftOut.delete(chunk);
    else leftOut.set(chunk, { version, fence, servers, written: false });
  }
}

function judgeAnswer(
  facts: StorageFacts,
  node: number,
  to: number,
  answer: BlocksRead,
  leftOut: ReadonlyMap<number, LeftOut>,
): Outcome {
  const asked = facts.reads.of(node, to, answer);
  if (asked === undefined || answer.fault !== null || asked.read.forRepair) return premiseFalse;
  const { chunk, version } = asked.read;
  const out = leftOut.get(chunk);
  if (out === undefined || !out.written) return premiseFalse;
  if (version >= out.version || !out.servers.includes(node + 1)) return held;
  return broken({ nodes: [node], values: { chunk, version, formed: out.version } });
}
