import { ingressPorts, portKey } from '../allocator/leases.ts';
import { hasEnded } from '../deployments/deployment.ts';
import { restartsKey } from '../services/restart.ts';
import { labelValue } from '../specs/labels.ts';
import { isOnNode, isTerminal, rankOf } from '../tasks/task-states.ts';
import { indexOfId } from './ids.ts';
import { ClusterState } from './state.ts';
import { isLive } from './task-index.ts';

/**
 * Everything that must hold between the tables, worked out anew from all rows: the slow twin of what
 * the commands keep up to date. Gives what is wrong, in sentences; empty when all is well.
 *
 * For tests and for checkers at the end of a run: it costs the whole state.
 */
export function auditState(state: ClusterState): string[] {
  return [
    ...auditIds(state),
    ...auditTasks(state),
    ...auditSlots(state),
    ...auditLeases(state),
    ...auditServices(state),
    ...auditVolumes(state),
    ...auditNodes(state),
    ...auditQuotas(state),
    ...auditBytes(state),
  ];
}

/** S2, S7: ids are of entries that have been, names lead to one object each. */
function auditIds(state: ClusterState): string[] {
  const wrong: string[] = [];
  const names = new Map<string, string>();
  const name = (kind: string, text: string, id: string) => {
    if (names.has(`${kind}/${text}`)) wrong.push(`two are called ${kind} ${text}`);
    names.set(`${kind}/${text}`, id);
  };
  for (const id of state.services.keys()) {
    const service = state.services.get(id)!;
    if (!service.removing) name('service', service.spec.name, id);
  }
  for (const id of state.nodes.keys()) name('node', state.nodes.get(id)!.spec.name, id);
  for (const id of state.volumes.keys()) name('volume', state.volumes.get(id)!.spec.name, id);
  for (const id of state.quotas.keys()) name('quota', state.quotas.get(id)!.spec.name, id);
  for (const [key, id] of names) {
    if (state.names.get(key) !== id) wrong.push(`${key} is not found by its name`);
  }
  if (state.names.size !== names.size) wrong.push('a name leads to nothing');
  for (const { keys } of [state.services, state.tasks, state.nodes].map((table) => ({
    keys: table.keys(),
  }))) {
    for (const id of keys) if (!(indexOfId(id) <= state.applied)) wrong.push(`id ${id} is not yet`);
  }
  return wrong;
}

/** S1: every task has a service and a revision, and a node from its assignment on. */
function auditTasks(state: ClusterState): string[] {
  const wrong: string[] = [];
  for (const id of state.tasks.keys()) {
    const task = state.tasks.get(id)!;
    if (state.services.get(task.service) === undefined) wrong.push(`task ${id} has no service`);
    if (state.revisions.get(task.service, task.revision) === undefined) {
      wrong.push(`task ${id} has no revision`);
    }
    const assigned = rankOf(task.observed) >= rankOf('assigned');
    if (assigned && task.node === '') wrong.push(`task ${id} has no node`);
    if (isOnNode(task.observed) && state.nodes.get(task.node) === undefined) {
      wrong.push(`task ${id} is on a node that is gone`);
    }
    if ((task.observed === 'new' || isTerminal(task.observed)) !== (task.address === 0)) {
      wrong.push(`task ${id} is ${task.observed} and has address ${task.address}`);
    }
    if (task.healthyUs > 0 && task.observed !== 'running')
      wrong.push(`task ${id} is well and not up`);
    if (task.lostUs > 0 && isTerminal(task.observed)) wrong.push(`task ${id} is over and lost`);
  }
  return wrong;
}

/** S15: one live task of a revision in each slot, and at most an old and a new one. */
function auditSlots(state: ClusterState): string[] {
  const wrong: string[] = [];
  for (const [id, { slots }] of state.index.services) {
    for (const [slot, tasks] of slots) {
      const rows = tasks.map((task) => state.tasks.get(task)!);
      const running = rows.filter((task) => isLive(task) && task.desired === 'running');
      if (running.length > 2) wrong.push(`slot ${slot} of ${id} has ${running.length} tasks`);
      const revisions = rows.filter(isLive).map((task) => task.revision);
      if (new Set(revisions).size < revisions.length) {
        wrong.push(`slot ${slot} of ${id} has two tasks of one revision`);
      }
    }
  }
  return wrong;
}

/** S8, S32: each address and port has one owner, who knows of it; sums are those of the rows. */
function auditLeases(state: ClusterState): string[] {
  const wrong: string[] = [];
  const addresses = new Map<number, string>();
  const take = (address: number, owner: string) => {
    if (addresses.has(address)) wrong.push(`address ${address} has two owners`);
    addresses.set(address, owner);
  };
  const ports = new Map<string, string>();
  for (const id of state.tasks.keys()) {
    const task = state.tasks.get(id)!;
    if (task.address !== 0) take(task.address, id);
    for (const { hostPort, protocol } of task.ports) {
      const key = `${task.node} ${portKey(hostPort, protocol)}`;
      if (ports.has(key)) wrong.push(`port ${key} has two owners`);
      ports.set(key, id);
    }
  }
  for (const id of state.services.keys()) {
    for (const { address } of state.services.get(id)!.addresses) take(address, id);
    for (const revision of state.revisions.keys(id)) {
      for (const key of ingressPorts(state.revisions.get(id, revision)!.spec)) {
        const owner = ports.get(` ${key}`) ?? id;
        if (owner !== id) wrong.push(`port ${key} has two owners`);
        ports.set(` ${key}`, id);
      }
    }
  }
  for (const id of state.nodes.keys()) take(state.nodes.get(id)!.address, id);
  for (const [address, owner] of addresses) {
    if (state.addresses.get(0, address)?.owner !== owner) wrong.push(`address ${address} is loose`);
  }
  for (const [key, owner] of ports) {
    const [node, port] = key.split(' ') as [string, string];
    if (state.ports.get(node, port)?.owner !== owner) wrong.push(`port ${key} is loose`);
  }
  if (state.addresses.size !== addresses.size) wrong.push('an address is leaked');
  if (state.ports.size !== ports.size) wrong.push('a port is leaked');
  return wrong;
}

/** S20, and nothing left of what is gone. */
function auditServices(state: ClusterState): string[] {
  const wrong: string[] = [];
  const active = new Set<string>();
  for (const id of state.deployments.keys()) {
    const deployment = state.deployments.get(id)!;
    const service = state.services.get(deployment.service);
    if (service === undefined) wrong.push(`deployment ${id} has no service`);
    else if (id !== service.deployment && id !== service.lastDeployment) {
      wrong.push(`deployment ${id} is forgotten`);
    }
    if (hasEnded(deployment)) continue;
    if (active.has(deployment.service)) wrong.push(`${deployment.service} has two deployments`);
    active.add(deployment.service);
    for (const revision of [deployment.from, deployment.to]) {
      if (state.revisions.get(deployment.service, revision) === undefined) {
        wrong.push(`deployment ${id} has no revision ${revision}`);
      }
    }
  }
  for (const id of state.services.keys()) {
    const service = state.services.get(id)!;
    if (state.revisions.get(id, service.revision) === undefined)
      wrong.push(`${id} has no revision`);
    if (service.removing && !state.index.services.has(id)) wrong.push(`${id} is still there`);
    const deployment = state.deployments.get(service.deployment);
    if (service.share !== null && deployment === undefined) wrong.push(`${id} has a stale share`);
  }
  for (const table of [state.revisions, state.restarts]) {
    for (const id of table.groupKeys()) {
      if (state.services.get(id) === undefined) wrong.push(`${table.name} of ${id} are left`);
    }
  }
  for (const id of state.restarts.groupKeys()) {
    const slots = [...(state.index.services.get(id)?.slots.keys() ?? [])];
    const keys = new Set(
      state.revisions
        .keys(id)
        .flatMap((revision) => slots.map((slot) => restartsKey(revision, slot))),
    );
    for (const key of state.restarts.keys(id)) if (!keys.has(key)) wrong.push(`restarts ${key}`);
  }
  return wrong;
}

function auditVolumes(state: ClusterState): string[] {
  const wrong: string[] = [];
  const names = new Map<string, string>();
  for (const id of state.volumes.keys()) {
    const volume = state.volumes.get(id)!;
    names.set(volume.spec.name, id);
    if (volume.claim !== null && volume.claim.epoch > state.applied) wrong.push(`epoch of ${id}`);
  }
  for (const id of state.tasks.keys()) {
    const task = state.tasks.get(id)!;
    if (!isOnNode(task.observed)) continue;
    for (const { source } of state.revisions.get(task.service, task.revision)!.spec.template
      .volumes) {
      const volume = state.volumes.get(names.get(source) ?? '');
      if (volume === undefined) wrong.push(`task ${id} uses no volume ${source}`);
      else if (volume.spec.driver === 'local' && volume.node !== task.node) {
        wrong.push(`task ${id} is not where its volume is`);
      } else if (volume.spec.exclusive && volume.claim?.task !== id) {
        const status = state.nodes.get(task.node)?.status;
        if (status === 'up' && task.desired === 'running' && task.lostUs === 0) {
          wrong.push(`task ${id} runs without its claim`);
        }
      }
    }
  }
  return wrong;
}

/** S9 as far as it holds at all times: no node has given out more than it has. */
function auditNodes(state: ClusterState): string[] {
  const wrong: string[] = [];
  const sums = new Map<string, { cpuMillis: number; memoryBytes: number; tasks: number }>();
  for (const id of state.tasks.keys()) {
    const task = state.tasks.get(id)!;
    if (!isOnNode(task.observed)) continue;
    const sum = sums.get(task.node) ?? { cpuMillis: 0, memoryBytes: 0, tasks: 0 };
    const { cpuMillis, memoryBytes } = state.reserved(task);
    sum.cpuMillis += cpuMillis;
    sum.memoryBytes += memoryBytes;
    sum.tasks += 1;
    sums.set(task.node, sum);
  }
  for (const [node, sum] of sums) {
    const load = state.index.loads.get(node);
    if (load?.cpuMillis !== sum.cpuMillis || load.memoryBytes !== sum.memoryBytes) {
      wrong.push(`node ${node} holds ${JSON.stringify(sum)}`);
    }
    if (load?.tasks.size !== sum.tasks) wrong.push(`node ${node} has ${sum.tasks} tasks`);
  }
  if (sums.size !== state.index.loads.size) wrong.push('a load is left');
  return wrong;
}

/** What counts for each quota is what the tasks of its services add up to. */
function auditQuotas(state: ClusterState): string[] {
  const wrong: string[] = [];
  for (const quota of state.quotas.keys()) {
    const { selector } = state.quotas.get(quota)!.spec;
    const sum = { tasks: 0, cpuMillis: 0, memoryBytes: 0 };
    for (const id of state.tasks.keys()) {
      const task = state.tasks.get(id)!;
      const labels = state.services.get(task.service)?.spec.labels ?? [];
      const isOne = selector.every(({ key, value }) => labelValue(labels, key) === value);
      if (!isOne || !isOnNode(task.observed) || !isLive(task)) continue;
      const { cpuMillis, memoryBytes } = state.reserved(task);
      sum.tasks += 1;
      sum.cpuMillis += cpuMillis;
      sum.memoryBytes += memoryBytes;
    }
    const counted = state.index.quotas.usage(quota);
    if (JSON.stringify(counted) !== JSON.stringify(sum)) {
      wrong.push(`quota ${quota} counts ${JSON.stringify(counted)}, not ${JSON.stringify(sum)}`);
    }
  }
  return wrong;
}

/** The bytes give the state back, with the same sum and the same indexes. */
function auditBytes(state: ClusterState): string[] {
  const bytes = state.save();
  const copy = ClusterState.restore(state.settings, bytes);
  const wrong: string[] = [];
  if (copy.hash() !== state.hash()) wrong.push('another hash after a restore');
  const again = copy.save();
  if (again.length !== bytes.length || again.some((byte, at) => byte !== bytes[at])) {
    wrong.push('other bytes after a restore');
  }
  if (indexText(copy) !== indexText(state)) wrong.push('other indexes after a restore');
  return wrong;
}

/** The indexes in words; equal ones have equal words. */
function indexText({ index, globals, names }: ClusterState): string {
  const sorted = (items: Iterable<string>) => [...items].sort().join();
  const services = [...index.services].map(([id, { slots, revisions }]) => {
    const bySlot = [...slots].map(([slot, tasks]) => `${slot}:${tasks.join(' ')}`);
    return `${id} ${sorted(bySlot)} ${sorted([...revisions].map(String))}`;
  });
  const loads = [...index.loads].map(([id, load]) => {
    const slots = [...load.slots].map(([service, counts]) => {
      return `${service}:${sorted([...counts].map(String))}`;
    });
    return `${id} ${sorted(load.tasks)} ${load.cpuMillis} ${load.memoryBytes} ${sorted(slots)}`;
  });
  const parts = [services, loads, index.fresh, index.pending, globals, [...names].map(String)];
  return parts.map(sorted).join('\n');
}
