import { e11, e12, e13, replicated, restart, type StoryBook } from './stories.ts';
import { entry } from './test-kit.ts';
import { grant } from './test-messages.ts';

/** Stories about one node. */
export const oneNode: StoryBook = {
  I1: {
    red: {
      'a handler throws': (rig) => rig.run.threw?.(1, new Error('oops'), 5),
      'time stands still': (rig) => rig.run.stuck('too many steps at 5 us', 5),
    },
    green: { 'a node restarts': (rig) => restart(rig, 0, []) },
  },
  I3: {
    red: {
      'a leader campaigns in place': (rig) =>
        rig.elect(0, 1).step(0, { marks: { role: 'candidate', term: 2 } }),
      'a leader takes another term': (rig) => rig.elect(0, 1).step(0, { marks: { term: 2 } }),
      'a follower leads at once': (rig) => rig.step(0, { marks: { role: 'leader', term: 1 } }),
    },
    green: {
      'a leader steps down, then campaigns': (rig) =>
        rig
          .elect(0, 1)
          .step(0, { marks: { role: 'follower', term: 2 } })
          .step(0, { marks: { role: 'pre-candidate' } }),
    },
  },
  I4: {
    red: {
      'more is committed than there is': (rig) => rig.step(0, { log: [e11], marks: { commit: 2 } }),
      'more is applied than committed': (rig) => {
        rig.nodes[0]!.machine.applied = 1;
        rig.step(0, { log: [e11] });
      },
    },
    green: { 'all is applied': (rig) => rig.hold(0, 1, [e11]).commit(0, 1) },
  },
  I5: {
    red: {
      'terms fall': (rig) => rig.step(0, { marks: { term: 2 }, log: [entry(2, 1), entry(1, 2)] }),
      'an entry is from the future': (rig) => rig.step(0, { log: [e11] }),
      'an index is left out': (rig) => rig.step(0, { marks: { term: 1 }, log: [e11, e13] }),
    },
    green: {
      'terms rise, with a jump': (rig) =>
        rig.step(0, { marks: { term: 9 }, log: [e11, entry(7, 2)] }),
    },
  },
  I5d: {
    red: { 'records leave a gap': (rig) => rig.promise(0, { term: 1, entries: [e11, e13] }) },
    green: {
      'a record takes the place of another': (rig) =>
        rig.promise(0, { term: 2, entries: [e11, e12, entry(2, 2)] }),
    },
  },
  I6: {
    red: {
      'a leader names another': (rig) => rig.elect(0, 1).step(0, { marks: { leaderId: 2 } }),
      'two leaders of one term': (rig) =>
        rig.step(0, { marks: { term: 1, leaderId: 2 } }).step(0, { marks: { leaderId: 3 } }),
    },
    green: {
      'another leader in another term': (rig) =>
        rig
          .step(0, { marks: { term: 1, leaderId: 2 } })
          .step(0, { marks: { term: 2, leaderId: 3 } }),
    },
  },
  I7: {
    red: {
      'a term falls': (rig) => rig.step(0, { marks: { term: 2 } }).step(0, { marks: { term: 1 } }),
      'a restart forgets it': (rig) => {
        rig.promise(0, { term: 3 }).step(0, { marks: { term: 3 } });
        restart(rig, 0, []);
      },
    },
    green: {
      'a restart forgets what was not durable': (rig) => {
        rig.promise(0, { term: 1 }).step(0, { marks: { term: 3 } });
        restart(rig, 0, []);
      },
    },
  },
  I8: {
    red: {
      'a second vote after a restart': (rig) => {
        rig.promise(0, { term: 1, vote: 2 }).step(0, { sent: [[1, grant(1)]] });
        restart(rig, 0, []);
        rig.step(0, { sent: [[2, grant(1)]] });
      },
      'a restart forgets a vote': (rig) => {
        rig.promise(0, { term: 1, vote: 2 }).step(0, { sent: [[1, grant(1)]] });
        restart(rig, 0, []);
      },
      'a grant to one, a record for another': (rig) =>
        rig.promise(0, { term: 1, vote: 2 }).step(0, { sent: [[2, grant(1)]] }),
      'a grant to one, a record for another, and a third leads': (rig) => {
        rig.elect(0, 1).promise(2, { term: 1, vote: 3 });
        rig.step(2, { sent: [[1, grant(1)]] });
      },
      'a second grant, when the first has made a leader': (rig) => {
        rig.promise(2, { term: 1, vote: 1 }).step(2, { sent: [[0, grant(1)]] });
        rig.elect(0, 1).step(2, { sent: [[1, grant(1)]] });
      },
      'a record for who leads, and grants to two others': (rig) => {
        rig.elect(0, 1).promise(2, { term: 1, vote: 1 });
        rig.step(2, { sent: [[1, grant(1)]] }).step(2, { sent: [[3, grant(1)]] });
      },
    },
    green: {
      'the same vote twice': (rig) =>
        rig.promise(0, { term: 1, vote: 2 }).step(0, {
          sent: [
            [1, grant(1)],
            [1, grant(1)],
          ],
        }),
      // Seed 607813000202 of raft-storm, by a control that takes a leader for whom it voted for.
      'a second vote, for who leads already': (rig) => {
        rig.elect(0, 1).promise(2, { term: 1, vote: 2 });
        rig.step(2, { sent: [[1, grant(1)]] }).promise(2, { vote: 1, term: 1 });
        rig.step(2, { sent: [[0, grant(1)]] });
      },
      // Seed 124784000040, by the same control: its disk was full while the vote waited to be told.
      'a grant that waited, and a record for who leads by now': (rig) => {
        rig.elect(0, 1).promise(2, { term: 1, vote: 1 });
        rig.step(2, { sent: [[1, grant(1)]] });
      },
      'a vote in each of two terms': (rig) =>
        rig
          .promise(0, { term: 1, vote: 2 })
          .step(0, { sent: [[1, grant(1)]] })
          .promise(0, { term: 2, vote: 3 })
          .step(0, { sent: [[2, grant(2)]] }),
    },
  },
  I9: {
    red: {
      'commit falls': (rig) =>
        rig
          .hold(0, 1, [e11, e12])
          .commit(0, 2)
          .step(0, { marks: { commit: 1 } }),
    },
    green: {
      'commit starts anew in a new life': (rig) => {
        rig.hold(0, 1, [e11, e12]).commit(0, 2);
        restart(rig, 0, [e11, e12]);
        rig.step(0, { marks: { commit: 1 } });
      },
    },
  },
  I10: {
    red: {
      'what is not committed is applied': (rig) => {
        rig.nodes[0]!.machine.applied = 1;
        rig.step(0, { log: [e11], marks: { applied: 1 } });
      },
      'what counts as applied falls, and the machine does not': (rig) => {
        rig.hold(0, 1, [e11, e12, e13]).commit(0, 3);
        rig.step(0, { marks: { applied: 2 } });
      },
      'entries are skipped without a snapshot': (rig) => {
        rig.nodes[0]!.base = 2;
        rig.nodes[0]!.baseTerm = 1;
        rig.step(0, { marks: { commit: 3 }, log: [e13] });
        rig.nodes[0]!.machine.applied = 3;
        rig.step(0, { marks: { applied: 3 } });
      },
    },
    green: {
      'a batch is applied at once': (rig) => rig.hold(0, 1, [e11, e12, e13]).commit(0, 3),
    },
  },
  I11: {
    red: {
      'a leader drops its tail': (rig) => {
        replicated(rig);
        rig.step(0, { log: [e11] });
      },
      'a leader rewrites an entry': (rig) => {
        replicated(rig);
        rig.step(0, { log: [e11, entry(1, 2, 'other')], marks: { logEpoch: 1 } });
      },
    },
    green: {
      'a former leader drops its tail': (rig) => {
        replicated(rig);
        rig.step(0, { log: [e11, e12, e13] });
        rig.step(0, { marks: { role: 'follower', term: 2 } });
        rig.step(0, { log: [e11] });
      },
    },
  },
  I12: {
    red: {
      'match falls': (rig) => {
        replicated(rig);
        rig.step(0, { marks: { match: [0, 2, 0], next: [3, 3, 1] } });
        rig.step(0, { marks: { match: [0, 1, 0], next: [3, 3, 1] } });
      },
      'next is not above match': (rig) => {
        replicated(rig);
        rig.step(0, { marks: { match: [0, 2, 0], next: [3, 2, 1] } });
      },
    },
    green: {
      'next goes back to match and one': (rig) => {
        replicated(rig);
        rig.step(0, { marks: { match: [0, 1, 0], next: [3, 3, 1] } });
        rig.step(0, { marks: { match: [0, 1, 0], next: [3, 2, 1] } });
      },
    },
  },
};
