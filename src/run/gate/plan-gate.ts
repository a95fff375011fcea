import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Shard } from '../../record/gate-record.ts';
import { didYouMean } from '../../record/near-names.ts';
import { UsageError } from '../../record/usage-error.ts';
import { readCase } from '../case-store.ts';
import { drawConfig } from '../draw-config.ts';
import { findScenario, loadScenario } from '../loader.ts';
import { type MutantPatch, readMutants } from '../mutant-patch.ts';
import type { ScenarioReference } from '../run-contract.ts';
import type { CanaryBudget } from './gate-config.ts';
import type { CanaryTask, CaseTask, DoctorTask, GateTask, SweepTask } from './gate-work.ts';
import type { LoadedConfig } from './load-config.ts';

const defaults = { doctorSeeds: 2, canarySeeds: 50 };
/** Sweeps that only time ends begin so far apart: no two shards run the same seed. */
const timedStride = 50_000_000_000;

/**
 * Finds and loads all that a configuration names, so that a mistake in its last line is not found
 * after an hour, and splits the work among shards: each runs the doctor, for machines differ; cases
 * and seeds are shared out, and the last shard hunts the canary.
 *
 * @throws UsageError that names the field of the configuration
 */
export async function planGate(
  { config, path }: LoadedConfig,
  cwd: string,
  firstSeed: number,
  shard: Shard | undefined,
  sourceRoot: () => string,
): Promise<readonly GateTask[]> {
  const sweeps: SweepTask[] = [];
  for (const [at, budget] of config.scenarios.entries()) {
    const field = `${path}, scenarios[${at}]`;
    const reference = await named(budget.scenario, cwd, `${field}.scenario`);
    const settings = budget.set ?? {};
    await within(`${field}.set`, async () => {
      drawConfig(await loadScenario(reference), firstSeed, settings);
    });
    const twin = sweeps.filter((task) => task.reference.name === reference.name).length;
    const name = twin === 0 ? reference.name : `${reference.name} (${twin + 1})`;
    const range = rangeOf(budget.seeds, firstSeed, shard);
    sweeps.push({ kind: 'sweep', name, reference, budget, settings, ...range });
  }
  const last = shard === undefined || shard.index === shard.count;
  return [
    ...(await doctorTasks({ config, path }, cwd, sweeps, firstSeed)),
    ...(await caseTasks({ config, path }, cwd, shard)),
    ...sweeps.filter(({ from, to }) => from <= to),
    ...(last ? await canaryTasks({ config, path }, firstSeed, sourceRoot) : []),
  ];
}

/** The seeds of one shard: neighbours in order of shard, so that a merge finds no gap. */
function rangeOf(
  seeds: number | undefined,
  first: number,
  shard: Shard = { index: 1, count: 1 },
): { readonly from: number; readonly to: number } {
  if (seeds === undefined) {
    const from = first + (shard.index - 1) * timedStride;
    return { from, to: Number.POSITIVE_INFINITY };
  }
  const end = (index: number): number => Math.floor((seeds * index) / shard.count);
  return { from: first + end(shard.index - 1), to: first + end(shard.index) - 1 };
}

async function doctorTasks(
  { config, path }: LoadedConfig,
  cwd: string,
  sweeps: readonly SweepTask[],
  firstSeed: number,
): Promise<readonly DoctorTask[]> {
  if (config.doctor === false) return [];
  const { seeds = defaults.doctorSeeds, scenarios } = config.doctor ?? {};
  const references = new Map<string, ScenarioReference>();
  if (scenarios === undefined) {
    for (const { reference } of sweeps) references.set(reference.moduleUrl, reference);
  } else {
    for (const [at, scenario] of scenarios.entries()) {
      const reference = await named(scenario, cwd, `${path}, doctor.scenarios[${at}]`);
      await within(`${path}, doctor.scenarios[${at}]`, () => loadScenario(reference));
      references.set(reference.moduleUrl, reference);
    }
  }
  return [...references.values()].map((reference) => ({
    kind: 'doctor' as const,
    name: `doctor ${reference.name}`,
    reference,
    from: firstSeed,
    to: firstSeed + seeds - 1,
  }));
}

async function caseTasks(
  { config, path }: LoadedConfig,
  cwd: string,
  shard: Shard | undefined,
): Promise<readonly CaseTask[]> {
  const files = (config.cases ?? []).flatMap((given, at) => {
    const found = resolve(cwd, given);
    if (!existsSync(found)) {
      throw new UsageError('there is no such file or folder', `${path}, cases[${at}]`, given);
    }
    if (!statSync(found).isDirectory()) return [found];
    const inside = readdirSync(found).filter((name) => name.endsWith('.json'));
    return inside.sort().map((name) => join(found, name));
  });
  const all = [...new Set(files)];
  for (const file of all) {
    const { scenario } = readCase(file);
    await within(file, async () => loadScenario(findScenario(scenario, cwd)));
  }
  const { index, count } = shard ?? { index: 1, count: 1 };
  return all
    .filter((_, at) => at % count === index - 1)
    .map((file) => {
      const shown = relative(cwd, file).replaceAll('\\', '/');
      return { kind: 'case', name: `case ${shown}`, path: shown };
    });
}

async function canaryTasks(
  { config, path }: LoadedConfig,
  firstSeed: number,
  sourceRoot: () => string,
): Promise<readonly CanaryTask[]> {
  const { canary } = config;
  if (canary === undefined) return [];
  const fields: readonly (readonly [string, CanaryBudget])[] = isList(canary)
    ? canary.map((budget, at) => [`canary[${at}]`, budget])
    : [['canary', canary]];
  const tasks: CanaryTask[] = [];
  for (const [field, { system, mutant, seeds = defaults.canarySeeds }] of fields) {
    await within(`${path}, ${field}`, async () => {
      const root = sourceRoot();
      const chosen = canaryOf(system, mutant, root);
      const to = firstSeed + seeds - 1;
      const name = `canary ${system} ${chosen.id}`;
      tasks.push({ kind: 'canary', name, system, root, mutant: chosen, from: firstSeed, to });
    });
  }
  return tasks;
}

function isList(canary: CanaryBudget | readonly CanaryBudget[]): canary is readonly CanaryBudget[] {
  return Array.isArray(canary);
}

function canaryOf(system: string, mutant: string | undefined, root: string): MutantPatch {
  const all = readMutants(join(root, 'mutants', system), system, true);
  const chosen = all.find(({ id, canary }) => (mutant === undefined ? canary : id === mutant));
  if (chosen !== undefined) return chosen;
  if (mutant === undefined) {
    throw new UsageError(
      `no mutant of ${system} is a canary`,
      '',
      'one header must say # canary: yes',
    );
  }
  const ids = all.map(({ id }) => id);
  throw new UsageError(`there is no mutant ${mutant} of ${system}`, '', didYouMean(mutant, ids));
}

async function named(scenario: string, cwd: string, field: string): Promise<ScenarioReference> {
  return within(field, async () => findScenario(scenario, cwd));
}

/** Puts the field of the configuration in front of where a mistake lies. */
async function within<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const where = error.where === '' ? field : `${field}: ${error.where}`;
    throw new UsageError(error.what, where, error.hint);
  }
}
