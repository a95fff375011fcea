import type { CaseFile } from '../record/case-file.ts';
import { UsageError } from '../record/usage-error.ts';
import type { AnyComponent } from '../sim/component.ts';
import type { Config, PhaseTimes } from '../sim/system-definition.ts';
import type { NodeOptions } from '../sim/world-options.ts';
import type { HistoryLike } from '../workload/clients-definition.ts';
import { drawConfig } from './draw-config.ts';
import type { RunInput } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';

/** The nodes of a run, servers first. */
export interface Cast {
  readonly servers: readonly string[];
  readonly clients: readonly string[];
  readonly components: readonly AnyComponent[];
  readonly zones: readonly string[];
}

/** Whether the input is a recorded case. */
export function isCase(input: RunInput): input is CaseFile {
  return 'choices' in input;
}

/** When phases begin, in true microseconds. */
export function phaseTimes(scenario: Scenario): PhaseTimes {
  const { formUs, stormUs, settleUs } = scenario.phases;
  const healUs = formUs + stormUs;
  return { stormUs: formUs, healUs, endUs: healUs + settleUs };
}

/**
 * Everything that decides a run, drawn from a seed. A recorded case is given back as it is.
 * @throws UsageError on a bad seed or setting, or when a function of the scenario throws
 */
export function buildCase(scenario: Scenario, input: RunInput, name: string): CaseFile {
  if (isCase(input)) return input;
  const { seed, settings = {}, forks = [] } = input;
  checkSeed(seed);
  const config = drawConfig(scenario, seed, settings);
  const plan =
    scenario.plan ??
    guarded('storm.drawPlan', () => scenario.storm.drawPlan(config, seed, phaseTimes(scenario)));
  const intents = guarded('clients.drawIntents', () => scenario.clients.drawIntents(config, seed));
  const draft: CaseFile = {
    schema: 'seedstorm-case/1',
    scenario: name,
    config,
    plan,
    intents,
    choices: { kind: 'seed', seed, overrides: [], forks },
    identityVersions: {},
  };
  const cast = buildCast(scenario, draft, scenario.clients.newHistory());
  return { ...draft, identityVersions: identityVersions(cast) };
}

/** @throws UsageError unless the seed is an integer from 0 to 2^53 - 1 */
export function checkSeed(seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new UsageError(`${seed} is no seed`, 'seed', 'an integer from 0 to 9007199254740991');
}

/** Makes the components of a run, new ones each time. */
export function buildCast(scenario: Scenario, file: CaseFile, history: HistoryLike): Cast {
  const { config, intents } = file;
  const nodes = Number(config.nodes);
  if (!Number.isSafeInteger(nodes) || nodes < 1) {
    throw new UsageError(`${config.nodes} is no number of nodes`, 'nodes');
  }
  const servers = Array.from({ length: nodes }, (_, index) => `n${index + 1}`);
  const count = guarded('clients.count', () => scenario.clients.count(config));
  const clients = Array.from({ length: count }, (_, index) => `c${index + 1}`);
  const components = [
    ...servers.map((_, index) =>
      guarded('system.node', () => scenario.system.node(config, servers, index)),
    ),
    ...clients.map((_, index) =>
      guarded('clients.client', () =>
        scenario.clients.client(config, servers, index, intents, history),
      ),
    ),
  ];
  const zones = servers.map((_, index) => zoneOf(scenario, config, index));
  return { servers, clients, components, zones: [...zones, ...clients.map(() => 'clients')] };
}

/** The nodes of a run's world; with `rebuild`, servers whose component is made anew for each life. */
export function buildNodes(
  scenario: Scenario,
  file: CaseFile,
  history: HistoryLike,
  rebuild: boolean,
): readonly NodeOptions[] {
  const { servers, clients, components, zones } = buildCast(scenario, file, history);
  return [...servers, ...clients].map((id, index) => {
    const server = index < servers.length;
    const first = components[index]!;
    const component =
      server && rebuild
        ? rebuiltEachLife(first, () => scenario.system.node(file.config, servers, index))
        : first;
    return { id, component, zone: zones[index]!, server };
  });
}

/**
 * A component that is built anew for each life, so that nothing can survive a crash in what the
 * component object itself holds on to.
 */
export function rebuiltEachLife(first: AnyComponent, build: () => AnyComponent): AnyComponent {
  let inner = first;
  const proxy: { -readonly [Key in keyof AnyComponent]: AnyComponent[Key] } = {
    name: first.name,
    create: (env, machine) => {
      inner = build();
      return inner.create(env, machine);
    },
  };
  if (first.createMachine) proxy.createMachine = () => first.createMachine?.();
  if (first.powerLost) proxy.powerLost = (machine) => inner.powerLost?.(machine);
  if (first.start) proxy.start = (state, env) => inner.start?.(state, env);
  if (first.message) {
    proxy.message = (state, env, from, message, port) =>
      inner.message?.(state, env, from, message, port);
  }
  if (first.codec) proxy.codec = first.codec;
  if (first.createView) proxy.createView = () => inner.createView?.();
  if (first.observe) proxy.observe = (state, view) => inner.observe?.(state, view);
  if (first.role) proxy.role = (state) => inner.role?.(state) ?? '';
  if (first.card)
    proxy.card = (state) => inner.card?.(state) ?? { role: '', tone: 'dim', rows: [] };
  if (first.cellState) proxy.cellState = (state, id, group) => inner.cellState?.(state, id, group);
  if (first.abstractState) proxy.abstractState = (state) => inner.abstractState?.(state) ?? 0;
  return proxy;
}

function zoneOf(scenario: Scenario, config: Config, index: number): string {
  return scenario.system.zone?.(config, index) ?? `z${(index % 3) + 1}`;
}

/**
 * Makes sure that the names of a case's choices mean today what they meant when it was written.
 * @throws UsageError that names the component whose keys have changed
 */
export function checkIdentity(scenario: Scenario, file: CaseFile): void {
  const today = identityVersions(buildCast(scenario, file, scenario.clients.newHistory()));
  for (const [component, version] of Object.entries(file.identityVersions)) {
    const now = today[component];
    if (now === version) continue;
    throw new UsageError(
      now === undefined
        ? `the case was made with a component ${component}, which the scenario no longer has`
        : `the case names choices by version ${version} of the keys of ${component}, which is at ${now}`,
      'identityVersions',
      'the choices of the case cannot be found any more: run its scenario again for a new case',
    );
  }
}

function identityVersions(cast: Cast): Record<string, number> {
  const versions: Record<string, number> = {};
  for (const component of cast.components) {
    if (component.codec !== undefined) versions[component.name] = component.codec.identityVersion;
  }
  return versions;
}

function guarded<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new UsageError(`threw ${text}`, `scenario: ${what}`);
  }
}
