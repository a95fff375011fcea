import { describe, expect, it } from 'vitest';
import { RaftNode } from '../../src/systems/raft/driver.ts';
import {
  encodeRecords,
  segmentName,
} from '../../src/systems/storage/metalogger/changelog-format.ts';
import { MetaloggerService } from '../../src/systems/storage/metalogger/metalogger-service.ts';
import { storageFacts } from './facts.ts';
import { learnersCatchUp } from './learners-catch-up.ts';
import type { StorageMoment } from './moment.ts';
import { StorageRig } from './test-kit.ts';

/** What its node has applied, what it counts as on disk, and what is there. */
interface Metalogger {
  readonly applied: number;
  readonly durable: number;
  readonly written: number;
}

/** A master that leads a group of two, of whom the metalogger follows. */
function leader(): RaftNode {
  const configuration = { voters: [1], outgoing: [], learners: [3], autoLeave: false };
  const core = {
    ...{ role: 'leader', commit: 1, term: 1, matches: [0, 1, 1, 1], log: { term: () => 1 } },
    configurations: { size: 1, entry: () => ({ index: 1, configuration }) },
  };
  return Object.assign(Object.create(RaftNode.prototype), { phase: 'running', core });
}

/** What the rung says of a metalogger, node 2 on paper, at the end of a run. */
function said({ applied, durable, written }: Metalogger): string {
  const rig = new StorageRig('SH6');
  const session = rig.furnish();
  const made = { mode: 0o644, uid: 0, gid: 0, exclusive: true };
  rig.ask(session, 2, { kind: 'create', parent: 1, name: 'a', ...made });
  const service = Object.assign(Object.create(MetaloggerService.prototype), {
    changelog: { durable },
  });
  const segment = encodeRecords(rig.log.slice(0, written));
  const promised = new Map([[segmentName(1), segment]]);
  const disk = {
    promisedFiles: () => [...promised.keys()],
    promisedBytes: (file: string) => promised.get(file),
  };
  const world = {
    ...rig.facts.world,
    status: (node: number) => (node === 1 ? 'down' : 'up'),
    state: (node: number) =>
      node === 2 ? { machine: { applied }, phase: 'running', service } : leader(),
    disk: () => disk,
  };
  const topology = { ...rig.facts.topology, masters: 2 };
  const facts = { ...rig.facts, world, topology, healedUs: 0 } as unknown as StorageMoment['facts'];
  const ghost = { healedAt: 0 };
  const moment = (phase: string, timeUs: number) =>
    ({ facts: { ...facts, phase }, timeUs }) as unknown as StorageMoment;
  learnersCatchUp.check(moment('settle', 0), ghost);
  expect(ghost.healedAt).toBe(rig.log.length);
  const outcome = learnersCatchUp.check(moment('end', 1_000_000_000), ghost);
  if (outcome.kind === 'broken') {
    const words = storageFacts.SH6!({ nodes: ['n3'], values: outcome.values } as never);
    expect(words.join(' ')).not.toMatch(/undefined|NaN|object/);
  }
  return outcome.kind;
}

describe('SH6 learners catch up', () => {
  const all = new StorageRig('SH6');
  all.furnish();
  const last = all.log.length + 1;

  it('holds for who has all that was committed, in its tables and on its disk', () => {
    expect(said({ applied: last, durable: last, written: last })).toBe('held');
  });

  it('holds for a new life that has nothing to add to what it found', () => {
    expect(said({ applied: last, durable: 0, written: last })).toBe('held');
  });

  it('breaks for a changelog that was written no further', () => {
    expect(said({ applied: last, durable: 2, written: 2 })).toBe('broken');
  });

  it('breaks for tables that were not brought up to date', () => {
    expect(said({ applied: 2, durable: last, written: last })).toBe('broken');
  });
});
