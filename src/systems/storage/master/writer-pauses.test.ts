import { expect, test } from 'vitest';
import { simulationTimings } from '../timings.ts';
import { MasterRig } from './master-rig.ts';

const { taskTimeoutUs, serverLeaseUs } = simulationTimings;

/** A chunk that somebody writes, and whose chain was formed anew without one member. */
function lacking(isRoomElsewhere = true) {
  const rig = new MasterRig({}, { repairBytesPerSecond: 10_000_000 });
  rig.pass(1_000);
  rig.furnish();
  const session = rig.session(10_000_000);
  const inode = rig.file(session, 'f');
  const grant = { kind: 'grant-write', inode, index: 0, members: [] } as const;
  rig.call(session, grant);
  rig.setAll();
  const row = () => rig.state.chunks.get(1)!;
  const members = row().members.with(2, 0);
  for (const server of [4, 5, 6, 7, 8, 9]) {
    if (isRoomElsewhere || row().members.includes(server)) continue;
    rig.enter({ kind: 'set-server-state', server, state: 'draining' });
  }
  rig.enter({ kind: 'reform-members', chunk: 1, fence: row().grant!.fence, members });
  const release = () => {
    const { fence } = row().grant!;
    rig.do(session, { kind: 'release-write', inode, index: 0, fence });
  };
  return { rig, session, inode, grant, row, release };
}

test('a writer is asked to let go, until it does', () => {
  const { rig, row, release } = lacking();
  const { fence } = row().grant!;
  expect(rig.take('recall')).toMatchObject([{ chunkIndex: 0, recall: fence }]);
  rig.passBeating(taskTimeoutUs);
  expect(rig.take('recall').length).toBeGreaterThan(0);
  release();
  rig.take('recall');
  rig.passBeating(taskTimeoutUs);
  expect(rig.take('recall')).toEqual([]);
});

test('nobody gets a lease before the repair has ended', () => {
  const { rig, session, grant, row, release } = lacking();
  release();
  rig.pass(1_000);
  expect(rig.ended(rig.call(session, grant))).toMatchObject({ outcome: 'unavailable' });
  const [order] = rig.take('copy-fragment');
  const plans = [...rig.service.indexes.plans.values()];
  const { server } = plans.find(({ plan }) => plan.kind === 'move')!.plan;
  rig.taskDone(order!, server);
  expect(row().members).toContain(server);
  const request = rig.call(session, grant);
  rig.setAll();
  expect(rig.ended(request)).toMatchObject({ outcome: 'done', reply: { kind: 'grant' } });
});

test('a repair that does not end holds nobody up for good, and writers have their turn', () => {
  const { rig, session, grant, release } = lacking();
  release();
  rig.passBeating(4 * taskTimeoutUs + 100_000);
  const request = rig.call(session, grant);
  rig.setAll();
  expect(rig.ended(request)).toMatchObject({ outcome: 'done', reply: { kind: 'grant' } });
  rig.take('recall');
  rig.passBeating(serverLeaseUs);
  expect(rig.take('recall')).toEqual([]);
  rig.call(session, grant);
  rig.setAll();
  rig.passBeating(serverLeaseUs);
  expect(rig.take('recall').length).toBeGreaterThan(0);
});

test('where there is no other place, nobody is held up', () => {
  const { rig, session, grant, release } = lacking(false);
  expect(rig.take('recall')).toEqual([]);
  release();
  rig.pass(1_000);
  const request = rig.call(session, grant);
  rig.setAll();
  expect(rig.ended(request)).toMatchObject({ outcome: 'done', reply: { kind: 'grant' } });
});
