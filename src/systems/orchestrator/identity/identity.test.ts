import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCiphers as ciphers } from '../../../node-crypto/node-ciphers.ts';
import { ByteReader, ByteWriter } from '../../common/bytes.ts';
import { hexOf } from '../crypto/bytes.ts';
import { canonicalBytes, canonicalJson } from './canonical-json.ts';
import {
  answersChallenge,
  type Certificate,
  certificateFault,
  challengeBytes,
  issue,
  signingRequest,
  type Trust,
} from './certificates.ts';
import {
  makeToken,
  parseToken,
  rotatedAway,
  shownToken,
  tokenFault,
  tokenText,
  usedOnce,
} from './join-tokens.ts';
import {
  beginRenewal,
  completeRenewal,
  identityField,
  type NodeIdentity,
  noIdentity,
  renewAtUs,
} from './node-identity.ts';
import {
  beginRotation,
  finishRotation,
  firstRoot,
  type RootRow,
  signingRoot,
  switchRoot,
} from './root-rotation.ts';

const seed = (value: number): Uint8Array => new Uint8Array(32).fill(value);
const rootOf = (id: number) => ({ id, publicKey: hexOf(ciphers.signingKey(seed(id))) });
const life = { nowUs: 1_000_000, lifetimeUs: 500_000, skewUs: 100_000 };
const trust: Trust = { roots: [rootOf(1)], nowUs: 1_000_000, skewUs: 0, revoked: () => false };

function certified(root: number, subject: string = 'n1', key: number = 9): Certificate {
  const request = signingRequest(ciphers, seed(key), subject, 'worker');
  return issue(ciphers, { id: root, seed: seed(root) }, request, 40 + key, life)!;
}

describe('canonical JSON', () => {
  it('is JSON, and does not depend on the order of names', () => {
    const leaf = fc.oneof(fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(leaf, fc.array(tie('tree')), fc.dictionary(fc.string(), tie('tree'))),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = canonicalJson(value as never);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value) as never)).toBe(text);
        const back = String.fromCharCode(...canonicalBytes(value as never));
        expect(JSON.parse(back)).toEqual(JSON.parse(text));
      }),
    );
    expect(() => canonicalJson(0.5)).toThrow(RangeError);
    expect(() => canonicalJson({ a: [2 ** 53] })).toThrow(RangeError);
  });
});

/** The same with the names of maps the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([name, one]) => [name, reversed(one)]));
}

describe('a certificate', () => {
  it('is trusted under its root, within its time and the skew', () => {
    const certificate = certified(1);
    expect(certificateFault(ciphers, certificate, trust)).toBeNull();
    const at = (nowUs: number, skewUs: number) =>
      certificateFault(ciphers, certificate, { ...trust, nowUs, skewUs });
    expect(certificate).toMatchObject({ notBeforeUs: 900_000, notAfterUs: 1_500_000 });
    expect(at(900_000, 0)).toBeNull();
    expect(at(899_999, 0)).toBe('not-yet-valid');
    expect(at(899_999, 1)).toBeNull();
    expect(at(1_500_000, 0)).toBeNull();
    expect(at(1_500_001, 0)).toBe('expired');
    expect(at(1_500_001, 1)).toBeNull();
    const revoked = (serial: number): boolean => serial === 49;
    expect(certificateFault(ciphers, certificate, { ...trust, revoked })).toBe('revoked');
    expect(certificateFault(ciphers, certificate, { ...trust, roots: [rootOf(2)] })).toBe(
      'unknown-root',
    );
  });

  it('is no other once any of its fields is another', () => {
    const certificate = certified(1);
    const changes: Partial<Certificate>[] = [
      { serial: 1 },
      { subject: 'n2' },
      { role: 'manager' },
      { publicKey: hexOf(ciphers.signingKey(seed(8))) },
      { notBeforeUs: 0 },
      { notAfterUs: 2 ** 52 },
      { signature: hexOf(ciphers.sign(seed(2), canonicalBytes({}))) },
      { signature: 'no hex' },
    ];
    for (const change of changes) {
      const forged = { ...certificate, ...change };
      expect(certificateFault(ciphers, forged, trust)).toBe('bad-signature');
    }
    const both = { ...trust, roots: [rootOf(1), rootOf(2)] };
    expect(certificateFault(ciphers, { ...certificate, issuer: 2 }, both)).toBe('bad-signature');
  });

  it('goes to nobody who lacks the private key', () => {
    const request = signingRequest(ciphers, seed(9), 'n1', 'worker');
    const root = { id: 1, seed: seed(1) };
    for (const change of [
      { subject: 'n2' },
      { role: 'manager' as const },
      { publicKey: rootOf(3).publicKey },
    ]) {
      expect(issue(ciphers, root, { ...request, ...change }, 1, life)).toBeNull();
    }
    // A signature of a certificate is none of a request, and none of a challenge.
    const { signature } = certified(1);
    expect(issue(ciphers, root, { ...request, signature }, 1, life)).toBeNull();
  });

  it('is shown by its owner, and for one challenge', () => {
    const certificate = certified(1);
    const answer = hexOf(ciphers.sign(seed(9), challengeBytes('c1', certificate.serial)));
    expect(answersChallenge(ciphers, certificate, 'c1', answer)).toBe(true);
    expect(answersChallenge(ciphers, certificate, 'c2', answer)).toBe(false);
    const other = certified(1, 'n1', 8);
    expect(answersChallenge(ciphers, other, 'c1', answer)).toBe(false);
  });
});

describe('the rotation of a root', () => {
  const roots = (step: ReturnType<typeof beginRotation>): readonly RootRow[] => {
    if ('refused' in step) throw new Error(step.refused);
    return step.roots;
  };

  it('keeps every member trusted at every step, and goes no step too early', () => {
    const member = fc.record({ knows: fc.boolean(), renewed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(member, { maxLength: 5 }), (members) => {
        const begun = roots(beginRotation(firstRoot(rootOf(1)), rootOf(2)));
        expect(signingRoot(begun)?.id).toBe(1);
        const switched = switchRoot(
          begun,
          members.map(({ knows }) => (knows ? 2 : 1)),
        );
        if (members.some(({ knows }) => !knows)) {
          expect(switched).toEqual({ refused: 'unknown-to-some' });
          return;
        }
        const both = roots(switched);
        expect(signingRoot(both)?.id).toBe(2);
        const issuers = members.map(({ renewed }) => (renewed ? 2 : 1));
        for (const issuer of issuers) {
          const there = { ...trust, roots: both };
          expect(certificateFault(ciphers, certified(issuer), there)).toBeNull();
        }
        const finished = finishRotation(both, issuers);
        if (issuers.includes(1)) expect(finished).toEqual({ refused: 'in-use' });
        else expect(roots(finished).map((root) => root.id)).toEqual([2]);
      }),
      { numRuns: 40 },
    );
  });

  it('is one at a time, in one direction', () => {
    const begun = roots(beginRotation(firstRoot(rootOf(1)), rootOf(2)));
    expect(beginRotation(begun, rootOf(3))).toEqual({ refused: 'rotating' });
    expect(finishRotation(begun, [])).toEqual({ refused: 'no-rotation' });
    const switched = roots(switchRoot(begun, []));
    expect(switchRoot(switched, [])).toEqual({ refused: 'no-rotation' });
    expect(beginRotation(firstRoot(rootOf(1)), { ...rootOf(1), id: 2 })).toEqual({
      refused: 'same-key',
    });
  });
});

describe('a join token', () => {
  const terms = { id: 12, role: 'worker', expiresUs: 100, uses: 1 } as const;
  const { token, row } = makeToken(ciphers, seed(5), terms);

  it('comes back from its text, and is not in its row', () => {
    expect(parseToken(tokenText(token))).toEqual(token);
    expect(JSON.stringify([...row.digest])).not.toContain(token.secret);
    expect(hexOf(row.digest)).not.toBe(token.secret);
    for (const wrong of [
      '',
      'seedstorm-worker-12-',
      `${tokenText(token)}0`,
      tokenText(token).replace('worker', 'root'),
    ]) {
      expect(parseToken(wrong)).toBeNull();
    }
  });

  it('admits to its role, in its time, as often as it says', () => {
    const shown = shownToken(ciphers, token);
    expect(tokenFault(row, shown, 99)).toBeNull();
    expect(tokenFault(row, shown, 100)).toBe('expired');
    expect(tokenFault(usedOnce(row), shown, 99)).toBe('used-up');
    expect(tokenFault(undefined, shown, 99)).toBe('unknown');
    expect(tokenFault(row, shownToken(ciphers, { ...token, role: 'manager' }), 99)).toBe('wrong');
    const secret = token.secret.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(tokenFault(row, shownToken(ciphers, { ...token, secret }), 99)).toBe('wrong');
  });

  it('is another one at another index, though the entropy is the same', () => {
    expect(makeToken(ciphers, seed(5), { ...terms, id: 13 }).token.secret).not.toBe(token.secret);
  });

  it('goes with all older ones of its role when that is rotated', () => {
    const made = (
      [
        [1, 'worker'],
        [2, 'manager'],
        [3, 'worker'],
        [4, 'worker'],
      ] as const
    ).map(([id, role]) => makeToken(ciphers, seed(5), { ...terms, id, role }).row);
    expect(rotatedAway(made, made[2]!)).toEqual([1]);
    expect(rotatedAway(made, made[3]!)).toEqual([1, 3]);
  });
});

describe('the identity of a node', () => {
  it('has key and certificate of one renewal, on disk and in memory, whatever comes when', () => {
    const step = fc.record({
      kind: fc.constantFrom('ask' as const, 'answer' as const, 'crash' as const),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const stored = (identity: NodeIdentity): Uint8Array => {
          const writer = new ByteWriter();
          identityField.write(writer, identity);
          return writer.finish();
        };
        let memory: NodeIdentity = noIdentity;
        let disk = stored(memory);
        const answers: Certificate[] = [];
        let draws = 0;
        for (const { kind, which } of steps) {
          if (kind === 'ask') {
            const about = { subject: 'n1', role: 'worker' } as const;
            const begun = beginRenewal(ciphers, memory, seed(++draws), about);
            disk = stored(begun.identity);
            memory = begun.identity;
            answers.push(issue(ciphers, { id: 1, seed: seed(1) }, begun.request, draws, life)!);
          } else if (kind === 'answer' && answers.length > 0) {
            const next = completeRenewal(ciphers, memory, answers[which % answers.length]!);
            if (next !== null) {
              disk = stored(next);
              memory = next;
            }
          } else if (kind === 'crash') {
            memory = identityField.read(new ByteReader(disk));
          }
          expect(stored(memory)).toEqual(disk);
          if (memory.current === null) continue;
          const { seed: own, certificate } = memory.current;
          expect(hexOf(ciphers.signingKey(own))).toBe(certificate.publicKey);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('takes the answer to the renewal that is under way, and to no other', () => {
    const about = { subject: 'n1', role: 'worker' } as const;
    const answer = (request: Parameters<typeof issue>[2], serial: number): Certificate =>
      issue(ciphers, { id: 1, seed: seed(1) }, request, serial, life)!;
    const first = beginRenewal(ciphers, noIdentity, seed(4), about);
    // Asked for twice at once: the second gets the request of the first.
    const again = beginRenewal(ciphers, first.identity, seed(5), about);
    expect(again).toEqual(first);
    const one = completeRenewal(ciphers, first.identity, answer(first.request, 10))!;
    expect(one).toMatchObject({ current: { seed: seed(4) }, pending: null });
    expect(completeRenewal(ciphers, one, answer(again.request, 11))).toBeNull();
    const second = beginRenewal(ciphers, one, seed(6), about);
    // The late answer to the first, while the second is under way.
    expect(completeRenewal(ciphers, second.identity, answer(first.request, 12))).toBeNull();
    const two = completeRenewal(ciphers, second.identity, answer(second.request, 13))!;
    expect(two.current).toMatchObject({ seed: seed(6), certificate: { serial: 13 } });
  });

  it('is renewed well before it ends', () => {
    const certificate = certified(1);
    expect(renewAtUs(certificate)).toBe(1_300_000);
  });
});
