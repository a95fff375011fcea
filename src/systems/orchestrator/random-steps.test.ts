import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Laws } from './laws.ts';
import { mayBePlaced } from './naive-placement.ts';
import { asked, led, Picker, staleOpinion } from './random-steps.ts';
import { auditState } from './state/audit.ts';
import type { Command } from './state/command.ts';
import { encodeEnvelope } from './state/command-codec.ts';
import { ClusterMachine } from './state/machine.ts';
import { obedient, Rig, second, tinySettings } from './test-rig.ts';

const makers = { ...asked, ...led };
const moves = ['drive', 'drive', 'work', 'work', 'calm', 'fail', 'stale', 'failover', 'restore'];
const weights = [
  ...moves,
  ...moves,
  ...Object.keys(makers),
  'create',
  'update',
  'update',
  'report',
];

const step = fc.record({
  move: fc.constantFrom(...weights),
  timeUs: fc.constantFrom(0, 0, second / 2, second, 3 * second, 30 * second),
  picks: fc.array(fc.nat(5_039), { minLength: 12, maxLength: 12 }),
});
const run = fc.array(step, { minLength: 30, maxLength: 90, size: 'max' });

/** A machine that is watched from all sides, and a twin that gets the same entries. */
function watched(census: Map<string, Set<string>>) {
  const rig = new Rig();
  const laws = new Laws();
  let twin = new ClusterMachine(tinySettings);
  const watch = (command: Command) => {
    laws.at(rig.state.timeUs);
    const wrong = [...laws.check(rig.state, command), ...auditState(rig.state)];
    if (wrong.length > 0) throw new Error(`${JSON.stringify(command)}: ${wrong.join('; ')}`);
  };
  const send = rig.send.bind(rig);
  rig.send = (session, sequence, oldest, command) => {
    const { timeUs, term } = rig;
    const data = encodeEnvelope({ session, sequence, oldest, term, timeUs, command });
    const expected = twin.apply({ index: twin.applied + 1, kind: 'command', data });
    const reply = send(session, sequence, oldest, command);
    expect(reply).toEqual(expected);
    expect(rig.machine.hash()).toBe(twin.hash());
    const seen = census.get(command.kind) ?? new Set();
    census.set(command.kind, seen.add(reply.kind === 'refused' ? reply.why : reply.kind));
    return reply;
  };
  rig.after = watch;
  const restore = () => {
    const bytes = rig.machine.save();
    twin = new ClusterMachine(tinySettings);
    twin.restore(bytes);
    expect(twin.save()).toEqual(bytes);
  };
  return { rig, laws, restore };
}

function some(rig: Rig, pick: Picker): void {
  const commands = rig.controllers.pass(rig.timeUs);
  for (const command of commands) if (pick.below(3) > 0) rig.lead(command);
}

test('whatever is asked, in any order: no law is broken, the tables agree, twins stay equal', () => {
  const census = new Map<string, Set<string>>();
  const premises = new Map<string, number>();
  fc.assert(
    fc.property(run, (steps) => {
      const { rig, laws, restore } = watched(census);
      for (let node = 0; node < 3; node++)
        rig.node({ labels: [{ key: 'disk', value: 'ssd' }] }, 3_000);
      for (const volume of [0, 1]) rig.ask(asked.volume!(new Picker([volume]), rig)!);
      let old: Command[] = [];
      for (const { move, timeUs, picks } of steps) {
        const pick = new Picker(picks);
        rig.timeUs += timeUs;
        if (move === 'drive') some(rig, pick);
        else if (move === 'work') rig.work();
        else if (move === 'calm') rig.calm();
        else if (move === 'fail') fail(rig, pick);
        else if (move === 'failover') rig.failOver();
        else if (move === 'restore') restore();
        else if (move === 'stale') {
          for (const command of old) rig.lead(command);
          old = staleOpinion(rig.state, rig.timeUs);
        } else {
          const command = makers[move as keyof typeof makers]!(pick, rig);
          if (command === null) continue;
          if (move in asked) rig.ask(command);
          else rig.lead(command);
          if (command.kind === 'register-node') adopt(rig);
        }
      }
      settle(rig);
      for (const [law, count] of laws.premises) premises.set(law, (premises.get(law) ?? 0) + count);
    }),
    // One seed, so that the census below is not a matter of luck.
    { numRuns: 150, seed: 5, endOnFailure: true },
  );
  for (const law of ['S3', 'S6', 'S9', 'S15', 'S17', 'S18', 'S20', 'S21', 'S24', 'S24 gap']) {
    if ((premises.get(law) ?? 0) < 20) throw new Error(`${law} had ${premises.get(law)} chances`);
  }
  for (const [kind, seen] of census) {
    const effective = ['done', 'object', 'batch', 'registered', 'session'];
    if (!effective.some((word) => seen.has(word))) throw new Error(`${kind} never had an effect`);
  }
  const refused = new Set([...census.values()].flatMap((seen) => [...seen]));
  for (const why of [
    'not-found',
    'exists',
    'conflict',
    'in-use',
    'exhausted',
    'wrong-state',
    'stale',
  ]) {
    expect(refused).toContain(why);
  }
});

/** Some of the running tasks fail. */
function fail(rig: Rig, pick: Picker): void {
  rig.behaviour = (task, id) =>
    task.observed === 'running' && pick.below(2) === 0 ? 'failed' : obedient(task, id);
  rig.work();
  rig.behaviour = obedient;
}

/** Nodes that registered by themselves have workers too. */
function adopt(rig: Rig): void {
  for (const node of rig.state.nodes.keys()) if (!rig.nodes.includes(node)) rig.nodes.push(node);
}

/** At the end: all that can be placed is placed, and nothing stirs any more. */
function settle(rig: Rig): void {
  rig.pass(120 * second);
  for (const id of rig.state.index.pending) {
    const { desired } = rig.state.tasks.get(id)!;
    if (desired !== 'ready' && desired !== 'running') throw new Error(`${id} is left pending`);
    for (const node of rig.state.nodes.keys()) {
      if (mayBePlaced(rig.state, id, node) === null) {
        const { slot, revision } = rig.state.tasks.get(id)!;
        throw new Error(`${id} of slot ${slot}@${revision} would fit on ${node}`);
      }
    }
  }
  const before = rig.machine.applied;
  rig.failOver();
  rig.calm();
  if (rig.machine.applied !== before) throw new Error('a new leader finds something to do');
}
