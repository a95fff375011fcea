import { plainConfiguration } from '../../src/systems/raft/confchange.ts';
import { replicated, type StoryBook } from './stories.ts';
import { configurationEntry } from './stories-of-members.ts';
import { command, type Rig } from './test-kit.ts';
import { reply, request } from './test-messages.ts';

const written = command(1, 1, { sequence: 1 });

/** Stories about the state machine and what clients see of it. */
export const clients: StoryBook = {
  I38: {
    red: {
      'an entry has another effect': (rig) => {
        replicated(rig, [command(1, 1)]);
        rig.nodes[1]!.machine.applied = 1;
        rig.step(0, { marks: { commit: 1 } }).step(1, { marks: { commit: 1, applied: 1 } });
      },
    },
    green: {
      'a batch that writes one key twice': (rig) => {
        replicated(rig, [command(1, 1), command(1, 2)]);
        rig.commit(0, 2).commit(1, 2);
      },
    },
  },
  I39: {
    red: {
      'a repeated call takes effect again': (rig) => {
        replicated(rig, [command(1, 1, { sequence: 1 }), command(1, 2, { sequence: 1 })]);
        rig.commit(0, 1);
        rig.nodes[0]!.machine.sessions.set(7, { sequence: 1, index: 2, swapped: false });
        rig.commit(0, 2);
      },
    },
    green: {
      'a repeated call changes nothing': (rig) => {
        replicated(rig, [command(1, 1, { sequence: 1 }), command(1, 2, { sequence: 1 })]);
        rig.commit(0, 1).commit(0, 2);
      },
    },
  },
  I40: {
    red: {
      'a session is missing on one node': (rig) => {
        replicated(rig, [command(1, 1)]);
        rig.commit(0, 1);
        const { machine } = rig.nodes[1]!;
        machine.applied = 1;
        machine.values.set('k', 'v1');
        rig.step(1, { marks: { commit: 1, applied: 1 } });
      },
    },
    green: {
      'sessions are the same': (rig) => {
        replicated(rig, [command(1, 1), command(1, 2)]);
        rig.commit(0, 2).commit(1, 1).commit(1, 2);
      },
      // Seed 2549 of raft-storm.
      'a session is used and expired within one batch': (rig) => {
        const log = Array.from({ length: 1_001 }, (_, at) =>
          command(1, at + 1, { client: at + 1, sequence: 1 }),
        );
        replicated(rig, log);
        rig.commit(0, 1_001);
      },
    },
  },
  I41: {
    red: {
      'a write is answered before it is committed': (rig) => {
        replicated(rig, [command(1, 1, { sequence: 1 })]);
        rig.client({ sends: request({ sequence: 1 }) });
        rig.step(0, { sent: [[3, reply({ sequence: 1, index: 1 })]] });
      },
      'a write is answered with the place of another': (rig) => {
        replicated(rig, [command(1, 1, { sequence: 9 })]);
        rig.commit(0, 1).client({ sends: request({ sequence: 1 }) });
        rig.step(0, { sent: [[3, reply({ sequence: 1, index: 1 })]] });
      },
      'one disk of three has it in the end': (rig) => {
        answeredByOne(rig);
        rig.run.finish();
      },
    },
    green: {
      'a write is answered when it is committed': (rig) => {
        replicated(rig, [command(1, 1, { sequence: 1 })]);
        rig.commit(0, 1).client({ sends: request({ sequence: 1 }) });
        rig.step(0, { sent: [[3, reply({ sequence: 1, index: 1 })]] });
      },
      'the leader alone decides, by a change of members that it has not committed': (rig) => {
        answeredByOne(rig);
        const alone = plainConfiguration([1], [2, 3]);
        const log = [written, configurationEntry(1, 2, alone)];
        rig.promise(0, { entries: log.slice(-1) });
        rig.step(0, { log, marks: { configuration: alone } });
        rig.run.finish();
      },
    },
  },
  I42: {
    red: { 'a read sees an old state': (rig) => readAt(rig, 1) },
    green: {
      'a read sees what was answered': (rig) => readAt(rig, 2),
      'a late answer to a call that was asked again long after it was answered': (rig) => {
        readAt(rig, 2);
        rig.client({ sends: request({ sequence: 4, operation: 'get' }) });
        rig.client({ takes: reply({ sequence: 4, index: 2 }) });
        rig.client({ sends: request({ sequence: 5 }) });
        rig.client({ takes: reply({ sequence: 5, index: 9 }) });
        rig.client({ sends: request({ sequence: 4, attempt: 2, operation: 'get' }) });
        rig.step(1, { sent: [[3, reply({ sequence: 4, index: 2 })]] });
      },
    },
  },
  I43: {
    red: { 'a read finds what nobody wrote': (rig) => rig.run.finish() },
    green: { 'a read finds what was written': (rig) => rig.run.finish() },
    history: (color) =>
      recorded([call(1, 'put', 'new', 0), call(2, 'get', color === 'green' ? 'new' : 'old', 2)]),
  },
  I44: {
    red: { 'a refused write is committed': (rig) => refuse(rig, 'too-large') },
    green: {
      'another write of the client is committed': (rig) => {
        refuse(rig, 'too-large', 2);
      },
    },
  },
};

/** A write at index 2 was answered; then a read is served at this index. */
/** A leader that alone has a write on its disk commits it and says that it is done. */
export function answeredByOne(rig: Rig): void {
  rig.elect(0, 1).hold(0, 1, [written]).commit(0, 1);
  rig.client({ sends: request({ sequence: 1 }) });
  rig.step(0, { sent: [[3, reply({ sequence: 1, index: 1 })]] });
  rig.client({ takes: reply({ sequence: 1, index: 1 }) });
}

function readAt(rig: Rig, index: number): void {
  replicated(rig, [command(1, 1), command(1, 2)]);
  rig.commit(0, 2).commit(1, index);
  rig.client({ sends: request({ sequence: 2 }) });
  rig.client({ takes: reply({ sequence: 2, index: 2 }) });
  rig.client({ sends: request({ sequence: 3, operation: 'get' }) });
  rig.step(1, { sent: [[3, reply({ sequence: 3, value: `v${index}`, index })]] });
}

/** The client is refused one call for ever, then a call with this sequence is committed. */
function refuse(rig: Rig, status: 'too-large', sequence = 1): void {
  rig.client({ sends: request({ sequence: 1 }) });
  rig.client({ takes: reply({ sequence: 1, status }) });
  replicated(rig, [command(1, 1, { sequence })]);
  rig.commit(0, 1);
}

/** Calls one after the other, as a history records them. */
function recorded(calls: readonly ReturnType<typeof call>[]) {
  return {
    length: calls.length,
    events: calls.flatMap((_, i) => [2 * i, 2 * i + 1]),
    completedStep: calls.map(() => 0),
    consistency: calls.map(() => 'linearizable'),
    at: (i: number) => calls[i],
    operations: () => calls,
  };
}

function call(process: number, op: string, value: string, at: number) {
  const times = { invokedAt: at, completedAt: at + 1 };
  return { process, op, key: 'k', value, result: null, outcome: 'ok' as const, ...times };
}
