import { giveAddressBack, takeNodeAddress } from '../allocator/leases.ts';
import { descriptionFaults, nodeFaults } from '../specs/node-spec.ts';
import type { CommandOf } from '../state/command.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';
import { orphan } from '../tasks/task-life.ts';
import { removeMember } from '../trust/membership.ts';

/**
 * A worker has come, for the first time or again. Whatever was held of it before ends with this: its
 * reports count from here on. What an operator has set stays as it is.
 */
export function registerNode(
  state: ClusterState,
  { node: known, spec, description }: CommandOf<'register-node'>,
): Reply {
  const fault = nodeFaults(spec)[0] ?? descriptionFaults(description)[0];
  if (fault !== undefined) return refuse('invalid', `${fault.field}: ${fault.what}`);
  const registration = state.applied;
  if (known !== '') {
    if (state.nodes.get(known) === undefined) return refuse('not-found', known);
    const row = state.nodes.edit(known);
    row.description = description;
    row.registration = registration;
    if (row.status !== 'up') row.statusUs = state.timeUs;
    row.status = 'up';
    return { kind: 'registered', node: known, registration };
  }
  if (state.named('node', spec.name) !== undefined) return refuse('exists', spec.name);
  const id = state.nextId();
  const address = takeNodeAddress(state, id);
  if (address === 0) return refuse('exhausted', 'no address is free');
  state.nodes.insert(id, {
    spec,
    description,
    version: 1,
    createdIndex: state.applied,
    status: 'up',
    statusUs: state.timeUs,
    registration,
    address,
  });
  state.names.set(`node/${spec.name}`, id);
  return { kind: 'registered', node: id, registration };
}

/** Nodes have gone down, or stayed so long enough that what is to be fenced has stopped. */
export function markNodes(state: ClusterState, { edges }: CommandOf<'node-edges'>): Reply {
  let effective = 0;
  for (const { node, registration, status } of edges) {
    const before = state.nodes.get(node);
    if (before === undefined || before.registration !== registration) continue;
    if (before.status !== (status === 'down' ? 'up' : 'down')) continue;
    const row = state.nodes.edit(node);
    row.status = status;
    // A node is down since it went down, fenced or not.
    if (status === 'down') row.statusUs = state.timeUs;
    effective += 1;
  }
  return { kind: 'batch', effective };
}

export function updateNode(
  state: ClusterState,
  { node, version, spec }: CommandOf<'update-node'>,
): Reply {
  const before = state.nodes.get(node);
  if (before === undefined) return refuse('not-found', node);
  if (version !== 0 && version !== before.version) return refuse('conflict', node);
  const fault = nodeFaults(spec)[0];
  if (fault !== undefined) return refuse('invalid', `${fault.field}: ${fault.what}`);
  if (spec.name !== before.spec.name) return refuse('invalid', 'metadata.name: it is fixed');
  const row = state.nodes.edit(node);
  row.spec = spec;
  row.version += 1;
  return { kind: 'object', id: node, version: row.version };
}

/**
 * Forgets a node. Its tasks are given up with it, so it must have stopped what may not run twice, or
 * have none. Its id never comes back.
 */
export function removeNode(state: ClusterState, { node }: CommandOf<'remove-node'>): Reply {
  const row = state.nodes.get(node);
  if (row === undefined) return refuse('not-found', node);
  const tasks = state.index.loads.get(node)?.tasks;
  if (tasks !== undefined && row.status !== 'fenced') return refuse('in-use', node);
  for (const volume of state.volumes.keys()) {
    const { claim, node: place } = state.volumes.get(volume)!;
    if (place === node) return refuse('in-use', `volume ${volume} is on it`);
    if (claim?.node === node && row.status !== 'fenced') return refuse('in-use', volume);
  }
  for (const task of [...(tasks ?? [])].sort()) orphan(state, task);
  for (const service of state.penalties.keys(node)) state.penalties.delete(node, service);
  giveAddressBack(state, row.address);
  state.names.delete(`node/${row.spec.name}`);
  state.nodes.delete(node);
  removeMember(state, node);
  return done;
}

/**
 * Gives up tasks of a node that has been away for too long; as many as an entry may carry. By then it
 * has stopped what is to be fenced, and the claims of such tasks end with them: a worker that has
 * never heard of a task gives nothing back.
 */
export function orphanTasks(state: ClusterState, { node }: CommandOf<'orphan'>): Reply {
  const row = state.nodes.get(node);
  if (row?.status !== 'fenced') return refuse('stale', node);
  if (state.timeUs < row.statusUs + state.settings.orphanUs) return refuse('stale', node);
  const tasks = [...(state.index.loads.get(node)?.tasks ?? [])].sort();
  const some = tasks.slice(0, state.settings.batch);
  for (const task of some) orphan(state, task);
  return { kind: 'batch', effective: some.length };
}
