import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCiphers as ciphers } from '../../../node-crypto/node-ciphers.ts';
import { ByteReader, ByteWriter } from '../../common/bytes.ts';
import { equalBytes } from '../crypto/bytes.ts';
import {
  type Membership,
  MeshEnd,
  membershipFaults,
  membershipField,
  packetPasses,
} from './mesh.ts';

const names = ['n1', 'n2', 'n3'];
const seedOf = (value: number): Uint8Array => new Uint8Array(32).fill(value);

const step = fc.oneof(
  fc.record({ kind: fc.constant('rotate' as const), node: fc.nat(2), announced: fc.boolean() }),
  fc.record({ kind: fc.constant('hear' as const), node: fc.nat(2), which: fc.nat() }),
  fc.record({ kind: fc.constant('remove' as const), node: fc.nat(2) }),
  fc.record({ kind: fc.constant('join' as const), node: fc.nat(2) }),
);

describe('the mesh', () => {
  it('lets a packet pass exactly when both ends can make the same link key', () => {
    let passed = 0;
    let stopped = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.boolean(), (steps, met) => {
        let draws = 0;
        const ends = names.map((name) => new MeshEnd(ciphers, name, seedOf(++draws)));
        const announced = new Map(ends.map((end) => [end.node, end.publicKey]));
        const told: Membership[] = [];
        const publish = (): void => {
          const peers = [...announced].map(([node, publicKey]) => {
            return { node, address: 10 + names.indexOf(node), publicKey };
          });
          told.push({ revision: told.length + 1, peers });
        };
        publish();
        for (const end of met ? ends : []) end.learn(told[0]!);
        for (const one of steps) {
          const end = ends[one.node]!;
          if (one.kind === 'rotate') {
            end.rotate(seedOf(++draws));
            if (one.announced) announced.set(end.node, end.publicKey);
          } else if (one.kind === 'remove') announced.delete(end.node);
          else if (one.kind === 'join') announced.set(end.node, end.publicKey);
          else {
            const membership = told[one.which % told.length]!;
            const before = end.revision;
            expect(end.learn(membership)).toBe(membership.revision > before);
            expect(end.revision).toBe(Math.max(before, membership.revision));
          }
          if (one.kind !== 'hear') publish();
          for (const from of ends) {
            for (const to of ends) {
              if (from === to) continue;
              const here = from.linkKey(to.node);
              const there = to.linkKey(from.node);
              const same = here !== null && there !== null && equalBytes(here, there);
              expect(packetPasses(from, to)).toBe(same);
              if (same) passed += 1;
              else stopped += 1;
            }
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(Math.min(passed, stopped)).toBeGreaterThan(100);
  });

  it('gives each link a key of its own', () => {
    const ends = names.map((name, at) => new MeshEnd(ciphers, name, seedOf(at + 1)));
    const peers = ends.map(({ node, publicKey }, at) => ({ node, address: at + 1, publicKey }));
    for (const end of ends) end.learn({ revision: 1, peers });
    const keys = ends.flatMap((end) => names.map((name) => end.linkKey(name)?.join()));
    expect(new Set(keys.filter((key) => key !== undefined)).size).toBe(3);
    expect(ends[0]!.linkKey('n1')).toBeNull();
    expect(ends[0]!.linkKey('n9')).toBeNull();
  });

  it('refuses two members with one name, address or key', () => {
    const member = (node: string, address: number, key: number) => {
      return { node, address, publicKey: seedOf(key) };
    };
    const faultsOf = (...peers: ReturnType<typeof member>[]) =>
      membershipFaults({ revision: 1, peers }).map((fault) => fault.field);
    expect(faultsOf(member('a', 1, 1), member('b', 2, 2))).toEqual([]);
    expect(faultsOf(member('a', 1, 1), member('a', 2, 2))).toEqual(['peers[1].node']);
    // Warren gave 10.0.0.1 to every node.
    expect(faultsOf(member('a', 1, 1), member('b', 1, 2))).toEqual(['peers[1].address']);
    expect(faultsOf(member('a', 1, 1), member('b', 2, 1))).toEqual(['peers[1].publicKey']);
  });

  it('has a membership that comes back from its bytes', () => {
    const membership = { revision: 4, peers: [{ node: 'a', address: 7, publicKey: seedOf(3) }] };
    const writer = new ByteWriter();
    membershipField.write(writer, membership);
    expect(membershipField.read(new ByteReader(writer.finish()))).toEqual(membership);
  });
});
