import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCommand, encodeCommand } from './kv-codec.ts';
import { KvMachine } from './kv-machine.ts';
import type { ClientRequest } from './kv-messages.ts';

type Write = Partial<ClientRequest> & Pick<ClientRequest, 'operation'>;

/** Applies writes as consecutive entries; without `client` and `sequence` each is its own session. */
function apply(machine: KvMachine, ...writes: readonly Write[]): void {
  for (const write of writes) {
    const index = machine.applied + 1;
    const data = encodeCommand({
      kind: 'request',
      client: 1_000 + index,
      sequence: 1,
      attempt: 1,
      key: 'k',
      value: '',
      expected: null,
      consistency: 'linearizable',
      ...write,
    });
    machine.apply({ index, term: 1, kind: 'command', data });
  }
}

const write: fc.Arbitrary<Write> = fc.record({
  client: fc.integer({ min: 1, max: 6 }),
  sequence: fc.integer({ min: 1, max: 5 }),
  operation: fc.constantFrom('put', 'append', 'cas', 'delete'),
  key: fc.constantFrom('a', 'b', '\ud800'),
  value: fc.constantFrom('', 'x', 'y'),
  expected: fc.constantFrom(null, '', 'x'),
});

describe('operations', () => {
  test('put, append, delete and cas', () => {
    const machine = new KvMachine(10);
    apply(machine, { operation: 'put', value: 'a' }, { operation: 'append', value: 'b' });
    expect(machine.values.get('k')).toBe('ab');
    apply(machine, { operation: 'cas', expected: 'ab', value: 'c' });
    expect([machine.values.get('k'), machine.result.swapped]).toEqual(['c', true]);
    apply(machine, { operation: 'cas', expected: null, value: 'd' });
    expect([machine.values.get('k'), machine.result.swapped]).toEqual(['c', false]);
    apply(machine, { operation: 'delete' });
    expect([machine.values.has('k'), machine.result.swapped]).toEqual([false, true]);
    apply(machine, { operation: 'cas', expected: null, value: 'e' });
    expect([machine.values.get('k'), machine.result.swapped]).toEqual(['e', true]);
  });

  test('entries must come in order', () => {
    const machine = new KvMachine(10);
    const noop = { term: 1, kind: 'noop' as const, data: new Uint8Array(0) };
    machine.apply({ ...noop, index: 1 });
    expect(() => machine.apply({ ...noop, index: 3 })).toThrow('out of order');
  });
});

describe('sessions', () => {
  test('a repeated write changes nothing and has the first answer', () => {
    const machine = new KvMachine(10);
    const cas: Write = { client: 7, sequence: 3, operation: 'cas', value: 'v' };
    apply(machine, cas, { operation: 'put', value: 'other' }, cas);
    expect(machine.values.get('k')).toBe('other');
    expect(machine.result).toEqual({ status: 'ok', swapped: true, index: 1, repeated: true });
  });

  test('an older sequence is refused, not applied', () => {
    const machine = new KvMachine(10);
    apply(machine, { client: 7, sequence: 3, operation: 'put', value: 'new' });
    apply(machine, { client: 7, sequence: 2, operation: 'put', value: 'old' });
    expect(machine.values.get('k')).toBe('new');
    expect(machine.result.status).toBe('stale-sequence');
  });

  test('the least recently used session makes room, and never opens again', () => {
    const machine = new KvMachine(2);
    apply(machine, { client: 1, operation: 'put', value: 'one' });
    apply(machine, { client: 2, operation: 'put', value: 'two' });
    apply(machine, { client: 1, sequence: 2, operation: 'put', value: 'three' });
    apply(machine, { client: 3, operation: 'put', value: 'four' });
    expect([...machine.sessions.keys()]).toEqual([1, 3]);
    apply(machine, { client: 2, operation: 'put', value: 'again' });
    expect(machine.result.status).toBe('session-expired');
    expect(machine.values.get('k')).toBe('four');
  });

  test('whatever repeats or comes late, each (client, sequence) takes effect at most once', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
        const machine = new KvMachine(3);
        const seen = new Set<string>();
        for (const next of writes) {
          apply(machine, next);
          const { status, repeated } = machine.result;
          if (status !== 'ok' || repeated) continue;
          const name = `${next.client}/${next.sequence}`;
          expect(seen.has(name)).toBe(false);
          seen.add(name);
        }
      }),
    );
  });
});

describe('snapshots', () => {
  test('a restored machine goes on exactly like the one that was saved', () => {
    const writes = fc.array(write, { maxLength: 30 });
    fc.assert(
      fc.property(writes, writes, (before, after) => {
        const machine = new KvMachine(3);
        apply(machine, ...before);
        const restored = new KvMachine(3);
        restored.restore(machine.save());
        expect(restored.save()).toEqual(machine.save());
        for (const next of after) {
          apply(machine, next);
          apply(restored, next);
          expect(restored.result).toEqual(machine.result);
        }
        expect(restored.save()).toEqual(machine.save());
      }),
    );
  });

  test('bytes that are cut short are refused and leave the machine as it was', () => {
    const machine = new KvMachine(3);
    apply(machine, { operation: 'put', value: 'a' });
    const bytes = machine.save();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => machine.restore(bytes.subarray(0, length))).toThrow(RangeError);
    }
    expect(machine.save()).toEqual(bytes);
  });
});

test('a command comes back from its bytes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  const command = fc.record({
    operation: fc.constantFrom('get' as const, 'put', 'append', 'cas', 'delete'),
    client: fc.maxSafeNat(),
    sequence: fc.maxSafeNat(),
    key: text,
    value: text,
    expected: fc.option(text),
  });
  fc.assert(
    fc.property(command, (value) => {
      expect(decodeCommand(encodeCommand(value))).toEqual(value);
    }),
  );
});
