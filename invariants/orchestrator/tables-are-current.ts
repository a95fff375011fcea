import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { Tables } from '../../src/systems/orchestrator/messages/worker-messages.ts';
import type { ServiceTable } from '../../src/systems/orchestrator/network/service-table.ts';
import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';
import { boundsOf, quietUs, workersOf } from './bounds.ts';
import type { OrchestratorFacts, OrchestratorMoment } from './moment.ts';
import { slotName } from './store-past.ts';

/** Virtual time until every connected worker has a table. */
const tableUs = 5_000_000;

/** A service of which nothing has changed for so long that everybody should know all of it. */
interface Settled {
  readonly name: string;
  readonly networks: readonly string[];
  /** Tasks that are well. */
  readonly well: ReadonlySet<string>;
  /** Those of them that are to be listed: with a share or a deployment there is no telling which. */
  readonly due: ReadonlySet<string>;
  /** Tables that agree with this. Workers are told the same one: it is compared once. */
  readonly right: WeakSet<ServiceTable>;
}

/** What has been looked at, so that a pulse costs what has happened since the one before. */
interface Judged {
  /** Services that changed, until they have rested. */
  readonly moving: Set<string>;
  /** Those that rest, by their ids. */
  readonly settled: Map<string, Settled>;
  /** Ids by the name that the tables know them by. */
  readonly ids: Map<string, string>;
  /** Those that have come to rest since the last look. */
  readonly fresh: Set<string>;
  /** Workers that were compared with all that rests, and have been connected ever since. */
  readonly compared: Set<number>;
  /** Names of which a worker has been told since the last look. */
  readonly told: Map<number, Set<string>>;
  servicesRead: number;
  slotsRead: number;
  /** Whether a table with tasks was found to be right. */
  someAreRight: boolean;
}

export const tablesAreCurrent = rung<OrchestratorMoment, Judged>({
  id: 'L6',
  title: 'out of the tables',
  statement:
    'In quiet weather a task that is not well, or is gone, is in no table of a connected worker after 5 s, and one that is well is in all of them.',
  source: 'Warren, PRD: bad replica out below 5 s; Nomad #26424 (N3); kubernetes#127429 (B6)',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse', 'receive:tables'],
  ghost: () => ({
    ...{ moving: new Set(), settled: new Map(), ids: new Map(), fresh: new Set() },
    ...{ compared: new Set(), told: new Map(), servicesRead: 0, slotsRead: 0 },
    someAreRight: false,
  }),
  check({ facts, message, node, timeUs }, judged): Outcome {
    if (message?.kind === 'tables') {
      const names = judged.told.get(node) ?? new Set();
      for (const { table } of (message as Tables).tables) names.add(table.service);
      judged.told.set(node, names);
      return premiseFalse;
    }
    const bounds = boundsOf(facts);
    if (bounds === undefined || !(quietUs(facts, timeUs) > bounds.settledUs)) return premiseFalse;
    settle(facts, judged, timeUs);
    for (const [at, worker] of workersOf(facts)) {
      const begunUs = facts.members.registeredUs(facts.members.idOf(at));
      if (!worker.core.connected || timeUs - begunUs <= tableUs) {
        judged.compared.delete(at);
        continue;
      }
      const wrong = faultOf(worker, servicesToCompare(at, judged), judged);
      if (wrong !== null) return broken({ nodes: [at], values: wrong });
      judged.compared.add(at);
      judged.told.delete(at);
    }
    judged.fresh.clear();
    return judged.someAreRight ? held : premiseFalse;
  },
});

/** Takes in which services have changed, and which have come to rest. */
function settle(facts: OrchestratorFacts, judged: Judged, nowUs: number): void {
  const { changedServices, changedSlots } = facts.objects;
  const { moving, settled, ids, fresh } = judged;
  for (; judged.servicesRead < changedServices.length; judged.servicesRead += 1) {
    moving.add(changedServices[judged.servicesRead]!);
  }
  for (; judged.slotsRead < changedSlots.length; judged.slotsRead += 1) {
    moving.add(changedSlots[judged.slotsRead]!.service);
  }
  for (const id of moving) {
    settled.delete(id);
    const row = facts.oracle.state!.services.get(id);
    const isGone = row === undefined || row.removing;
    if (!isGone && ageUsOf(id, row.deployment, facts, nowUs) <= tableUs) continue;
    moving.delete(id);
    if (isGone) continue;
    const { spec, share, deployment } = row;
    const { networks } = spec.endpoint;
    const well = wellTasks(id, facts);
    const due = share === null && deployment === '' ? ofRevision(row.revision, well, facts) : none;
    settled.set(id, { name: spec.name, networks, well, due, right: new WeakSet() });
    ids.set(spec.name, id);
    fresh.add(id);
  }
}

/** Since when nothing of a service has changed: costs its slots. */
function ageUsOf(
  id: string,
  deployment: string,
  { oracle, objects }: OrchestratorFacts,
  nowUs: number,
): number {
  let ageUs = objects.ageUs(`services/${id}`, nowUs);
  if (deployment !== '') ageUs = Math.min(ageUs, objects.ageUs(`deployments/${deployment}`, nowUs));
  for (const slot of oracle.state!.index.services.get(id)?.slots.keys() ?? []) {
    if (ageUs <= tableUs) break;
    ageUs = Math.min(ageUs, objects.ageUs(slotName(id, slot), nowUs));
  }
  return ageUs;
}

function wellTasks(id: string, { oracle, objects }: OrchestratorFacts): ReadonlySet<string> {
  const slots = oracle.state!.index.services.get(id)?.slots.values() ?? [];
  return new Set([...slots].flat().filter((task) => objects.wasWell(task, oracle.last)));
}

const none: ReadonlySet<string> = new Set();

/** On a node that takes nothing new the task of an older revision stays, and gets no traffic. */
function ofRevision(
  revision: number,
  tasks: ReadonlySet<string>,
  { objects }: OrchestratorFacts,
): ReadonlySet<string> {
  return new Set([...tasks].filter((task) => objects.tasks.get(task)?.revision === revision));
}

/** What a worker's tables may have come to disagree with since it was looked at. */
function* servicesToCompare(node: number, judged: Judged): Generator<Settled> {
  const { settled, compared, fresh, told, ids } = judged;
  if (!compared.has(node)) {
    yield* settled.values();
    return;
  }
  for (const id of fresh) yield settled.get(id)!;
  for (const name of told.get(node) ?? []) {
    const service = settled.get(ids.get(name) ?? '');
    if (service?.name === name) yield service;
  }
}

function faultOf(
  { core }: Worker,
  services: Iterable<Settled>,
  judged: Judged,
): Readonly<Record<string, string>> | null {
  for (const { name, networks, well, due, right } of services) {
    for (const network of networks) {
      const table = core.tables.network(network).table(name);
      if (table !== undefined && right.has(table)) continue;
      const sides = table?.sides ?? [];
      const listed = new Set(sides.flatMap(({ backends }) => backends.map(({ task }) => task)));
      for (const task of listed) if (!well.has(task)) return { service: name, stale: task };
      for (const task of due) if (!listed.has(task)) return { service: name, missing: task };
      if (listed.size > 0) judged.someAreRight = true;
      if (table !== undefined) right.add(table);
    }
  }
  return null;
}
