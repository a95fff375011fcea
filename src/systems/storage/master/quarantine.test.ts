import { describe, expect, test } from 'vitest';
import { simulationSettings } from '../metadata/settings.ts';
import { MasterRig } from './master-rig.ts';

const { graceUs } = simulationSettings;

/** A rig with one chunk that was written and released. */
function written() {
  const rig = new MasterRig({}, {});
  rig.pass(1_000);
  rig.furnish();
  const { session, inode } = rig.writtenFile();
  rig.sent.length = 0;
  const { members } = rig.state.chunks.get(1)!;
  const other = [4, 5, 6, 7, 8, 9].find((server) => !members.includes(server))!;
  return { rig, session, inode, member: members[0]!, other };
}

function tellBad(rig: MasterRig, server: number, version: number, life = 1): void {
  const name = { chunk: 1, version, generation: 0, part: 0 };
  rig.deliver(`n${server}`, { kind: 'fragment-bad', ...name, server, life, fault: 'bad' });
}

// Found by seed 156 of storage-storm (SG3): no report tells of quarantine, so it was there for ever.
describe('a fragment in quarantine', () => {
  test('that nothing means is planned for deletion, once', () => {
    const { rig, other } = written();
    tellBad(rig, other, 1);
    tellBad(rig, other, 1);
    expect(rig.state.plans.size).toBe(1);
    rig.passBeating(graceUs + 300_000);
    const [order] = rig.take('erase-fragment', `n${other}`);
    expect(order).toMatchObject({ chunk: 1, version: 1, generation: 0, part: 0 });
  });

  test('that has lost its name is planned for deletion, a member or not', () => {
    const { rig, member } = written();
    tellBad(rig, member, 0);
    rig.passBeating(graceUs + 300_000);
    const [order] = rig.take('erase-fragment', `n${member}`);
    expect(order).toMatchObject({ chunk: 1, version: 0 });
    expect(rig.state.chunks.get(1)!.members).toContain(member);
  });

  // Found by seed 6003 of storage-rotten-journals (SG3): dropped, and a member again by another fragment.
  test('of a member under an older name than the chunk has is planned for deletion', () => {
    const { rig, session, inode, member } = written();
    rig.call(session, { kind: 'grant-write', inode, index: 0, members: [] });
    rig.setAll();
    const { fence } = rig.state.chunks.get(1)!.grant!;
    tellBad(rig, member, 1);
    expect(rig.state.plans.size).toBe(0);
    rig.do(session, { kind: 'release-write', inode, index: 0, fence });
    tellBad(rig, member, 1);
    const [plan] = rig.service.indexes.plans.values();
    expect(plan?.plan).toMatchObject({ kind: 'delete', server: member, version: 1 });
  });

  test('of a member under another name stays, and so does what an earlier life says', () => {
    const { rig, member, other } = written();
    tellBad(rig, member, 7);
    tellBad(rig, other, 1, 99);
    expect(rig.state.plans.size).toBe(0);
  });
});

function report(
  rig: MasterRig,
  server: number,
  number: number,
  fragments: readonly { version: number; fence: number }[],
): void {
  const list = fragments.map((one) => ({ ...one, chunk: 1, generation: 0, part: 0, bytes: 1 }));
  rig.report(server, { report: number, beat: number, fragments: list });
}

// Found by seed 15 of storage-drain (SG3): moved away and back, a server keeps the version before.
describe('an older version on a member', () => {
  test('that is another fragment is planned for deletion', () => {
    const { rig, session, inode, member } = written();
    rig.call(session, { kind: 'grant-write', inode, index: 0, members: [] });
    rig.setAll();
    const { fence } = rig.state.chunks.get(1)!.grant!;
    const both = [
      { version: 1, fence: 3 },
      { version: 2, fence: 0 },
    ];
    report(rig, member, 1, both);
    expect(rig.state.plans.size).toBe(0);
    rig.do(session, { kind: 'release-write', inode, index: 0, fence });
    report(rig, member, 2, [
      { version: 1, fence },
      { version: 2, fence },
    ]);
    report(rig, member, 3, [{ version: 1, fence: 3 }]);
    expect(rig.state.plans.size).toBe(0);
    // The newest one has two names as well: found by seed 244396000005 of storage-cut-off.
    report(rig, member, 4, [
      { version: 1, fence: 3 },
      { version: 1, fence },
      { version: 2, fence },
    ]);
    expect(rig.state.plans.size).toBe(1);
    const [plan] = rig.service.indexes.plans.values();
    expect(plan?.plan).toMatchObject({ kind: 'delete', server: member, version: 1 });
  });
});

// Found by seed 1301 of storage-storm (SG3): in a log that clients kept full, no report ever found room.
test('what nothing means is planned for deletion as soon as the log has room', () => {
  const { rig, other } = written();
  rig.full = true;
  report(rig, other, 1, [{ version: 1, fence: 3 }]);
  report(rig, other, 2, [{ version: 1, fence: 3 }]);
  rig.pass(200_000);
  expect(rig.state.plans.size).toBe(0);
  rig.full = false;
  rig.pass(100_000);
  const plans = [...rig.service.indexes.plans.values()];
  expect(plans.map(({ plan }) => [plan.kind, plan.server])).toEqual([['delete', other]]);
});
