import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flag, number, query, word } from '../../../../test/storage/random-queries.ts';
import { Digest } from '../../../sim/digest.ts';
import type { Command } from '../metadata/command.ts';
import { errnos } from '../metadata/errno.ts';
import type { Attributes } from '../metadata/queries.ts';
import type { Reply } from '../metadata/reply.ts';
import type { StorageClass } from '../placement/storage-class.ts';
import { type DataFault, dataFaults } from './data-messages.ts';
import type { Answer } from './metadata-messages.ts';
import { callOutcomes } from './metadata-messages.ts';
import { type StorageMessage, type StorageWireMessage, storageCodec } from './storage-codec.ts';

const node = fc.constantFrom('', 'n1', 'n24', 'c3');
const bytes = fc.uint8Array({ maxLength: 70 });
const numbers = fc.array(number, { maxLength: 5 });
const fault: fc.Arbitrary<DataFault | null> = fc.option(fc.constantFrom(...dataFaults));
const errno = fc.constantFrom(...errnos);

const fragment = { chunk: number, version: number, generation: number, part: fc.nat(63) };
const fromLeader = { term: number, index: number };
const task = { task: number };
const blocks = fc.array(fc.record({ bytes, version: number, checksum: number }), { maxLength: 3 });
const parts = fc.array(fc.record({ node, part: number }), { maxLength: 3 });
const nodes = fc.array(node, { maxLength: 4 });

const redundancy = fc.oneof(
  fc.record({ kind: fc.constant('replicated' as const), copies: number }),
  fc.record({ kind: fc.constant('erasure' as const), dataParts: number, parityParts: number }),
);
const storageClass: fc.Arbitrary<StorageClass> = fc.record({
  id: number,
  name: word,
  redundancy,
  caps: fc.record({ host: number, zone: number, region: number }),
  strategy: fc.constantFrom('spread', 'rack-aware', 'region-aware', 'capacity-weighted'),
  whenInfeasible: fc.constantFrom('refuse', 'flag'),
  landing: number,
});

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('unlink' as const), parent: number, name: word }),
  fc.record({
    kind: fc.constant('setxattr' as const),
    inode: number,
    name: word,
    value: fc.option(bytes),
  }),
  fc.record({
    kind: fc.constant('grant-write' as const),
    inode: number,
    index: number,
    members: numbers,
  }),
  fc.record({ kind: fc.constant('renew-session' as const) }),
  fc.record({ kind: fc.constant('define-class' as const), storageClass }),
);

const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({ kind: fc.constant('error' as const), errno }),
  fc.record({ kind: fc.constant('done' as const) }),
  fc.record({ kind: fc.constant('offset' as const), offsetBytes: number }),
  fc.record({
    kind: fc.constant('grant' as const),
    chunk: number,
    version: number,
    fence: number,
    generation: number,
    members: numbers,
    copyOf: number,
    copyVersion: number,
    validBytes: number,
  }),
);

const attributes: fc.Arbitrary<Attributes> = fc.record({
  inode: number,
  kind: fc.constantFrom('file', 'directory', 'symlink'),
  mode: number,
  uid: number,
  gid: number,
  links: number,
  sizeBytes: number,
  atimeUs: number,
  mtimeUs: number,
  ctimeUs: number,
  classId: number,
  frozen: flag,
});

const located = fc.record({
  chunk: number,
  version: number,
  generation: number,
  storageClass,
  validBytes: number,
  unsettled: flag,
  nodes,
});

const trashedFile = fc.record({
  inode: number,
  sinceUs: number,
  untilUs: number,
  parent: number,
  name: word,
});

const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ kind: fc.constant('error' as const), errno }),
  fc.record({
    kind: fc.constant('found' as const),
    inode: number,
    attributes: fc.option(attributes),
  }),
  fc.record({ kind: fc.constant('attributes' as const), attributes }),
  fc.record({
    kind: fc.constant('names' as const),
    names: fc.array(fc.record({ name: word, inode: number }), { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('text' as const), text: word }),
  fc.record({ kind: fc.constant('bytes' as const), bytes }),
  fc.record({ kind: fc.constant('words' as const), words: fc.array(word, { maxLength: 3 }) }),
  fc.record({
    kind: fc.constant('location' as const),
    location: fc.option(located),
    sizeBytes: number,
  }),
  fc.record({
    kind: fc.constant('lock' as const),
    session: number,
    owner: number,
    exclusive: flag,
  }),
  fc.record({
    kind: fc.constant('usage' as const),
    inodes: number,
    bytes: number,
    maxInodes: number,
    maxBytes: number,
  }),
  fc.record({
    kind: fc.constant('trash' as const),
    files: fc.array(trashedFile, { maxLength: 3 }),
  }),
);

const granted = fc.record({
  chunk: number,
  version: number,
  fence: number,
  generation: number,
  classId: number,
  nodes,
  validBytes: number,
  committed: flag,
  leaseUs: number,
});

type Kind = StorageMessage['kind'];
type FieldsOf<K extends Kind> = {
  readonly [Name in Exclude<
    keyof Extract<StorageMessage, { readonly kind: K }>,
    'kind'
  >]: fc.Arbitrary<Extract<StorageMessage, { readonly kind: K }>[Name]>;
};

const answers = {
  request: number,
  outcome: fc.constantFrom(...callOutcomes),
  leader: node,
  index: number,
};
const ordered = { ...task, ...fromLeader, ...fragment };
const order = { ...task, ...fromLeader };

/** Every kind with every field: the compiler says when one is missing. */
const messages: { readonly [K in Kind]: FieldsOf<K> } = {
  'read-blocks': {
    request: number,
    ...fragment,
    firstBlock: number,
    blocks: number,
    index: number,
    forRepair: flag,
  },
  'blocks-read': { request: number, fault, ask: node, version: number, blocks },
  'write-bytes': {
    request: number,
    ...fragment,
    fence: number,
    sequence: number,
    offset: number,
    bytes,
    checksum: number,
    chain: nodes,
    position: number,
  },
  'bytes-written': {
    request: number,
    ...fragment,
    fence: number,
    sequence: number,
    fault,
    at: node,
  },
  'put-part': { request: number, ...fragment, fence: number, index: number, blocks },
  'part-put': { request: number, ...fragment, fault },
  beat: {
    server: number,
    beat: number,
    life: number,
    region: number,
    zone: number,
    host: number,
    weight: number,
    capacityBytes: number,
    usedBytes: number,
    index: number,
    ready: flag,
    heardTerm: number,
    heardBeat: number,
  },
  'beat-heard': {
    ...fromLeader,
    server: number,
    beat: number,
    life: number,
    serveUs: number,
    wantsReport: flag,
    leftOut: fc.array(fc.record(fragment), { maxLength: 3 }),
  },
  report: {
    server: number,
    life: number,
    term: number,
    beat: number,
    report: number,
    piece: number,
    last: flag,
    fragments: fc.array(fc.record({ ...fragment, fence: number, bytes: number }), { maxLength: 3 }),
  },
  'fragment-bad': {
    ...fragment,
    server: number,
    life: number,
    fault: fc.constantFrom(...dataFaults),
  },
  'set-version': {
    ...ordered,
    from: number,
    fence: number,
    copyOf: number,
    copyVersion: number,
    copyGeneration: number,
  },
  'version-set': {
    ...task,
    ...fragment,
    server: number,
    fence: number,
    fault,
    lastFence: number,
    lastSequence: number,
  },
  adopt: { ...ordered, fence: number, source: node },
  'copy-fragment': { ...ordered, source: node },
  'rebuild-part': { ...ordered, dataParts: number, parityParts: number, sources: parts },
  encode: {
    ...order,
    chunk: number,
    version: number,
    generation: number,
    fence: number,
    oldGeneration: number,
    oldDataParts: number,
    oldParityParts: number,
    sources: parts,
    dataParts: number,
    parityParts: number,
    targets: parts,
  },
  'erase-fragment': ordered,
  'verify-fragment': ordered,
  'task-done': { ...task, server: number, term: number, chunk: number, fault, failed: numbers },
  call: { request: number, session: number, sequence: number, oldest: number, command },
  'call-done': { ...answers, reply: fc.option(reply), granted: fc.option(granted) },
  ask: { request: number, session: number, wantsLease: flag, query },
  answered: { ...answers, answer: fc.option(answer), leaseUs: number },
  recall: {
    recall: number,
    term: number,
    session: number,
    keys: fc.array(fc.record({ inode: number, name: word }), { maxLength: 3 }),
    chunkIndex: fc.option(number),
  },
  recalled: { recall: number, term: number, session: number },
  'hash-probe': { index: number, hash: word },
  'hash-told': { index: number, hash: word },
  'parts-ready': {
    request: number,
    session: number,
    chunk: number,
    fence: number,
    stored: fc.array(flag, { maxLength: 6 }),
  },
  'write-failed': {
    request: number,
    session: number,
    inode: number,
    chunkIndex: number,
    chunk: number,
    fence: number,
    at: node,
  },
};

function arbitraryOf(kind: Kind): fc.Arbitrary<StorageMessage> {
  const fields = messages[kind] as Record<string, fc.Arbitrary<unknown>>;
  return fc.record({
    kind: fc.constant(kind),
    ...fields,
  }) as unknown as fc.Arbitrary<StorageMessage>;
}

function digestOf(message: StorageWireMessage): string {
  const digest = new Digest();
  storageCodec.fold(message, digest);
  return digest.toString();
}

/** A value of the same type that is another one. */
function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}x`;
  if (value instanceof Uint8Array) return Uint8Array.of(...value, 1);
  return undefined;
}

describe.each(Object.keys(messages) as Kind[])('%s', (kind) => {
  const arbitrary = arbitraryOf(kind);

  test('comes back from its bytes, and the digest is of all its fields', () => {
    fc.assert(
      fc.property(arbitrary, (message) => {
        const back = storageCodec.decode(storageCodec.encode(message).slice());
        expect(back).toEqual(message);
        expect(digestOf(back)).toBe(digestOf(message));
        expect(storageCodec.identity(back)).toBe(storageCodec.identity(message));
        for (const [name, value] of Object.entries(message)) {
          const other = changed(value);
          if (name === 'kind' || other === undefined || name === 'fault') continue;
          if (name === 'outcome') continue;
          const changedMessage = { ...message, [name]: other } as StorageMessage;
          expect([name, digestOf(changedMessage)]).not.toEqual([name, digestOf(message)]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('damaged bytes are refused with a RangeError, or are some message', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), fc.nat(7), fc.boolean(), (message, at, bit, cut) => {
        const whole = storageCodec.encode(message).slice();
        const place = at % whole.length;
        const damaged = cut ? whole.slice(0, place) : whole;
        if (!cut) damaged[place]! ^= 1 << bit;
        let back: StorageWireMessage;
        try {
          back = storageCodec.decode(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(storageCodec.decode(storageCodec.encode(back).slice())).toEqual(back);
      }),
      { numRuns: 150 },
    );
  });
});
