import { describe, expect, it } from 'vitest';
import { counters } from '../../test/fixtures/counters.ts';
import { judge, type Met } from './judge.ts';
import type { Scenario } from './scenario-contract.ts';

const base = counters();
const rungs = base.ladder.rungs.map(({ id, title }) => ({ id, title, premise: 3, broken: 0 }));
const [first] = rungs as [(typeof rungs)[number]];
const families = Object.fromEntries(
  Object.keys(base.storm.families).map((name) => [
    name,
    { seeds: 1, begun: 1, refused: 0, never: 0, medianUs: 1, longestUs: 1 },
  ]),
);
const clients = { operations: 10, completedShare: 1 } as Met['clients'];

function reasons(scenario: Partial<Scenario>, met: Partial<Met>): readonly string[] {
  const all = { seeds: 2_000, rungs, probes: {}, families, clients, operations: {}, ...met };
  return judge({ ...base, ...scenario }, all as Met);
}

describe('judge', () => {
  it('has nothing against a sweep that met everything', () => {
    expect(reasons({}, {})).toEqual([]);
  });

  it('misses a premise that never held, unless the scenario says why', () => {
    const never = rungs.map((rung) => (rung === first ? { ...rung, premise: 0 } : rung));
    expect(reasons({}, { rungs: never })).toEqual([
      `the premise of rung ${first.id} (${first.title}) never held in 2000 seeds`,
    ]);
    const outOfReach = { [first.id]: 'nothing ever happens' };
    expect(reasons({ outOfReach }, { rungs: never })).toEqual([]);
    expect(reasons({ outOfReach }, {})).toEqual([
      `rung ${first.id} (${first.title}) is listed as out of reach, yet its premise held`,
    ]);
  });

  it('asks for no premise of a rung that such damage frees from its debt', () => {
    const never = rungs.map((rung) => ({ ...rung, premise: 0 }));
    const ladder = {
      ...base.ladder,
      rungs: base.ladder.rungs.map((rung) => ({ ...rung, owedUnder: 'no damage' as const })),
    };
    const storm = { ...base.storm, damage: 'any damage' as const };
    expect(reasons({ ladder, storm }, { rungs: never })).toEqual([]);
  });

  it('misses cells of the workload from 2,000 seeds on', () => {
    const cells = ['put/plain/ok*/storm', 'refused/put', 'refused/get'];
    const lacking = { clients: { ...base.clients, requiredCells: cells } };
    const operations = { 'put/plain/ok:done/form': 3, 'refused/put/disk-full/storm': 1 };
    expect(reasons(lacking, { operations, seeds: 1_999 })).toEqual([]);
    expect(reasons(lacking, { operations })).toEqual([
      'no client ever reached put/plain/ok*/storm',
      'no client ever reached refused/get',
    ]);
    const outOfReach = { 'refused/get': 'reads need no room', 'put/plain': 'nobody writes' };
    expect(reasons({ ...lacking, outOfReach }, { operations })).toEqual([]);
  });
});
