import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import raftCalm from '../../../scenarios/raft-calm.ts';
import { type CounterHooks, counters, smallLadder } from '../../../test/fixtures/counters.ts';
import type { CaseFile } from '../../record/case-file.ts';
import { UsageError } from '../../record/usage-error.ts';
import { readCase, writeCase } from '../case-store.ts';
import { caseText } from '../case-text.ts';
import { prepareRun } from '../prepare-run.ts';
import { runCase } from '../run.ts';
import type { Scenario } from '../scenario-contract.ts';
import { defaultShrinkMs, shrinkCase } from './shrink-case.ts';

/** A counter that counts far too much when it volunteers a rarity: noise alone is at fault. */
const rarity: CounterHooks = {
  onAdd: (amount, env) => (env.maybe('a slip of the pen') ? 1_000 : amount),
};
/** A counter that counts far too much in its second life: a kill is at fault. */
const secondLife: CounterHooks = {
  onAdd: (amount, env) => (env.firstBoot ? amount : 1_000),
};

const withRarity = (hooks: CounterHooks = rarity): Scenario =>
  counters({ ladder: smallLadder(900), hooks });

/** The first red case of a scenario. */
async function redCase(scenario: Scenario): Promise<CaseFile> {
  for (let seed = 1; seed < 60; seed++) {
    const { record, caseFile } = await runCase(scenario, { seed }, { aftermath: false });
    if (record.verdict === 'broken') return caseFile;
  }
  throw new Error('no seed is red');
}

test('noise, operations, faults and settings shrink to what the failure needs', async () => {
  const scenario = withRarity();
  const file = await redCase(scenario);
  const { record, caseFile } = await shrinkCase(scenario, file);
  expect(record).toMatchObject({ rung: 'T1', key: 'T1', minimal: true, otherKeys: {} });
  expect(record.before).toMatchObject({ faults: 2 });
  expect(record.before.operations).toBeGreaterThanOrEqual(20);
  expect(record.after).toMatchObject({ nodes: 3, faults: 0 });
  // Each call has its node: some only make time pass until one comes to the node of the choice.
  expect(record.after.operations).toBeLessThanOrEqual(3);
  expect(record.reductionPercent).toBeGreaterThan(90);
  const { choices } = caseFile;
  if (choices.kind !== 'calm') throw new Error('its noise is still drawn from a seed');
  expect(choices.list.map(({ point }) => point)).toContain('a slip of the pen');
  expect(choices.list.length).toBeLessThanOrEqual(2);
  // The proof of 1-minimality, once more and from outside.
  for (const left of choices.list) {
    const list = choices.list.filter((one) => one !== left);
    const without = { ...caseFile, choices: { kind: 'calm', list } } as const;
    expect((await runCase(scenario, without)).record.verdict).toBe('held');
  }
  expect((await runCase(scenario, { ...caseFile, intents: [] })).record.verdict).toBe('held');
});

test('a shrunk case is small, replays to the same digest, and is written and read', async () => {
  const scenario = withRarity();
  const { record, caseFile } = await shrinkCase(scenario, await redCase(scenario));
  const folder = mkdtempSync(join(tmpdir(), 'seedstorm-shrunk-'));
  try {
    writeCase(folder, caseFile, 3);
    const [name = ''] = readdirSync(folder);
    const read = readCase(join(folder, name));
    expect(read).toEqual(caseFile);
    const again = await runCase(scenario, read);
    expect(again.record.digest).toBe(record.digest);
    expect(again.record.violation?.key).toBe(record.key);
    expect(again.record.violation?.step).toBe(caseFile.outcome?.step);
    expect(record.bytes).toBe(caseText(caseFile).length);
    expect(record.bytes).toBeLessThan(10_000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('it fails all the same after changes of code that have nothing to do with it', async () => {
  const { caseFile, record } = await shrinkCase(withRarity(), await redCase(withRarity()));
  const slip = 'a slip of the pen';
  const changed: readonly CounterHooks[] = [
    // A line in the log.
    {
      onAdd: (amount, env) => {
        env.log('adding', { amount });
        return env.maybe(slip) ? 1_000 : amount;
      },
    },
    // Draws that were not there before, of the node's own and of other rarities.
    {
      onAdd: (amount, env) => {
        for (let key = 0; key < 50; key++) env.random.below(1_000, 'something new', key);
        env.maybe('another rarity');
        return env.maybe(slip) ? 1_000 : amount;
      },
    },
  ];
  for (const hooks of changed) {
    const { violation, divergence } = (await runCase(withRarity(hooks), caseFile)).record;
    expect(violation?.key).toBe(record.key);
    expect(divergence).toBeUndefined();
  }
});

test('a fault that is needed stays, and it alone', async () => {
  const scenario = withRarity(secondLife);
  const { record, caseFile } = await shrinkCase(scenario, await redCase(scenario));
  expect(record.after).toMatchObject({ nodes: 3, faults: 1, choices: 0, settings: 0 });
  // All but the last are there to make time pass: this workload sends one after the other.
  const without = { ...caseFile, plan: [] };
  expect((await runCase(scenario, without)).record.verdict).toBe('held');
  expect(caseFile.plan[0]?.kind).toBe('kill');
});

test('what does not fail cannot be shrunk, and says so', async () => {
  const { caseFile } = await runCase(counters(), { seed: 1 });
  await expect(shrinkCase(counters(), caseFile)).rejects.toThrow('does not fail: it is held');
  const { caseFile: raftCase } = prepareRun(raftCalm, { seed: 1 });
  const other = { ...raftCase, identityVersions: { 'raft-kv': 99 } };
  await expect(shrinkCase(raftCalm, other)).rejects.toThrow(UsageError);
  await expect(shrinkCase(raftCalm, other)).rejects.toThrow(/version 99 of the keys of raft-kv/);
});

test('a case that fails otherwise than its file says is shrunk, and that is told', async () => {
  const scenario = withRarity();
  const file = await redCase(scenario);
  const outcome = { verdict: 'broken', rung: 'T0', key: 'T0/other', digest: 'x' } as const;
  const { record } = await shrinkCase(scenario, { ...file, outcome });
  expect([record.key, record.keyBefore]).toEqual(['T1', 'T0/other']);
});

test('stopped at once, it gives the case as it is, with an outcome that is true', async () => {
  const scenario = withRarity();
  const file = await redCase(scenario);
  const { record, caseFile } = await shrinkCase(scenario, file, { signal: AbortSignal.abort() });
  expect(record).toMatchObject({ minimal: false, ended: 'interrupted' });
  expect(caseFile.plan).toEqual(file.plan);
  expect(caseFile.outcome?.digest).toBe(file.outcome?.digest);
  const timed = await shrinkCase(scenario, file, { timeMs: 0 });
  expect(timed.record.ended).toBe('time');
  expect(defaultShrinkMs).toBe(30_000);
});
