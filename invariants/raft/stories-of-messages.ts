import { e11, e12, e13, replicated, restart, type StoryBook } from './stories.ts';
import { entry, type Rig } from './test-kit.ts';
import {
  ack,
  append,
  askVote,
  giveWay,
  grant,
  installed,
  reply,
  request,
} from './test-messages.ts';

/** A follower hears from the leader of the first term. */
function hears(rig: Rig, node: number): void {
  rig.step(node, { marks: { leaderId: 1 } });
  rig.step(node, { received: [0, append(1, 2, 1, [])] });
}

/** Stories about what nodes tell each other. */
export const messages: StoryBook = {
  I15: {
    red: {
      'a term is told before it is durable': (rig) =>
        rig.step(0, { marks: { term: 2 }, sent: [[1, append(2, 0, 0, [])]] }),
      'a term is invented': (rig) =>
        rig.promise(0, { term: 1 }).step(0, { marks: { term: 1 }, sent: [[1, askVote(2, 0, 0)]] }),
    },
    green: {
      'a pre-vote asks about the next term': (rig) =>
        rig
          .promise(0, { term: 1 })
          .step(0, { marks: { term: 1 }, sent: [[1, { ...askVote(2, 0, 0), pre: true }]] }),
    },
  },
  I16: {
    red: {
      'a grant without a record': (rig) => rig.step(0, { sent: [[1, grant(1)]] }),
      'a campaign before its own vote is durable': (rig) =>
        rig.step(0, {
          marks: { term: 1, role: 'candidate', votedFor: 1 },
          sent: [[1, askVote(1, 0, 0)]],
        }),
      'a campaign with a tail that is not durable': (rig) =>
        rig.promise(0, { term: 1, vote: 1 }).step(0, {
          log: [e11],
          marks: { term: 1, role: 'candidate', votedFor: 1 },
          sent: [[1, askVote(1, 1, 1)]],
        }),
      'an acknowledgement before the sync': (rig) =>
        rig.promise(0, { term: 1 }).step(0, { log: [e11], sent: [[1, ack(1, 1)]] }),
      'an installation before the sync': (rig) =>
        rig.promise(0, { term: 1 }).step(0, { sent: [[1, installed(1, 4)]] }),
    },
    green: {
      'an acknowledgement after the sync': (rig) =>
        rig.hold(0, 1, [e11]).step(0, { sent: [[1, ack(1, 1)]] }),
      'a late acknowledgement of an earlier term': (rig) =>
        rig
          .hold(0, 1, [e11])
          .step(0, { sent: [[1, ack(1, 1)]] })
          .promise(0, { term: 2 })
          .step(0, { sent: [[1, ack(1, 5)]] }),
      // Seed 1033 of raft-storm.
      'an acknowledgement was held back until memory followed a later leader': (rig) =>
        rig
          .hold(0, 1, [e11, e12])
          .step(0, { marks: { term: 2, logEpoch: 1 }, log: [e11, entry(2, 2)] })
          .step(0, { sent: [[1, ack(1, 2)]] }),
    },
  },
  I17: {
    red: {
      'a follower sends appends': (rig) =>
        rig.hold(1, 1, [e11]).step(1, { sent: [[0, append(1, 0, 0, [e11])]] }),
      'a batch leaves an entry out': (rig) => {
        replicated(rig, [e11, e12, e13]);
        rig.step(0, { sent: [[1, append(1, 0, 0, [e11, e13])]] });
      },
      'an entry is not that of the log': (rig) => {
        replicated(rig);
        rig.step(0, { sent: [[1, append(1, 1, 1, [entry(1, 2, 'other')])]] });
      },
      'what precedes is named wrongly': (rig) => {
        replicated(rig);
        rig.step(0, { sent: [[1, append(1, 0, 0, [e12])]] });
      },
    },
    green: {
      'entries leave in the step that compacts them away': (rig) => {
        replicated(rig, [e11, e12, e13]);
        rig.nodes[0]!.base = 2;
        rig.nodes[0]!.baseTerm = 1;
        rig.step(0, { log: [e13], sent: [[1, append(1, 0, 0, [e11, e12, e13])]] });
      },
      'a copy of an entry is the entry': (rig) => {
        replicated(rig);
        rig.step(0, { sent: [[1, append(1, 1, 1, [entry(1, 2)])]] });
      },
    },
  },
  I18: {
    red: {
      'the whole log is acknowledged': (rig) => {
        rig.hold(1, 1, [e11, e12]).step(1, { received: [0, append(1, 0, 0, [e11])] });
        rig.step(1, { sent: [[0, ack(1, 2)]] });
      },
      'nobody asked': (rig) => rig.hold(1, 1, [e11]).step(1, { sent: [[0, ack(1, 1)]] }),
    },
    green: {
      'one answer to two appends': (rig) => {
        rig.hold(1, 1, [e11, e12]).step(1, { received: [0, append(1, 1, 1, [e12])] });
        rig.step(1, { received: [0, append(1, 0, 0, [e11])] });
        rig.step(1, { sent: [[0, ack(1, 2)]] });
      },
    },
  },
  I19: {
    red: {
      'more is believed than there is': (rig) => {
        replicated(rig);
        rig.step(0, { marks: { match: [0, 3, 0], next: [4, 4, 1] } });
      },
      'a follower has less on its disk': (rig) => {
        rig
          .elect(0, 1)
          .promise(0, { entries: [e11, e12] })
          .step(0, { log: [e11, e12] });
        rig.hold(1, 1, [e11]).step(0, { marks: { match: [0, 2, 0], next: [3, 3, 1] } });
      },
      'a follower has something else': (rig) => {
        rig
          .elect(0, 1)
          .promise(0, { entries: [e11] })
          .step(0, { log: [e11] });
        rig.hold(1, 1, [entry(1, 1, 'other')]);
        rig.step(0, { marks: { match: [0, 1, 0], next: [2, 2, 1] } });
      },
    },
    green: {
      'a follower has it': (rig) => {
        replicated(rig);
        rig.step(0, { marks: { match: [0, 2, 0], next: [3, 3, 1] } });
      },
    },
  },
  I27: {
    red: {
      'a vote for a shorter log': (rig) => {
        rig.hold(0, 1, [e11, e12]);
        rig.step(0, { received: [1, askVote(2, 1, 1)], marks: { term: 2, votedFor: 2 } });
      },
      'a grant without a look': (rig) => {
        rig.hold(0, 1, [e11, e12]).step(0, { received: [1, askVote(2, 1, 1)] });
        rig.step(0, { marks: { term: 2 }, sent: [[1, grant(2)]] });
      },
    },
    green: {
      // Seed 834 of raft-crashes: the first vote never became durable, the log grew before the reply.
      'another vote in the same term after a crash': (rig) => {
        rig.hold(0, 1, [e11]);
        rig.step(0, { received: [2, askVote(2, 1, 1)], marks: { term: 2, votedFor: 3 } });
        restart(rig, 0, [e11]);
        rig.step(0, { received: [1, askVote(2, 1, 1)], marks: { term: 2, votedFor: 2 } });
        rig.promise(0, { term: 2, vote: 2, entries: [entry(2, 2)] });
        rig.step(0, { log: [e11, entry(2, 2)], sent: [[1, grant(2)]] });
      },
      // Mutant E10: the vote was there before it was asked, the log grew before the reply.
      'a vote for the leader that is followed already': (rig) => {
        rig.hold(0, 1, [e11]).step(0, { marks: { term: 2, votedFor: 2, leaderId: 2 } });
        rig.step(0, { received: [1, askVote(2, 1, 1)] });
        rig.promise(0, { term: 2, vote: 2, entries: [entry(2, 2)] });
        rig.step(0, { log: [e11, entry(2, 2)], sent: [[1, grant(2)]] });
      },
      'a vote for a shorter log of a later term': (rig) => {
        rig.hold(0, 1, [e11, e12]);
        rig.step(0, { received: [1, askVote(3, 1, 2)], marks: { term: 3, votedFor: 2 } });
      },
    },
  },
  I56: {
    red: {
      'a vote beside a leader that lives': (rig) => {
        rig.hold(0, 1, [e11]).step(0, { marks: { leaderId: 3 } });
        rig.step(0, { received: [2, append(1, 1, 1, [])] });
        rig.step(0, { received: [1, askVote(2, 1, 1)], marks: { term: 2, votedFor: 2 } });
      },
      'an order of long ago': (rig) => {
        rig.hold(0, 1, [e11]).step(0, { marks: { leaderId: 3 } });
        rig.step(1, { received: [2, giveWay(1)], marks: { term: 2, role: 'candidate' } });
        rig.wait(1_000_000).step(0, { received: [2, append(1, 1, 1, [])] });
        rig.step(0, { received: [1, askVote(3, 1, 1)], marks: { term: 3, votedFor: 2 } });
      },
    },
    green: {
      'a leader that was silent for a time-out': (rig) => {
        rig.hold(0, 1, [e11]).step(0, { marks: { leaderId: 3 } });
        rig.step(0, { received: [2, append(1, 1, 1, [])] });
        rig.wait(200_000);
        rig.step(0, { received: [1, askVote(2, 1, 1)], marks: { term: 2, votedFor: 2 } });
      },
      // Seed 1000844 of raft-leases.
      'a request comes when its candidate has been ordered to campaign once more': (rig) => {
        rig.hold(0, 1, [e11]).step(0, { marks: { leaderId: 3 } });
        rig.step(0, { received: [2, append(1, 1, 1, [])] });
        for (const term of [2, 4]) {
          rig.step(1, { marks: { term: term - 1, role: 'follower' } });
          rig.step(1, { received: [2, giveWay(term - 1)], marks: { term, role: 'candidate' } });
        }
        rig.step(0, { received: [1, askVote(2, 1, 1)], marks: { term: 2, votedFor: 2 } });
      },
      // Seed 305949001216 of raft-partitions: a clog held them back.
      'what the leader sent in an earlier term comes late': (rig) => {
        rig.hold(0, 1, [e11]).step(0, { marks: { term: 2, leaderId: 3 } });
        rig.step(0, { received: [2, append(2, 1, 1, [])] });
        rig.wait(200_000).step(0, { received: [2, append(1, 1, 1, [])] });
        rig.step(0, { received: [1, askVote(3, 1, 1)], marks: { term: 3, votedFor: 2 } });
      },
      'the leader wants it': (rig) => {
        rig.hold(0, 1, [e11]).step(0, { marks: { leaderId: 3 } });
        rig.step(0, { received: [2, append(1, 1, 1, [])] });
        rig.step(1, { received: [2, giveWay(1)], marks: { term: 2, role: 'candidate' } });
        rig.step(0, { received: [1, askVote(2, 1, 1)], marks: { term: 2, votedFor: 2 } });
      },
    },
  },
  I57: {
    red: {
      'a read is served at once': (rig) => {
        replicated(rig);
        const read = request({ operation: 'get' });
        rig.step(0, { received: [3, read], sent: [[3, reply({ index: 2 })]] });
      },
      'who heard from the leader had heard before the read came': (rig) => {
        replicated(rig);
        hears(rig, 1);
        rig.step(0, { received: [3, request({ operation: 'get' })] });
        rig.step(0, { sent: [[3, reply({ index: 2 })]] });
      },
    },
    green: {
      'a quorum heard from the leader': (rig) => {
        replicated(rig);
        rig.step(0, { received: [3, request({ operation: 'get' })] });
        hears(rig, 1);
        rig.step(0, { sent: [[3, reply({ index: 2 })]] });
      },
    },
  },
  I34: {
    red: {
      'a wiped node votes': (rig) => {
        rig.lifecycle(0, 'killed');
        rig.lifecycle(0, 'wiped');
        rig.boot(0);
        rig.step(0, { sent: [[1, grant(1)]] });
      },
      'a wiped node runs as if nothing were': (rig) => {
        rig.lifecycle(0, 'killed');
        rig.lifecycle(0, 'wiped');
        rig.boot(0);
      },
      'a wiped node confirms a round of its leader': (rig) => {
        rig.lifecycle(0, 'killed');
        rig.lifecycle(0, 'wiped');
        rig.boot(0, { marks: { phase: 'withdrawn' } });
        rig.step(0, { sent: [[1, { kind: 'heartbeat-reply', term: 1, round: 1 }]] });
      },
    },
    green: {
      'a wiped node withdraws': (rig) => {
        rig.lifecycle(0, 'killed');
        rig.lifecycle(0, 'wiped');
        rig.boot(0, { marks: { phase: 'withdrawn' } });
      },
    },
  },
};
