import { expect, test } from 'vitest';
import { EventRing } from '../manager/events.ts';
import { serviceSpec } from '../specs/service-spec.ts';
import { auditState } from '../state/audit.ts';
import type { CommandOf } from '../state/command.ts';
import { Rig, second } from '../test-rig.ts';
import { isRevoked, membershipOf } from './membership.ts';

const digest = new Uint8Array(32).fill(7);
const value = { keyId: 1, index: 1, field: 0, sealed: new Uint8Array(20) };

/** A cluster with keys, a root and a token for two nodes. */
function founded(): { readonly rig: Rig; readonly token: number } {
  const rig = new Rig().audited();
  rig.lead({ kind: 'barrier' });
  const key = { id: 1, purpose: 'secrets', wrappedBy: 1, index: 1, field: 0 } as const;
  const root = { id: 1, publicKey: 'aa', state: 'coming', seed: value } as const;
  const sealed = new Uint8Array(48);
  expect(rig.lead({ kind: 'found-trust', keys: [{ ...key, sealed }], root }).kind).toBe('done');
  const row = { id: 2, role: 'worker', digest, expiresUs: 0, uses: 2 } as const;
  rig.ask({ kind: 'create-token', row, lifetimeUs: 10 * second, rotate: 0 });
  return { rig, token: 2 };
}

function joining(id: number, subject: string, given: Partial<CommandOf<'join-node'>> = {}) {
  const capacity = { cpuMillis: 1_000, memoryBytes: 2 ** 20 };
  return {
    kind: 'join-node',
    token: { id, role: 'worker', digest },
    subject,
    publicKey: `key of ${subject}`,
    description: { architecture: 'amd64', capacity },
    meshKey: new Uint8Array(32).fill(subject.charCodeAt(0)),
    ...given,
  } as const;
}

test('a token admits as many as it says, and whoever asks again is the same node', () => {
  const { rig, token } = founded();
  const first = rig.lead(joining(token, 'a'));
  expect(first.kind).toBe('certified');
  expect(rig.lead(joining(token, 'a'))).toEqual(first);
  expect(rig.state.tokens.get(token)?.uses).toBe(1);
  // Another machine under this name, and another one with this key of the mesh.
  expect(rig.lead(joining(token, 'a', { publicKey: 'other' }))).toMatchObject({ why: 'exists' });
  const meshKey = new Uint8Array(32).fill('a'.charCodeAt(0));
  expect(rig.lead(joining(token, 'b', { meshKey }))).toMatchObject({ why: 'exists' });
  expect(rig.lead(joining(token, 'b')).kind).toBe('certified');
  expect(rig.lead(joining(token, 'c'))).toMatchObject({ why: 'forbidden' });
  expect(membershipOf(rig.state).peers.map(({ node }) => node)).toEqual(['a', 'b']);
});

test('a token admits nobody after its time', () => {
  const { rig, token } = founded();
  rig.timeUs += 11 * second;
  expect(rig.lead(joining(token, 'a'))).toMatchObject({ why: 'forbidden' });
});

test('the older certificate is good until the newer one was shown, and none after the removal', () => {
  const { rig, token } = founded();
  const joined = rig.lead(joining(token, 'a'));
  if (joined.kind !== 'certified') throw new Error('not joined');
  const { node, serial } = joined;
  const renewed = rig.lead({ kind: 'renew-certificate', node, publicKey: 'new' });
  expect(rig.lead({ kind: 'renew-certificate', node, publicKey: 'new' })).toEqual(renewed);
  if (renewed.kind !== 'certified') throw new Error('not renewed');
  expect(isRevoked(rig.state, node, serial)).toBe(false);
  const { meshKey } = joining(token, 'a');
  rig.lead({ kind: 'update-member', node, serial: renewed.serial, meshKey, trusts: 1 });
  expect(isRevoked(rig.state, node, serial)).toBe(true);
  rig.ask({ kind: 'remove-node', node });
  expect(isRevoked(rig.state, node, renewed.serial)).toBe(true);
  expect(membershipOf(rig.state).peers).toEqual([]);
});

test('a revision keeps the version of a secret that it was made with', () => {
  const { rig } = founded();
  const spec = { name: 'door', labels: [], fingerprint: digest };
  const secrets = [{ source: 'door', version: 0, target: '/run/secrets/door' }];
  const wish = serviceSpec('web', 'app:1', { template: { secrets } });
  expect(rig.ask({ kind: 'create-service', spec: wish })).toMatchObject({ why: 'invalid' });
  rig.ask({ kind: 'put-secret', version: 0, spec, value });
  expect(rig.ask({ kind: 'put-secret', version: 0, spec, value })).toMatchObject({ why: 'exists' });
  const made = rig.ask({ kind: 'create-service', spec: wish });
  if (made.kind !== 'object') throw new Error('not made');
  // The same value again makes no version.
  expect(rig.ask({ kind: 'put-secret', version: 1, spec, value })).toMatchObject({ version: 1 });
  const other = { ...spec, fingerprint: digest.map((byte) => byte ^ 1) };
  expect(rig.ask({ kind: 'put-secret', version: 1, spec: other, value })).toMatchObject({
    version: 2,
  });
  expect(rig.state.revisions.get(made.id, 1)?.secrets).toEqual([1]);
  // The same words ask for the newer version now.
  rig.update(made.id, (same) => same);
  expect(rig.state.services.get(made.id)?.revision).toBe(2);
  expect(rig.state.revisions.get(made.id, 2)?.secrets).toEqual([2]);
  expect(rig.ask({ kind: 'remove-secret', name: 'door' })).toMatchObject({ why: 'in-use' });
  expect(auditState(rig.state)).toEqual([]);
});

test('events come in the order of the log, and what was forgotten is a gap', () => {
  const ring = new EventRing(4);
  const rig = new Rig();
  rig.after = () => ring.applyTo(rig.state);
  rig.service('a');
  const made = rig.state.applied;
  const watch = { kind: 'watch', request: 1, most: 100 } as const;
  const all = ring.after({ ...watch, after: 0 });
  expect(all).toMatchObject({ gap: false, to: made });
  expect(all.events).toMatchObject([{ index: made, what: 'made', table: 'services' }]);
  rig.node();
  rig.service('b');
  rig.calm();
  const rest = ring.after({ ...watch, after: made });
  expect(rest.gap).toBe(true);
  expect(rest.events.every(({ index }) => index > rest.from)).toBe(true);
  expect(ring.after({ ...watch, after: rest.to })).toMatchObject({ gap: false, events: [] });
});
