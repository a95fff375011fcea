import type { RaftKvMessage } from '../../src/systems/raft/kv-messages.ts';
import { encodeSnapshot, snapshotName } from '../../src/systems/raft/snapshot-format.ts';
import type { Entry } from '../../src/systems/raft/types.ts';
import { e11, e12, e13, replicated, type StoryBook } from './stories.ts';
import { entry, type Rig } from './test-kit.ts';
import { append, grant, reply } from './test-messages.ts';

/** A node of a cluster that holds and has committed two entries dies and finds its disk damaged. */
function damaged(rig: Rig, node: number): void {
  replicated(rig);
  rig.commit(0, 2);
  rig.lifecycle(node, 'killed');
  rig.nodes[node]!.damaged = true;
  rig.boot(node, { marks: { phase: 'repairing' } });
}

function told(commit: number, commitTerm: number, entries: readonly Entry[]): RaftKvMessage {
  return {
    kind: 'repair-reply',
    firstIndex: 1,
    commit,
    commitTerm,
    entries,
    snapshotIndex: 0,
    offset: 0,
    totalBytes: 0,
    data: new Uint8Array(0),
  };
}

const asks: RaftKvMessage = {
  kind: 'repair-request',
  index: 1,
  leastSnapshot: 0,
  snapshotIndex: 0,
  offset: 0,
};

/** A snapshot file whose configuration may be another one. */
function promiseSnapshot(rig: Rig, node: number, voters: readonly number[]): void {
  const machine = rig.nodes[0]!.machine.save();
  const configuration = { voters, outgoing: [], learners: [], learnersNext: [], autoLeave: false };
  const { file } = encodeSnapshot(2, 1, configuration, machine);
  rig.nodes[node]!.files.set(snapshotName(2), file);
  rig.run.directoryPromised?.(node, '');
}

/** Stories about nodes that have lost something. */
export const damage: StoryBook = {
  I45: {
    red: {
      'a repair drops a committed entry': (rig) => {
        damaged(rig, 1);
        rig.promise(1, { entries: [entry(1, 2, 'other')] });
      },
      'a start drops one without noticing damage': (rig) => {
        replicated(rig);
        rig.commit(0, 2);
        rig.lifecycle(1, 'killed');
        rig.boot(1, 'still recovering');
        rig.promise(1, { term: 2, entries: [entry(2, 1)] });
      },
      'a repair drops an entry that is committed later': (rig) => {
        replicated(rig, [e11, e12]);
        rig.commit(0, 1);
        rig.lifecycle(1, 'killed');
        rig.nodes[1]!.damaged = true;
        rig.boot(1, { marks: { phase: 'repairing' } });
        rig.promise(1, { entries: [entry(1, 2, 'other')] });
        rig.commit(0, 2);
      },
      'a node denies what is committed': (rig) => {
        damaged(rig, 1);
        rig.step(0, { sent: [[1, told(2, 7, [])]] });
      },
      'a node calls committed what is not': (rig) => {
        damaged(rig, 1);
        rig.step(0, { sent: [[1, told(3, 1, [])]] });
      },
      'a node serves an entry that is not the one of its name': (rig) => {
        damaged(rig, 1);
        rig.step(0, { sent: [[1, told(2, 1, [entry(1, 2, 'rotten')])]] });
      },
    },
    green: {
      'what was lost is told as it is, and written again': (rig) => {
        damaged(rig, 1);
        rig.step(0, { sent: [[1, told(2, 1, [e11, e12])]] });
        rig.promise(1, { entries: [e11, e12] });
      },
      'a repair drops what nobody committed': (rig) => {
        replicated(rig, [e11, e12, e13]);
        rig.commit(0, 2);
        rig.lifecycle(1, 'killed');
        rig.nodes[1]!.damaged = true;
        rig.boot(1, { marks: { phase: 'repairing' } });
        rig.promise(1, { term: 2, entries: [entry(2, 3)] });
      },
    },
  },
  I46: {
    red: {
      'two files of one index differ': (rig) => {
        replicated(rig);
        rig.commit(0, 2);
        promiseSnapshot(rig, 0, [1, 2, 3]);
        promiseSnapshot(rig, 1, [1, 2]);
      },
    },
    green: {
      'two files of one index are equal': (rig) => {
        replicated(rig);
        rig.commit(0, 2);
        promiseSnapshot(rig, 0, [1, 2, 3]);
        promiseSnapshot(rig, 1, [1, 2, 3]);
      },
    },
  },
  I47: {
    red: {
      'a node that repairs votes': (rig) => {
        damaged(rig, 1);
        rig.step(1, { sent: [[2, grant(2)]] });
      },
      'a node that repairs serves entries as a leader': (rig) => {
        damaged(rig, 1);
        rig.step(1, { sent: [[2, append(1, 0, 0, [e11])]] });
      },
      'a node that repairs answers a client': (rig) => {
        damaged(rig, 1);
        rig.step(1, { sent: [[3, reply({ status: 'ok' })]] });
      },
      'a node that has withdrawn leads': (rig) => {
        damaged(rig, 1);
        rig.step(1, { marks: { phase: 'withdrawn', role: 'leader', term: 1 } });
        rig.run.finish?.();
      },
    },
    green: {
      'a node that repairs asks for what it has lost': (rig) => {
        damaged(rig, 1);
        rig.step(1, { sent: [[0, asks]] });
      },
      'a node that repairs refuses a client': (rig) => {
        damaged(rig, 1);
        rig.step(1, { sent: [[3, reply({ status: 'unavailable' })]] });
      },
      'a node that was repaired votes': (rig) => {
        damaged(rig, 1);
        rig.step(1, { sent: [[0, asks]] });
        rig.step(1, { marks: { phase: 'running', term: 1 }, log: [e11, e12] });
        rig.step(1, { sent: [[2, grant(2)]] });
      },
    },
  },
};
