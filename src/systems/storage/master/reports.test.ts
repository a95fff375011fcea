import { describe, expect, test } from 'vitest';
import { simulationTimings } from '../timings.ts';
import { MasterRig } from './master-rig.ts';

const { serverLeaseUs } = simulationTimings;

/** A rig with one chunk that was written and released. */
function written() {
  const rig = new MasterRig();
  rig.pass(1_000);
  rig.furnish();
  rig.writtenFile();
  rig.sent.length = 0;
  const members = () => rig.state.chunks.get(1)!.members;
  return { rig, server: members()[2]!, members };
}

const held = { chunk: 1, version: 1, generation: 0, part: 0, fence: 1, bytes: 1 };
const others = (server: number) => [4, 5, 6, 7, 8, 9].filter((one) => one !== server);

describe('what reports lack', () => {
  test('what two complete reports lack is dropped, what one lacks is not', () => {
    const { rig, server, members } = written();
    rig.report(server);
    rig.passBeating(50_000);
    expect(members()).toContain(server);
    rig.beat(server);
    expect(rig.take('beat-heard', `n${server}`).at(-1)).toMatchObject({ wantsReport: true });
    rig.report(server, { report: 2, beat: 2, fragments: [held] });
    rig.report(server, { report: 3, beat: 3 });
    rig.passBeating(50_000);
    expect(members()).toContain(server);
    rig.report(server, { report: 4, beat: 4 });
    rig.passBeating(50_000);
    expect(members()).not.toContain(server);
  });

  // Found by seed 771113 of storage-late-orders (SF7): two reports came late and twice, both from before.
  test('what was asked for before the first had ended is no second one', () => {
    const { rig, server, members } = written();
    for (const late of [3, 2, 3]) {
      rig.report(server, { report: late });
      rig.passBeating(50_000);
    }
    expect(members()).toContain(server);
    rig.beat(server, { beat: 2 });
    rig.report(server, { report: 4, beat: 2 });
    rig.passBeating(50_000);
    expect(members()).not.toContain(server);
  });

  test('of another term, or of before the server was lost, prove nothing', () => {
    const { rig, server, members } = written();
    rig.leadAgain();
    for (const number of [1, 2]) {
      rig.report(server, { report: number, beat: number, term: rig.term - 1 });
      rig.passBeating(50_000);
    }
    expect(members()).toContain(server);
    rig.passBeating(serverLeaseUs * 1.02 + 100_000, others(server));
    rig.beat(server, { beat: 9 });
    rig.pass(serverLeaseUs / 8);
    for (const number of [7, 8]) rig.report(server, { report: number, beat: number });
    rig.pass(50_000);
    expect(members()).toContain(server);
    for (const number of [9, 10]) rig.report(server, { report: number, beat: number });
    rig.pass(50_000);
    expect(members()).not.toContain(server);
  });

  test('a report with a piece missing proves nothing', () => {
    const { rig, server, members } = written();
    for (const number of [1, 2, 3]) {
      const head = { report: number, beat: number };
      rig.report(server, { ...head, piece: 0, last: false });
      rig.report(server, { ...head, piece: 2, last: true });
    }
    rig.passBeating(50_000);
    expect(members()).toContain(server);
  });
});

// Found by seed 40292000006 of storage-leases (SG3): the part of a grant that was given up before all
// had it stayed beside the one that the chunk has.
describe('beside the name that the tables have', () => {
  const deletions = (rig: MasterRig): number[] =>
    rig.state.plans.keys(1).map((id) => rig.state.plans.get(1, id)!.version);

  /** What a member tells after a grant of version 2 was given up: by its names, and their fences. */
  function told(...names: readonly (readonly [version: number, fence: number])[]) {
    const { rig, server } = written();
    const row = rig.state.chunks.edit(1);
    row.highestVersion = 3;
    rig.state.settle();
    const fragments = names.map(([version, fence]) => ({ ...held, version, fence }));
    rig.report(server, { fragments });
    rig.passBeating(50_000);
    return { rig, planned: deletions(rig) };
  }

  test('what a grant that was given up has left is erased', () => {
    expect(told([1, 1], [2, 5]).planned).toEqual([2]);
    expect(told([1, 1], [2, 5], [3, 7]).planned).toEqual([2, 3]);
  });

  test('another name of the same fragment stays, and so does one that is alone', () => {
    expect(told([1, 1], [2, 1]).planned).toEqual([]);
    expect(told([2, 5]).planned).toEqual([]);
  });

  test('nothing goes while the members are being brought into line', () => {
    const { rig, server } = written();
    rig.state.chunks.edit(1).unsettled = true;
    rig.state.chunks.edit(1).highestVersion = 3;
    rig.state.settle();
    const fragments = [held, { ...held, version: 2, fence: 5 }];
    rig.report(server, { fragments });
    rig.pass(1_000);
    expect(deletions(rig)).toEqual([]);
  });
});
