import { plainConfiguration } from '../../src/systems/raft/confchange.ts';
import { KvMachine } from '../../src/systems/raft/kv-machine.ts';
import { e11, e12, e13, replicated, restart, type StoryBook } from './stories.ts';
import { configurationEntry } from './stories-of-members.ts';
import { command, entry, type Rig, type RigStep } from './test-kit.ts';

/** A step in which a node tells another one that it votes for it. */
function grant(to: number, term: number): RigStep {
  return { sent: [[to, { kind: 'vote-reply', pre: false, term, granted: true }]] };
}

const two = plainConfiguration([2, 3]);
const withoutOne = configurationEntry(1, 2, two);
/** Halves that share one voter only. */
const apart = { ...plainConfiguration([1, 2]), outgoing: [1, 3], autoLeave: true };
const both = configurationEntry(1, 2, apart);

/** Stories about logs and elections of a whole cluster. */
export const cluster: StoryBook = {
  I20: {
    red: { 'two win one term': (rig) => rig.elect(0, 1).elect(1, 1) },
    green: { 'two win two terms': (rig) => rig.elect(0, 1).elect(1, 2) },
  },
  I32: {
    red: {
      'nobody else voted': (rig) => rig.elect(0, 1),
      'the other vote was for another term': (rig) => rig.step(1, grant(0, 1)).elect(0, 2),
      'a leader leads on when its removal is committed': (rig) => {
        rig.step(1, grant(0, 1)).elect(0, 1);
        rig.step(0, { log: [e11, withoutOne], marks: { configuration: two } });
        rig.step(0, { marks: { commit: 2 } });
      },
      'one half of a joint configuration voted': (rig) => {
        rig.step(1, grant(0, 1)).elect(0, 1);
        rig.step(0, { log: [e11, both], marks: { configuration: apart } });
        rig.step(0, { marks: { role: 'follower', term: 2, leaderId: 0 } });
        rig.step(1, grant(0, 2)).elect(0, 2);
      },
      'its own vote is not durable': (rig) => {
        rig.step(1, grant(0, 1)).step(0, { marks: { role: 'leader', term: 1, leaderId: 1 } });
      },
    },
    green: {
      'two of three voted': (rig) => rig.step(1, grant(0, 1)).elect(0, 1),
      'a leader that removes itself leads until that is committed': (rig) => {
        rig.step(1, grant(0, 1)).elect(0, 1);
        rig.step(0, { log: [e11, withoutOne], marks: { configuration: two } });
        rig.step(0, { marks: { commit: 1 } });
        rig.step(0, { marks: { commit: 2, role: 'follower', leaderId: 0 } });
      },
    },
  },
  I21: {
    red: {
      'an entry that no leader made': (rig) => rig.step(0, { marks: { term: 1 }, log: [e11] }),
      'two entries of one name': (rig) => {
        replicated(rig);
        rig.step(1, { log: [e11, entry(1, 2, 'other')] });
      },
    },
    green: {
      'another entry of another name': (rig) => {
        replicated(rig);
        rig.elect(1, 2).step(1, { log: [e11, entry(2, 2)], marks: { logEpoch: 1 } });
      },
    },
  },
  I22: {
    red: {
      'the same entry behind another past': (rig) => {
        replicated(rig);
        rig.step(1, { log: [] });
        rig.step(1, { log: [entry(1, 1, 'other'), e12] });
      },
    },
    green: {
      'the same entry behind the same past': (rig) => {
        rig.elect(0, 1).step(0, { log: [e11, e12] });
        rig.step(1, { marks: { term: 1 }, log: [entry(1, 1), entry(1, 2)] });
      },
      // Seed 181 of raft-storm.
      'a snapshot comes in over another entry than its last': (rig) => {
        rig.elect(1, 1).step(1, { log: [e11, e12] });
        rig.elect(0, 2).step(0, { log: [e11, entry(2, 2), entry(2, 3)] });
        rig.commit(0, 2);
        const after = rig.nodes[1] as Rig['nodes'][number];
        after.base = 2;
        after.baseTerm = 2;
        const marks = { role: 'follower', term: 2, votedFor: 0, snapshotIndex: 2 } as const;
        rig.step(1, { marks: { ...marks, snapshotTerm: 2, logEpoch: 1 }, log: [] });
        rig.step(1, { log: [entry(2, 3)] });
      },
    },
  },
  I23: {
    red: {
      'an old entry is committed by counting': (rig) => {
        replicated(rig);
        rig.step(0, { marks: { role: 'follower', term: 2 } });
        rig.elect(0, 3).step(0, { marks: { commit: 2 } });
      },
      'too few have it': (rig) => {
        rig.elect(0, 1).promise(0, { entries: [e11] });
        rig.step(0, { log: [e11], marks: { commit: 1 } });
      },
      'one half of a joint configuration has it': (rig) => {
        rig.elect(0, 1).hold(1, 1, [e11, both]);
        rig.promise(0, { entries: [e11, both] });
        rig.step(0, { log: [e11, both], marks: { configuration: apart } });
        rig.step(0, { marks: { commit: 2 } });
      },
      'a joint configuration is left before both halves have it': (rig) => {
        rig.elect(0, 1).hold(1, 1, [e11, both]);
        rig.promise(0, { entries: [e11, both] });
        rig.step(0, { log: [e11, both], marks: { configuration: apart } });
        const left = plainConfiguration([1, 2]);
        const log = [e11, both, configurationEntry(1, 3, left)];
        rig.step(0, { log, marks: { commit: 2, configuration: left } });
      },
      'a leader that is no voter counts itself': (rig) => {
        rig.elect(0, 1).hold(1, 1, [e11, withoutOne]);
        rig.promise(0, { entries: [e11, withoutOne] });
        rig.step(0, { log: [e11, withoutOne], marks: { configuration: two } });
        rig.step(0, { marks: { commit: 2 } });
      },
      'a leader counts itself too early': (rig) => {
        rig.elect(0, 1).hold(1, 1, [e11]);
        rig.step(0, { log: [e11], marks: { commit: 1 } });
      },
    },
    green: {
      'two of three have it': (rig) => {
        rig
          .elect(0, 1)
          .promise(0, { entries: [e11] })
          .hold(1, 1, [e11]);
        rig.step(0, { log: [e11], marks: { commit: 1 } });
      },
      'the two others have it': (rig) => {
        rig.elect(0, 1).hold(1, 1, [e11]).hold(2, 1, [e11]);
        rig.step(0, { log: [e11], marks: { commit: 1 } });
      },
      // An early seed 275 of raft-storm: the leader was suspended while the disk went.
      'one that had it has lost its disk since, which nobody could know': (rig) => {
        rig.elect(0, 1).hold(2, 1, [e11]);
        rig.promise(0, { entries: [e11] });
        rig.lifecycle(2, 'killed');
        rig.lifecycle(2, 'wiped');
        rig.boot(2, 'still recovering');
        rig.step(0, { log: [e11], marks: { commit: 1 } });
      },
    },
  },
  I24: {
    red: {
      'two commit different entries': (rig) => {
        replicated(rig);
        rig.commit(0, 2);
        rig.step(1, { log: [e11, entry(2, 2)], marks: { term: 2, logEpoch: 1 } });
        rig.commit(1, 2);
      },
    },
    green: {
      'two commit the same': (rig) => {
        replicated(rig);
        rig.commit(0, 2).commit(1, 1);
      },
    },
  },
  I25: {
    red: {
      'a node cuts what it has committed': (rig) => {
        replicated(rig);
        rig.commit(1, 2).step(1, { log: [e11] });
      },
      'a cut on disk leaves too few': (rig) => {
        rig
          .elect(0, 1)
          .promise(0, { entries: [e11] })
          .hold(1, 1, [e11])
          .step(0, { log: [e11] });
        rig.commit(0, 1);
        rig.promise(1, { term: 2, entries: [entry(2, 1)] });
      },
    },
    green: {
      'a node cuts what is not committed': (rig) => {
        replicated(rig);
        rig.commit(1, 1).step(1, { log: [e11] });
      },
    },
  },
  I26: {
    red: {
      'a leader lacks a committed entry': (rig) => {
        rig
          .elect(0, 1)
          .promise(0, { entries: [e11] })
          .hold(1, 1, [e11])
          .step(0, { log: [e11] });
        rig.commit(0, 1).elect(2, 2);
      },
      'it shows when the chain grows': (rig) => {
        rig
          .elect(0, 1)
          .promise(0, { entries: [e11] })
          .hold(1, 1, [e11])
          .step(0, { log: [e11] });
        rig.elect(2, 2).commit(0, 1);
      },
    },
    green: {
      'a leader holds it': (rig) => {
        replicated(rig);
        rig.commit(0, 2).elect(1, 2);
      },
      'a stale leader lacks what a later term committed': (rig) => {
        // Figure 8: an entry of term 1 is committed in term 3, and the leader of term 2 lacks it.
        rig
          .elect(0, 1)
          .step(0, { log: [e11] })
          .elect(2, 2);
        rig.step(0, { marks: { role: 'follower', term: 2 } }).elect(0, 3);
        rig.step(0, { log: [e11, entry(3, 2)] }).commit(0, 2);
        rig.step(1, { marks: { term: 3 }, log: [e11, entry(3, 2)] }).elect(1, 4);
      },
    },
  },
  I35: {
    red: {
      'a snapshot of what is not committed': (rig) => {
        replicated(rig);
        rig.promiseSnapshot(0, 1, 1, new KvMachine(9));
      },
      'a snapshot with another state': (rig) => {
        const log = [command(1, 1)];
        replicated(rig, log);
        rig.commit(0, 1);
        const machine = new KvMachine(9);
        machine.apply(entry(1, 1));
        rig.promiseSnapshot(0, 1, 1, machine);
      },
    },
    green: {
      'a snapshot of the state': (rig) => {
        replicated(rig, [command(1, 1)]);
        rig.commit(0, 1).promiseSnapshot(0, 1, 1, rig.nodes[0]!.machine);
      },
    },
  },
  I36: {
    red: {
      'a durable entry is gone': (rig) => {
        replicated(rig);
        restart(rig, 1, [e11]);
      },
      'its own start cut a durable entry': (rig) => {
        replicated(rig);
        rig.lifecycle(1, 'killed');
        rig.boot(1, 'still recovering');
        const other = entry(1, 2, 'other');
        rig.promise(1, { entries: [other] });
        rig.step(1, { marks: { phase: 'running', term: 1 }, log: [e11, other] });
      },
      'a node withdraws for nothing': (rig) => {
        replicated(rig);
        rig.lifecycle(1, 'killed');
        rig.boot(1, { marks: { phase: 'withdrawn' } });
      },
    },
    green: {
      'an entry that was not durable is gone': (rig) => {
        replicated(rig);
        rig.step(1, { log: [e11, e12, e13] });
        restart(rig, 1, [e11, e12]);
      },
      // Seed 1062 of raft-crashes.
      'the end of the log was void behind a snapshot': (rig) => {
        const [e21, e22] = [entry(2, 1), entry(2, 2)];
        rig.hold(2, 1, [e11, e12, e13]);
        rig.elect(0, 2).promise(0, { entries: [e21, e22] });
        rig
          .step(0, { log: [e21, e22] })
          .hold(1, 2, [e21, e22])
          .commit(0, 2);
        rig.promiseSnapshot(2, 2, 2, rig.nodes[0]!.machine);
        rig.lifecycle(2, 'killed');
        Object.assign(rig.nodes[2]!, { base: 2, baseTerm: 2 });
        rig.boot(2, { marks: { term: 2, commit: 2, applied: 2 }, log: [] });
      },
      'a repair gave an entry up, and its life ended before it ran': (rig) => {
        replicated(rig);
        rig.lifecycle(1, 'killed');
        rig.nodes[1]!.damaged = true;
        rig.boot(1, { marks: { phase: 'repairing' } });
        rig.lifecycle(1, 'killed');
        rig.nodes[1]!.damaged = false;
        rig.boot(1, { marks: { term: 1 }, log: [e11] });
        // The next restart has nothing to excuse it.
        rig.lifecycle(1, 'killed');
        rig.boot(1, { marks: { term: 1 }, log: [e11] });
      },
      // Seed 616593007397 of raft-storm: the sync was done, the directory sync after it failed.
      'an entry on the disk that the node never heard to be there is gone': (rig) => {
        replicated(rig);
        rig.promise(1, { entries: [e13] });
        rig.step(1, { log: [e11, e12, e13], marks: { stableIndex: 2 } });
        restart(rig, 1, [e11, e12]);
      },
      'a durable entry that was being replaced is gone': (rig) => {
        replicated(rig);
        rig.step(1, { log: [e11], marks: { term: 2 } });
        restart(rig, 1, [e11]);
      },
    },
  },
};
