import type { Node, Service, Task } from '../../src/systems/orchestrator/state/rows.ts';
import { type EntryRung, entryRung, type Finding } from './entry-rung.ts';
import type { Place } from './machines.ts';
import type { OrchestratorFacts } from './moment.ts';
import type { EntryLook } from './oracle.ts';
import type { StorePast } from './store-past.ts';
import { isSure } from './sure.ts';
import { isOnNode } from './task-words.ts';

/** What a row holds that nobody else may hold. */
type HeldBy = (row: never) => readonly string[];

function ofTask({ address, ports, node }: Readonly<Task>): string[] {
  const held = ports.map(({ hostPort, protocol }) => `port/${node}/${hostPort}/${protocol}`);
  if (address !== 0) held.push(`address/${address}`);
  return held;
}

function ofService({ addresses, spec }: Readonly<Service>): string[] {
  const held = addresses.map(({ address }) => `address/${address}`);
  for (const { publish, hostPort, protocol } of spec.template.ports) {
    if (publish === 'ingress' && hostPort !== 0) held.push(`ingress/${hostPort}/${protocol}`);
  }
  return held;
}

function ofNode({ address }: Readonly<Node>): string[] {
  return [`address/${address}`];
}

const holders: readonly (readonly [string, HeldBy])[] = [
  ['tasks', ofTask],
  ['services', ofService],
  ['nodes', ofNode],
];

/** Who has what now, and who had it last. */
export class Leases {
  readonly owners: Map<string, string> = new Map();
  readonly last: Map<string, string> = new Map();

  /** Takes an entry in; gives each lease that was taken, with its owner before. */
  follow(past: StorePast): { name: string; owner: string; other: string; last: string }[] {
    const taken: { name: string; owner: string; other: string; last: string }[] = [];
    for (const [table, held] of holders) {
      for (const { key, before } of past.of(table)) {
        if (before === undefined) continue;
        for (const name of held(before as never)) {
          if (this.owners.get(name) === String(key)) this.owners.delete(name);
        }
      }
    }
    for (const [table, held] of holders) {
      for (const { key, before, after } of past.of(table)) {
        if (after === undefined) continue;
        const had = before === undefined ? [] : held(before as never);
        for (const name of held(after as never)) {
          const owner = String(key);
          const other = this.owners.get(name) ?? owner;
          if (!had.includes(name) || other !== owner) {
            taken.push({ name, owner, other, last: this.last.get(name) ?? '' });
          }
          this.owners.set(name, owner);
          this.last.set(name, owner);
        }
      }
    }
    return taken;
  }
}

export const leasesAreUnique: EntryRung = entryRung({
  id: 'S8',
  title: 'unique leases',
  statement:
    'An address, a published port, a port of a node has one owner at a time; so has the key of a node in the mesh.',
  source: 'SwarmKit 43345a2f5, 1f6ed9752 (K14, K16); Warren, hashed addresses (W17)',
  owedUnder: 'any damage',
  ghost: () => ({ leases: new Leases(), keys: new Map<string, string>() }),
  judge({ past }, { leases, keys }) {
    const taken = leases.follow(past);
    const twice = taken.find(({ owner, other }) => owner !== other);
    if (twice !== undefined) return { lease: twice.name, owners: [twice.other, twice.owner] };
    return meshKeys(past, keys) ?? (taken.length > 0 ? true : null);
  },
});

function meshKeys(past: StorePast, keys: Map<string, string>): Finding {
  for (const { key, after } of past.of<{ readonly meshKey: Uint8Array }>('members')) {
    if (after === undefined) continue;
    const text = after.meshKey.join();
    const other = keys.get(text) ?? String(key);
    if (other !== String(key)) return { nodes: [other, String(key)], key: 'of the mesh' };
    keys.set(text, other);
  }
  return null;
}

export const nothingIsFreeTooEarly: EntryRung = entryRung({
  id: 'S18',
  title: 'early release',
  statement:
    'An address or port goes to another only when no container of its last owner runs any more, by the machines themselves; but what was given up with its node, and needs no lease, goes as long as that is away.',
  source: 'SwarmKit b9e2c2f40 (K17); Nomad #14348 (N4)',
  owedUnder: 'noticeable damage',
  ghost: () => new Leases(),
  judge({ past }, leases, facts) {
    const { machines, world, objects } = facts;
    let finding: Finding = null;
    for (const { key, before, after } of past.of<Task>('tasks')) {
      if (before === undefined || after === undefined) continue;
      const isGiven = before.address !== 0 && after.address !== before.address;
      if (isGiven && isOnNode(after.observed)) return { task: String(key), given: 'address' };
    }
    for (const { name, owner, last } of leases.follow(past)) {
      if (last === '' || last === owner || name.startsWith('ingress')) continue;
      for (const place of machines.ofTask(last)) {
        if (world.damaged(place.node)) continue;
        if (objects.orphaned.has(last) && mayStillRun(facts, place)) continue;
        return { lease: name, last, owner, machine: world.nodeId(place.node) };
      }
      finding = true;
    }
    return finding;
  },
});

/**
 * What was given up with its node may run there until the node is back and was told; but not what
 * ends with a lease: that was over before.
 */
function mayStillRun(facts: OrchestratorFacts, place: Place): boolean {
  const isBound = place.container.spec.bound && facts.world.clockWithinBounds(place.node);
  return !isBound && !isSure(facts, place);
}

export const reservationsAddUp: EntryRung = entryRung({
  id: 'S32',
  title: 'conservation',
  statement:
    'What counts as reserved on a node is the sum over the tasks that it has, no more, no less.',
  source: 'kubernetes#51313, #55587 (B4)',
  owedUnder: 'any damage',
  ghost: () => null,
  judge({ past, state }) {
    const nodes = new Set<string>();
    for (const { before, after } of past.of<Task>('tasks')) {
      for (const task of [before, after]) {
        if (task !== undefined && task.node !== '') nodes.add(task.node);
      }
    }
    for (const node of nodes) {
      const tasks = past.on(node);
      const load = state.index.loads.get(node);
      const cpuMillis = sum(state, tasks, 'cpuMillis');
      const memoryBytes = sum(state, tasks, 'memoryBytes');
      if (load === undefined && tasks.size === 0) continue;
      const isSame = load?.cpuMillis === cpuMillis && load.memoryBytes === memoryBytes;
      if (!isSame || load.tasks.size !== tasks.size) {
        const counted = [load?.cpuMillis ?? 0, load?.memoryBytes ?? 0, load?.tasks.size ?? 0];
        return { node, counted, tasks: [cpuMillis, memoryBytes, tasks.size] };
      }
    }
    return nodes.size > 0 ? true : null;
  },
});

function sum(
  state: EntryLook['state'],
  tasks: ReadonlySet<string>,
  of: 'cpuMillis' | 'memoryBytes',
): number {
  let total = 0;
  for (const id of tasks) {
    const { service, revision } = state.tasks.get(id)!;
    total += state.revisions.get(service, revision)!.spec.template.reservations[of];
  }
  return total;
}
