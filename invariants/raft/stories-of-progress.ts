import { replicated, type StoryBook } from './stories.ts';
import { entry, type Rig } from './test-kit.ts';
import { giveWay, reply, request } from './test-messages.ts';

/** Links to the first node are bad, so the core is made of the others. */
function apartFromLeader(rig: Rig): void {
  rig.fair = (from, to) => from !== 0 && to !== 0;
  rig.lifecycle(0, 'resumed');
}

/** A node wins, and another one hears of it. */
function leads(rig: Rig, node: number, term: number): Rig {
  const others = [0, 1, 2].filter((other) => other !== node);
  for (const other of others) {
    rig.step(other, { marks: { role: 'follower', term, leaderId: 0 } });
  }
  rig.elect(node, term);
  for (const other of others) rig.step(other, { marks: { leaderId: node + 1 } });
  return rig;
}

/** Stories about progress. */
export const progress: StoryBook = {
  I48: {
    red: { 'nobody leads for long': (rig) => void rig.wait(10_000_000) },
    green: {
      // Seed 400395 of raft-leases.
      'leaders die as soon as they have won': (rig) => {
        rig.fair = (from, to) => from !== 2 && to !== 2;
        for (let term = 1; term < 60; term += 1) {
          leads(rig, 2, term);
          rig.lifecycle(2, 'killed');
          rig.boot(2, { marks: { term } });
          rig.wait(200_000);
        }
        leads(rig, 0, 60).wait(10_000_000);
      },
      'a leader is found late': (rig) => {
        rig.wait(1_000_000).elect(0, 1);
        rig.step(1, { marks: { term: 1, leaderId: 1 } }).wait(10_000_000);
      },
      'nobody leads where links are bad': (rig) => {
        rig.wait(400_000).elect(0, 1);
        rig.step(1, { marks: { term: 1, leaderId: 1 } }).wait(100_000);
        rig.fair = () => false;
        rig.lifecycle(0, 'suspended');
        rig.step(1, { marks: { leaderId: 0 } }).wait(10_000_000);
      },
      // Seed 1543 of raft-storm.
      'a leader outside the core keeps its quorum': (rig) => {
        apartFromLeader(rig);
        rig.wait(400_000).elect(0, 1);
        rig.step(2, { marks: { term: 1, leaderId: 1 } }).wait(10_000_000);
      },
    },
  },
  I49: {
    red: {
      'a follower never applies': (rig) => {
        replicated(rig);
        rig.commit(0, 2).commit(1, 2).wait(10_000_000);
      },
    },
    green: {
      'everybody applies': (rig) => {
        replicated(rig);
        rig.commit(0, 2).commit(1, 2).commit(2, 2).wait(10_000_000);
      },
      'one that the leader cannot reach stays behind': (rig) => {
        apartFromLeader(rig);
        replicated(rig);
        for (const node of [0, 2]) rig.step(node, { marks: { leaderId: 1 } }).commit(node, 2);
        rig.wait(10_000_000);
      },
      // Seed 1254 of raft-storm.
      'one whose leader is slow gets entries slowly': (rig) => {
        rig.slowed.add(0);
        rig.lifecycle(0, 'resumed');
        replicated(rig);
        for (const node of [0, 2]) rig.step(node, { marks: { leaderId: 1 } }).commit(node, 2);
        rig.wait(10_000_000);
      },
      // Seed 1475 of raft-storm.
      'one that was far behind gains by small batches': (rig) => {
        const log = Array.from({ length: 400 }, (_, at) => entry(1, at + 1));
        replicated(rig, log);
        for (const node of [0, 2]) rig.step(node, { marks: { leaderId: 1 } }).commit(node, 400);
        for (let at = 1; at <= 400; at += 1) rig.commit(1, at).wait(20_000);
      },
    },
  },
  I50: {
    red: {
      'terms run away': (rig) => {
        for (let term = 1; term < 500; term += 1) rig.step(1, { marks: { term } }).wait(20_000);
      },
    },
    green: {
      // Seed 1988 of raft-crashes.
      'nodes come back with the term that they had': (rig) => {
        for (const node of [0, 1, 2]) {
          rig.promise(node, { term: 99 });
          rig.lifecycle(node, 'killed');
        }
        for (const node of [0, 1, 2]) rig.boot(node, 'still recovering');
        rig.wait(1_000_000);
        for (const node of [0, 1, 2]) rig.step(node, { marks: { phase: 'running', term: 99 } });
        rig.wait(20_000_000);
      },
      // Seed 392 of raft-partitions.
      'leaders give way often': (rig) => {
        for (let term = 1; term < 500; term += 1) {
          rig.step(0, { marks: { term }, sent: [[1, giveWay(term)]] }).wait(20_000);
        }
        rig.wait(20_000_000);
      },
      'terms grow now and then': (rig) => {
        for (let term = 1; term < 9; term += 1) rig.step(1, { marks: { term } }).wait(1_000_000);
      },
    },
  },
  I51: {
    red: { 'a call is still open at the end': (rig) => rig.wait(20_000_000).run.finish() },
    green: { 'every call has an end': (rig) => rig.wait(20_000_000).run.finish() },
    history: (color) => ({
      length: 2,
      invokedUs: [0, 19_900_000],
      completedUs: [color === 'red' ? -1 : 5, -1],
    }),
  },
  I55: {
    red: {
      'leaders come and go': (rig) => {
        for (let term = 1; term < 60; term += 1) leads(rig, term % 2, term).wait(250_000);
      },
    },
    green: {
      'a leader lasts after some that did not': (rig) => {
        for (let term = 1; term < 6; term += 1) leads(rig, term % 2, term).wait(250_000);
        leads(rig, 0, 7).wait(10_000_000);
      },
      // Seed 429 of raft-operations.
      'leaders outside the core die': (rig) => {
        rig.fair = (from, to) => from !== 2 && to !== 2;
        for (let term = 1; term < 60; term += 1) {
          leads(rig, 2, term).wait(200_000);
          rig.lifecycle(2, 'killed');
          rig.boot(2, { marks: { term } });
        }
        leads(rig, 0, 60).wait(10_000_000);
      },
      // Seed 510 of raft-partitions.
      'leaders give way often': (rig) => {
        for (let term = 1; term < 60; term += 1) {
          leads(rig, term % 2, term).wait(200_000);
          rig.step(term % 2, { sent: [[2, giveWay(term)]] }).wait(50_000);
        }
        leads(rig, 0, 60).wait(10_000_000);
      },
      // Seed 508 of raft-storm.
      'without pre-votes, a node outside the core disturbs each leader': (rig) => {
        rig.config['raft.preVote'] = false;
        rig.fair = (from, to) => from !== 2 && to !== 2;
        rig.lifecycle(2, 'resumed');
        for (let term = 1; term < 60; term += 1) leads(rig, term % 2, term).wait(250_000);
        rig.fair = () => true;
        rig.lifecycle(2, 'resumed');
        for (let term = 61; term < 65; term += 1) leads(rig, term % 2, term).wait(250_000);
        leads(rig, 0, 65).wait(10_000_000);
      },
    },
  },
  I54: {
    red: {
      'a former leader keeps silent': (rig) => {
        leads(rig, 0, 1);
        rig.step(0, { received: [3, request({ sequence: 1 })] }).wait(10_000);
        leads(rig, 1, 2).wait(10_000_000);
      },
      'a leader commits nothing any more': (rig) => {
        leads(rig, 0, 1);
        rig.step(0, { received: [3, request({ sequence: 1 })] }).wait(10_000_000);
      },
    },
    green: {
      'the answer comes late': (rig) => {
        rig.step(0, { received: [3, request({ sequence: 1 })] }).wait(1_000_000);
        rig.step(0, { sent: [[3, reply({ sequence: 1 })]] }).wait(10_000_000);
      },
      'the node that was asked is dead': (rig) => {
        rig.step(1, { received: [3, request({ sequence: 1 })] }).wait(100_000);
        rig.step(1, { sent: [[3, reply({ sequence: 1 })]] }).wait(100_000);
        rig.step(1, { received: [3, request({ sequence: 2 })] });
        rig.lifecycle(1, 'killed');
        rig.boot(1);
        rig.wait(10_000_000);
      },
      'there is no core': (rig) => {
        rig.step(0, { received: [3, request({ sequence: 1 })] }).wait(100_000);
        rig.step(0, { sent: [[3, reply({ sequence: 1 })]] });
        rig.fair = () => false;
        rig.lifecycle(0, 'suspended');
        rig.step(0, { received: [3, request({ sequence: 2 })] }).wait(10_000_000);
      },
    },
  },
  I53: {
    red: {
      'calls are never answered': (rig) => {
        for (let at = 0; at < 100; at += 1) rig.client({ sends: request({}) }).wait(100_000);
      },
      'a leader commits nothing though its followers have all that it had': (rig) => {
        const log = Array.from({ length: 400 }, (_, at) => entry(1, at + 1));
        rig.hold(0, 1, log);
        leads(rig, 0, 2);
        for (let at = 1; at <= 400; at += 1) {
          const call = request({});
          rig.client({ sends: call });
          rig.step(0, { received: [3, call], marks: { match: [400 + at, 400 + at, 0] } });
          rig.wait(20_000);
        }
      },
      'reads are answered and writes never are': (rig) => {
        for (let at = 1; at < 100; at += 1) {
          rig.client({ sends: request({ client: 8, sequence: 1 }) });
          rig.client({ sends: request({ sequence: at, operation: 'get' }) }).wait(100_000);
          rig.client({ takes: reply({ sequence: at }) });
        }
      },
    },
    green: {
      'one client only reads, and is served': (rig) => {
        for (let at = 1; at < 100; at += 1) {
          rig.client({ sends: request({ sequence: at, operation: 'get' }) }).wait(100_000);
          rig.client({ takes: reply({ sequence: at }) });
        }
      },
      // Seed 5769 of raft-storm.
      'a leader outside the core is slow': (rig) => {
        rig.client({ sends: request({ sequence: 1 }) }).wait(100_000);
        rig.client({ takes: reply({ sequence: 1 }) });
        rig.client({ sends: request({ sequence: 2 }) }).wait(100_000);
        apartFromLeader(rig);
        rig.elect(0, 1).step(2, { marks: { term: 1, leaderId: 1 } });
        for (let at = 0; at < 100; at += 1) rig.client({ sends: request({}) }).wait(100_000);
      },
      // Mutant C13, seed 436421000060 of raft-storm: one entry a round trip, on slow disks.
      'a leader brings its followers a backlog': (rig) => {
        const log = Array.from({ length: 400 }, (_, at) => entry(1, at + 1));
        rig.hold(0, 1, log);
        leads(rig, 0, 2);
        for (let at = 1; at <= 400; at += 1) {
          const call = request({});
          rig.client({ sends: call });
          rig.step(0, { received: [3, call], marks: { match: [400, at, 0] } });
          rig.wait(20_000);
        }
        rig.client({ takes: reply({}) }).client({ sends: request({ sequence: 2 }) });
        rig.step(0, { received: [3, request({ sequence: 2 })] });
        rig.wait(100_000);
      },
      // Seed 423632000048 of raft-storm.
      'clients have not found the leader': (rig) => {
        leads(rig, 0, 1);
        for (let at = 1; at < 100; at += 1) rig.client({ sends: request({}) }).wait(100_000);
        rig.step(0, { received: [3, request({})] });
        rig.client({ takes: reply({}) }).client({ sends: request({ sequence: 2 }) });
        rig.step(0, { received: [3, request({ sequence: 2 })] }).wait(100_000);
      },
      'calls are answered now and then': (rig) => {
        for (let at = 1; at < 100; at += 1) {
          rig.client({ sends: request({ sequence: at }) }).wait(100_000);
          if (at % 10 === 0) rig.client({ takes: reply({ sequence: at }) });
        }
      },
    },
  },
};
