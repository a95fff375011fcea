import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asked, led, Picker } from '../random-steps.ts';
import { quotaSpec } from '../specs/quota-spec.ts';
import { obedient, Rig } from '../test-rig.ts';
import type { Command } from './command.ts';
import { decodeEnvelope, encodeEnvelope } from './command-codec.ts';
import { ClusterMachine } from './machine.ts';
import { decodeReply, encodeReply, type Reply, refusals } from './reply.ts';
import { ClusterState } from './state.ts';

const makers = { ...asked, ...led };
const picks = fc.array(fc.nat(5_039), { minLength: 12, maxLength: 12 });

function busy(): Rig {
  const rig = new Rig();
  for (let node = 0; node < 2; node++) rig.node({ labels: [{ key: 'disk', value: 'ssd' }] });
  for (let number = 0; number < 4; number++) {
    rig.ask(asked.create!(new Picker([number, 1, 2, 3, 4, 5, 6, number]), rig)!);
    rig.ask(asked.volume!(new Picker([number]), rig)!);
  }
  rig.behaviour = (task, id) => (Number(task.slot) === 1 ? 'failed' : obedient(task, id));
  rig.drive();
  rig.work();
  rig.drive();
  return rig;
}

test('every command comes back from its bytes, and no other bytes are taken', () => {
  const rig = busy();
  const kinds = new Set<string>();
  const others: Command[] = [
    { kind: 'renew-session' },
    { kind: 'close-session' },
    { kind: 'open-session', owner: 'me' },
    { kind: 'expire-session', expired: 3, activeIndex: 4 },
    { kind: 'unmounted', node: '1-2-0', volume: '1-3-0', epoch: 5 },
    { kind: 'allocate', tasks: ['1-2-3', ''] },
    { kind: 'update-quota', quota: '1-2-3', version: 1, spec: quotaSpec('q', [], { tasks: 3 }) },
  ];
  const made = fc.tuple(fc.constantFrom(...Object.values(makers)), picks);
  const command = fc.oneof(
    made.map(([make, numbers]) => make(new Picker(numbers), rig)),
    fc.constantFrom(...others),
  );
  fc.assert(
    fc.property(command, fc.maxSafeNat(), fc.nat(200), (one, number, at) => {
      if (one === null) return;
      kinds.add(one.kind);
      const envelope = {
        session: number,
        sequence: 1,
        oldest: 0,
        term: 2,
        timeUs: number,
        command: one,
      };
      const bytes = encodeEnvelope(envelope);
      expect(decodeEnvelope(bytes)).toEqual(envelope);
      expect(() => decodeEnvelope(bytes.slice(0, at % bytes.length))).toThrow(RangeError);
      expect(() => decodeEnvelope(Uint8Array.of(...bytes, 0))).toThrow(RangeError);
    }),
    { numRuns: 400, seed: 1 },
  );
  expect(kinds.size).toBe(26);
});

test('bytes that are no command change nothing', () => {
  const machine = new ClusterMachine(busy().state.settings);
  const before = machine.hash();
  const data = Uint8Array.of(1, 2, 3);
  expect(() => machine.apply({ index: 1, kind: 'command', data })).toThrow(RangeError);
  expect(machine.hash()).toBe(before);
  machine.apply({ index: 1, kind: 'noop', data });
  expect(machine.applied).toBe(1);
  expect(() => machine.apply({ index: 3, kind: 'noop', data })).toThrow('out of order');
});

test('every reply comes back from its bytes', () => {
  const replies: Reply[] = [
    ...refusals.map((why) => ({ kind: 'refused', why, what: `because ${why}` }) as const),
    { kind: 'done' },
    { kind: 'object', id: '1-2-3', version: 4 },
    { kind: 'session', session: 7 },
    { kind: 'registered', node: '1-1-0', registration: 9 },
    { kind: 'batch', effective: 0 },
  ];
  for (const reply of replies) expect(decodeReply(encodeReply(reply))).toEqual(reply);
});

test('a damaged snapshot is refused as a whole, or is another state', () => {
  const rig = busy();
  const { settings } = rig.state;
  const bytes = rig.state.save();
  const whole = rig.machine.hash();
  for (let at = 0; at < bytes.length; at += 7) {
    expect(() => ClusterState.restore(settings, bytes.slice(0, at))).toThrow(RangeError);
  }
  expect(ClusterState.restore(settings, bytes).hash()).toBe(whole);
  expect(() => rig.machine.restore(bytes.slice(1))).toThrow(RangeError);
  expect(rig.machine.hash()).toBe(whole);
});
