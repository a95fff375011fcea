import { describe, expect, test } from 'vitest';
import { prepareRun } from '../src/run/prepare-run.ts';
import type { Scenario } from '../src/run/scenario-contract.ts';
import type { WorldControl } from '../src/sim/world-control.ts';
import { eighthReignUs } from './raft/figure-7.ts';
import { figure8Times } from './raft/figure-8.ts';
import commitByCounting from './raft-commit-by-counting.ts';
import figure7 from './raft-figure-7.ts';
import figure8 from './raft-figure-8.ts';

const seeds = [1, 2, 3, 4, 5, 6];

/** What a test reads of a Raft node. */
interface Core {
  readonly role: string;
  readonly commit: number;
  readonly matches: readonly number[];
  readonly log: { readonly lastIndex: number; term(index: number): number };
}

function coreOf(world: WorldControl, id: string): Core {
  return (world.state(world.nodeIndex(id)) as { core: Core }).core;
}

/** Terms of a node's entries, first to last. */
function termsOf(world: WorldControl, id: string): readonly number[] {
  const { log } = coreOf(world, id);
  return Array.from({ length: log.lastIndex }, (_, at) => log.term(at + 1));
}

/** Runs a scenario to its end and looks at the world after the marks that are asked for. */
function watch(
  scenario: Scenario,
  seed: number,
  looks: readonly (readonly [event: string, look: (world: WorldControl, node: string) => void])[],
) {
  const run = prepareRun(scenario, { seed }, { stopAtFirst: false });
  for (const [event, look] of looks) {
    run.world.onMark(event, (node) => look(run.world, run.world.nodeId(node)));
  }
  for (let slice = 0; !run.done; slice++) {
    run.advance(10_000);
    expect(slice).toBeLessThan(100);
  }
  const { record } = run.finish();
  expect(record.violation).toBeUndefined();
  expect(record.verdict).toBe('held');
  return record;
}

/** How many leading entries two logs share. */
function shared(a: readonly number[], b: readonly number[]): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

const figure7Nodes = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'];

describe('figure 7', () => {
  test.each(seeds)('the eighth leader meets followers of all six kinds (seed %i)', (seed) => {
    const logs: (readonly number[])[] = [];
    watch(figure7, seed, [
      [
        'role:leader',
        (world, winner) => {
          if (world.timeUs < eighthReignUs || winner !== 'n1') return;
          for (const id of figure7Nodes) logs.push(termsOf(world, id));
        },
      ],
    ]);
    expect(logs).toHaveLength(7);
    const leader = logs[0]!.slice(0, -1);
    const [a, b, c, d, e, f] = logs.slice(1).map((terms) => {
      const same = shared(leader, terms);
      return { lacks: leader.length - same, extra: terms.slice(same) };
    });
    expect(logs[0]!.at(-1)).toBe(8);
    expect([...new Set(leader)]).toEqual([1, 4, 5, 6]);
    expect([a!.lacks > 0, a!.extra]).toEqual([true, []]);
    expect(b!.lacks).toBeGreaterThan(a!.lacks);
    expect(b!.extra).toEqual([]);
    expect([c!.lacks, new Set(c!.extra)]).toEqual([0, new Set([6])]);
    expect([d!.lacks, new Set(d!.extra)]).toEqual([0, new Set([7])]);
    expect([e!.lacks > 0, new Set(e!.extra)]).toEqual([true, new Set([4])]);
    // One more of term 1 may have been under way when (f) died.
    const odd = new Set(f!.extra.filter((term) => term !== 1));
    expect([f!.lacks > e!.lacks, odd]).toEqual([true, new Set([2, 3])]);
  });
});

/** The first index at which the logs of n1 and n5 differ, as both are in part (c). */
function firstConflict(oldTerms: readonly number[], newTerms: readonly number[]): number {
  return shared(oldTerms, newTerms) + 1;
}

describe('figure 8', () => {
  test.each(seeds)('an old entry is on a majority, then overwritten (seed %i)', (seed) => {
    let n5: readonly number[] = [];
    let conflict = 0;
    let inPartC: Record<string, unknown> = {};
    let overwritten = 0;
    watch(figure8, seed, [
      [
        'role:leader',
        (world, winner) => {
          if (winner === 'n5' && n5.length === 0) n5 = termsOf(world, 'n5');
        },
      ],
      [
        'receive:append-reply',
        (world, node) => {
          if (node !== 'n1' || world.timeUs < figure8Times.cUs || 'role' in inPartC) return;
          const n1 = termsOf(world, 'n1');
          conflict = firstConflict(n1, n5);
          const leader = coreOf(world, 'n1');
          const copies = leader.matches.filter((match) => match >= conflict).length;
          if (copies < 3) return;
          const isCommitted = leader.commit >= conflict;
          const [newest, old] = [n1.at(-1), n1[conflict - 1]];
          inPartC = { role: leader.role, copies, newest, old, isCommitted };
        },
      ],
      [
        'probe:uncommitted tail truncated',
        (world, node) => {
          if (node === 'n3' && world.timeUs > figure8Times.dUs) overwritten++;
        },
      ],
    ]);
    expect(n5.at(-1)).toBe(2);
    // n1 leads in term 3, knows its entry of term 1 on three of five, and does not commit it.
    expect(inPartC).toEqual({ role: 'leader', copies: 3, newest: 3, old: 1, isCommitted: false });
    expect(overwritten).toBe(1);
  });
});

describe('a leader that must not commit by counting', () => {
  test.each(seeds)('waits with a majority in its hands, then commits (seed %i)', (seed) => {
    let waitedFromUs = 0;
    let committedUs = 0;
    watch(commitByCounting, seed, [
      [
        'receive:append-reply',
        (world, node) => {
          if (node !== 'n1' || world.timeUs < figure8Times.cUs) return;
          const leader = coreOf(world, 'n1');
          if (leader.role !== 'leader' || committedUs > 0) return;
          const known = [...leader.matches].sort((a, b) => b - a)[2]!;
          if (known === 0) return;
          if (leader.commit >= known) committedUs = world.timeUs;
          else if (waitedFromUs === 0 && leader.log.term(known) === 1) waitedFromUs = world.timeUs;
        },
      ],
    ]);
    expect(waitedFromUs).toBeGreaterThan(0);
    expect(committedUs - waitedFromUs).toBeGreaterThan(50_000);
  });
});
