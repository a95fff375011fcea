import { leaveJoint, plainConfiguration } from '../../src/systems/raft/confchange.ts';
import { encodeConfiguration } from '../../src/systems/raft/configuration-format.ts';
import type { Configuration, Entry } from '../../src/systems/raft/types.ts';
import { e11, e12, replicated, type StoryBook } from './stories.ts';
import { entry, type Rig } from './test-kit.ts';

/** An entry that makes these the members. */
export function configurationEntry(term: number, index: number, to: Configuration): Entry {
  return { term, index, kind: 'configuration', data: encodeConfiguration(to) };
}

const three = plainConfiguration([1, 2, 3]);
const two = plainConfiguration([1, 2]);
export const joint: Configuration = { ...two, outgoing: [1, 2, 3], autoLeave: true };
const left = leaveJoint(joint) as Configuration;
const toTwo = configurationEntry(1, 3, two);
const toJoint = configurationEntry(1, 3, joint);

/** A node has such a log, and acts by that configuration. */
function acts(rig: Rig, node: number, log: readonly Entry[], configuration: Configuration): void {
  rig.promise(node, { entries: log.slice(-1) });
  rig.step(node, { log, marks: { configuration } });
}

/** Everybody has this log and acts by that configuration; the leader has committed all of it. */
function committed(rig: Rig, log: readonly Entry[], configuration: Configuration): void {
  for (const node of [2, 1, 0]) acts(rig, node, log, configuration);
  for (const node of [0, 1, 2]) rig.commit(node, log.length);
}

/** Stories about who the members are. */
export const members: StoryBook = {
  I29: {
    red: {
      'a node does not see a configuration in its log': (rig) => {
        replicated(rig);
        rig.step(1, { log: [e11, e12, toTwo] });
      },
      'a node keeps one that it has truncated': (rig) => {
        replicated(rig);
        acts(rig, 1, [e11, e12, toTwo], two);
        rig.step(1, { log: [e11, e12], marks: { logEpoch: 1 } });
      },
      'a node makes one up': (rig) => {
        replicated(rig);
        rig.step(1, { log: [e11, e12, toTwo], marks: { configuration: joint } });
      },
    },
    green: {
      // Seed 919983000461 of raft-storm, with control C13.
      'one that was never written is gone after a start': (rig) => {
        replicated(rig);
        rig.step(1, { log: [e11, e12, toTwo], marks: { configuration: two } });
        rig.lifecycle(1, 'power-lost');
        rig.boot(1, { marks: { configuration: three } });
        rig.step(0, { log: [e11, e12, toTwo], marks: { configuration: two } });
      },
      'a configuration comes and goes with its entry': (rig) => {
        replicated(rig);
        acts(rig, 1, [e11, e12, toTwo], two);
        rig.step(1, { log: [e11, e12], marks: { logEpoch: 1, configuration: three } });
      },
    },
  },
  I30: {
    red: {
      'a second change before the first is committed': (rig) => {
        replicated(rig);
        rig.commit(0, 2);
        acts(rig, 0, [e11, e12, toTwo], two);
        acts(rig, 0, [e11, e12, toTwo, configurationEntry(1, 4, three)], three);
      },
      'two voters leave in one step': (rig) => {
        replicated(rig);
        rig.commit(0, 2);
        const one = plainConfiguration([3]);
        acts(rig, 0, [e11, e12, configurationEntry(1, 3, one)], one);
      },
      'a joint one is changed before it is left': (rig) => {
        replicated(rig);
        committed(rig, [e11, e12, toJoint], joint);
        acts(rig, 0, [e11, e12, toJoint, configurationEntry(1, 4, three)], three);
      },
    },
    green: {
      'one change after the other': (rig) => {
        replicated(rig);
        committed(rig, [e11, e12, toTwo], two);
        acts(rig, 0, [e11, e12, toTwo, configurationEntry(1, 4, three)], three);
      },
      'a joint one is committed and left in one step': (rig) => {
        replicated(rig);
        rig.commit(0, 2);
        acts(rig, 0, [e11, e12, toJoint], joint);
        for (const node of [1, 2]) acts(rig, node, [e11, e12, toJoint], joint);
        const log = [e11, e12, toJoint, configurationEntry(1, 4, left)];
        rig.step(0, { log, marks: { commit: 3, configuration: left } });
      },
      'a voter of the old half becomes a learner': (rig) => {
        const demoting: Configuration = { ...joint, learnersNext: [3], autoLeave: false };
        const toDemoting = configurationEntry(1, 3, demoting);
        replicated(rig);
        committed(rig, [e11, e12, toDemoting], demoting);
        const after = leaveJoint(demoting) as Configuration;
        acts(rig, 0, [e11, e12, toDemoting, configurationEntry(1, 4, after)], after);
      },
    },
  },
  I31: {
    red: {
      'the first change of a leader that has committed nothing': (rig) => {
        replicated(rig);
        rig
          .commit(0, 2)
          .elect(1, 2)
          .step(1, { marks: { commit: 2 } });
        rig.step(1, { log: [e11, e12, entry(2, 3)] });
        const log = [e11, e12, entry(2, 3), configurationEntry(2, 4, two)];
        rig.step(1, { log, marks: { configuration: two } });
      },
    },
    green: {
      'a change after a commit in the term': (rig) => {
        replicated(rig);
        rig.commit(0, 2);
        acts(rig, 0, [e11, e12, toTwo], two);
      },
    },
  },
  I33: {
    red: {
      'nobody leaves a joint configuration': (rig) => {
        replicated(rig);
        committed(rig, [e11, e12, toJoint], joint);
        rig.wait(10_000_000);
      },
    },
    green: {
      'it is left': (rig) => {
        replicated(rig);
        committed(rig, [e11, e12, toJoint], joint);
        rig.wait(1_000_000);
        committed(rig, [e11, e12, toJoint, configurationEntry(1, 4, left)], left);
        rig.wait(10_000_000);
      },
    },
  },
};
