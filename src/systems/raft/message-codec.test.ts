import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Digest } from '../../sim/digest.ts';
import { encodeConfiguration } from './configuration-format.ts';
import { encodeCommand, operations } from './kv-codec.ts';
import { raftKvCodec } from './kv-message-codec.ts';
import type { RaftKvMessage } from './kv-messages.ts';
import { changeKinds, orderStatuses, orders, transitions } from './message-numbers.ts';
import type { AppendMessage, Entry, EntryKind } from './types.ts';

const integer = fc.oneof(fc.nat(5), fc.maxSafeNat());
const bytes = fc.uint8Array({ maxLength: 20 });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const optional = fc.option(text);
const members = fc.array(fc.nat(9), { maxLength: 5 });
const configuration = fc
  .record({
    voters: members,
    outgoing: members,
    learners: members,
    learnersNext: members,
    autoLeave: fc.boolean(),
  })
  .map(encodeConfiguration);
const command = fc
  .record({
    operation: fc.constantFrom(...operations),
    client: integer,
    sequence: integer,
    key: text,
    value: text,
    expected: optional,
  })
  .map(encodeCommand);
const content = <Kind extends EntryKind>(kind: Kind, data: fc.Arbitrary<Uint8Array>) =>
  fc.record({ kind: fc.constant(kind), data, term: integer, index: integer });
const entry: fc.Arbitrary<Entry> = fc.oneof(
  content('command', command),
  content('configuration', configuration),
  content('noop', fc.constant(new Uint8Array(0))),
);
const of = <Kind extends RaftKvMessage['kind']>(kind: Kind) => fc.constant(kind);

function inSequence(append: AppendMessage): AppendMessage {
  const terms = [append.prevTerm, append.term, ...append.entries.map(({ term }) => term)];
  const [prevTerm, ...rising] = terms.toSorted((a, b) => a - b) as [number, ...number[]];
  const entries = append.entries.map((one, at) => ({
    ...one,
    term: rising[at]!,
    index: append.prevIndex + 1 + at,
  }));
  return { ...append, prevTerm, term: rising.at(-1)!, entries };
}

const arbitraries: Readonly<Record<RaftKvMessage['kind'], fc.Arbitrary<RaftKvMessage>>> = {
  append: fc
    .record({
      kind: of('append'),
      term: integer,
      prevIndex: fc.nat(),
      prevTerm: integer,
      entries: fc.array(entry, { maxLength: 3 }),
      commit: integer,
      round: integer,
    })
    .map(inSequence),
  'append-reply': fc.record({
    kind: of('append-reply'),
    term: integer,
    ok: fc.boolean(),
    index: integer,
    hintIndex: integer,
    hintTerm: integer,
    round: integer,
  }),
  heartbeat: fc.record({ kind: of('heartbeat'), term: integer, commit: integer, round: integer }),
  'heartbeat-reply': fc.record({ kind: of('heartbeat-reply'), term: integer, round: integer }),
  vote: fc.record({
    kind: of('vote'),
    pre: fc.boolean(),
    transfer: fc.boolean(),
    term: integer,
    lastIndex: integer,
    lastTerm: integer,
  }),
  'vote-reply': fc.record({
    kind: of('vote-reply'),
    pre: fc.boolean(),
    term: integer,
    granted: fc.boolean(),
  }),
  snapshot: fc.record({
    kind: of('snapshot'),
    term: integer,
    index: integer,
    indexTerm: integer,
    offset: integer,
    totalBytes: integer,
    data: bytes,
    round: integer,
  }),
  'snapshot-reply': fc.record({
    kind: of('snapshot-reply'),
    term: integer,
    index: integer,
    offset: integer,
    installed: fc.boolean(),
    round: integer,
  }),
  'repair-request': fc.record({
    kind: of('repair-request'),
    index: integer,
    leastSnapshot: integer,
    snapshotIndex: integer,
    offset: integer,
  }),
  'repair-reply': fc.record({
    kind: of('repair-reply'),
    firstIndex: integer,
    commit: integer,
    commitTerm: integer,
    snapshotIndex: integer,
    offset: integer,
    totalBytes: integer,
    data: bytes,
    entries: fc.array(entry, { maxLength: 3 }),
  }),
  'timeout-now': fc.record({ kind: of('timeout-now'), term: integer }),
  order: fc.record({
    kind: of('order'),
    id: integer,
    order: fc.constantFrom(...orders),
    transition: fc.constantFrom(...transitions),
    changes: fc.array(fc.record({ kind: fc.constantFrom(...changeKinds), member: fc.nat(9) }), {
      maxLength: 3,
    }),
  }),
  'order-reply': fc.record({
    kind: of('order-reply'),
    id: integer,
    status: fc.constantFrom(...orderStatuses),
    reason: text,
    leader: text,
  }),
  request: fc.record({
    kind: of('request'),
    client: integer,
    sequence: integer,
    attempt: integer,
    operation: fc.constantFrom('get', 'put', 'append', 'cas', 'delete'),
    key: text,
    value: text,
    expected: optional,
    consistency: fc.constantFrom('linearizable', 'local'),
  }),
  reply: fc.record({
    kind: of('reply'),
    client: integer,
    sequence: integer,
    attempt: integer,
    status: fc.constantFrom(
      'ok',
      'not-leader',
      'unavailable',
      'disk-full',
      'unknown',
      'session-expired',
      'stale-sequence',
      'too-large',
    ),
    value: optional,
    swapped: fc.boolean(),
    index: integer,
    leader: text,
  }),
};
const message = fc.oneof(...Object.values(arbitraries));

function digest(value: RaftKvMessage): string {
  const folder = new Digest();
  raftKvCodec.fold(value, folder);
  return folder.toString();
}

describe('raftKvCodec', () => {
  test('what is encoded comes back equal', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(raftKvCodec.decode(raftKvCodec.encode(value))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test('bytes that end too early or go on too long are refused', () => {
    fc.assert(
      fc.property(message, (value) => {
        const encoded = raftKvCodec.encode(value);
        for (let length = 0; length < encoded.length; length++) {
          expect(() => raftKvCodec.decode(encoded.subarray(0, length))).toThrow(RangeError);
        }
        expect(() => raftKvCodec.decode(new Uint8Array([...encoded, 0]))).toThrow(RangeError);
      }),
    );
  });

  test.each(Object.keys(arbitraries) as RaftKvMessage['kind'][])(
    'the digest sees each field of %s',
    (kind) => {
      fc.assert(
        fc.property(arbitraries[kind], arbitraries[kind], (one, other) => {
          for (const field of Object.keys(one)) {
            const changed = { ...one, [field]: other[field as keyof RaftKvMessage] };
            const same = JSON.stringify(changed) === JSON.stringify(one);
            if (!same) expect(digest(changed)).not.toBe(digest(one));
          }
        }),
      );
    },
  );

  test('the digest sees each field of an entry', () => {
    const append = (entries: readonly Entry[]): RaftKvMessage => ({
      kind: 'append',
      term: 1,
      prevIndex: 0,
      prevTerm: 0,
      entries,
      commit: 0,
      round: 0,
    });
    fc.assert(
      fc.property(entry, entry, (one, other) => {
        for (const field of Object.keys(one)) {
          const changed = { ...one, [field]: other[field as keyof Entry] };
          const same = JSON.stringify(changed) === JSON.stringify(one);
          if (!same) expect(digest(append([changed]))).not.toBe(digest(append([one])));
        }
      }),
    );
  });

  test('bytes share nothing with the message, nor does what is decoded from them', () => {
    fc.assert(
      fc.property(arbitraries.append, arbitraries.snapshot, (append, snapshot) => {
        for (const value of [append, snapshot]) {
          const bytes = raftKvCodec.encode(value);
          const before = bytes.slice();
          const decoded = raftKvCodec.decode(bytes);
          if (decoded.kind === 'append') for (const { data } of decoded.entries) data.fill(255);
          if (decoded.kind === 'snapshot') decoded.data.fill(255);
          expect(bytes).toEqual(before);
          bytes.fill(255);
          expect(raftKvCodec.encode(value)).toEqual(before);
        }
      }),
    );
  });

  test('an append whose entries do not follow each other is refused', () => {
    const whole: AppendMessage = {
      kind: 'append',
      term: 4,
      prevIndex: 7,
      prevTerm: 2,
      entries: [8, 9].map((index) => ({ term: 3, index, kind: 'noop', data: new Uint8Array(0) })),
      commit: 7,
      round: 1,
    };
    const [first, second] = whole.entries as [Entry, Entry];
    const bad: AppendMessage[] = [
      { ...whole, prevIndex: 6 },
      { ...whole, prevTerm: 4 },
      { ...whole, term: 2 },
      { ...whole, entries: [first, { ...second, index: 9 + 2 ** 35 }] },
      { ...whole, entries: [first, { ...second, term: 2 }] },
    ];
    expect(raftKvCodec.decode(raftKvCodec.encode(whole).slice())).toEqual(whole);
    for (const one of bad) {
      expect(() => raftKvCodec.decode(raftKvCodec.encode(one).slice())).toThrow('has no place');
    }
  });

  test('an entry that nobody can have proposed is refused', () => {
    const bad: readonly Pick<Entry, 'kind' | 'data'>[] = [
      { kind: 'command', data: new Uint8Array([0, 1]) },
      { kind: 'command', data: new Uint8Array(0) },
      { kind: 'configuration', data: new Uint8Array(7) },
      { kind: 'noop', data: new Uint8Array(1) },
    ];
    for (const content of bad) {
      const entries = [{ term: 3, index: 8, ...content }];
      const append = { term: 4, prevIndex: 7, prevTerm: 2, entries, commit: 7, round: 1 };
      const frame = raftKvCodec.encode({ kind: 'append', ...append }).slice();
      expect(() => raftKvCodec.decode(frame)).toThrow(RangeError);
    }
  });

  test('identity names the call, not its payload', () => {
    fc.assert(
      fc.property(arbitraries.request, text, (value, other) => {
        const key = raftKvCodec.identity(value);
        expect(Number.isInteger(key)).toBe(true);
        expect(raftKvCodec.identity({ ...value, value: other } as RaftKvMessage)).toBe(key);
      }),
    );
  });

  test('the size is near the number of bytes', () => {
    const plain = fc.string({ unit: 'grapheme-ascii', maxLength: 100 });
    fc.assert(
      fc.property(arbitraries.append, arbitraries.request, plain, (append, request, value) => {
        for (const one of [append, { ...request, key: '', expected: null, value }]) {
          const length = raftKvCodec.encode(one as RaftKvMessage).length;
          expect(Math.abs(raftKvCodec.sizeBytes(one as RaftKvMessage) - length)).toBeLessThan(16);
        }
      }),
    );
  });
});
