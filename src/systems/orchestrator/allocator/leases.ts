import type { ServiceSpec } from '../specs/service-spec.ts';
import type { HostPort, Task, VirtualAddress } from '../state/rows.ts';
import type { Pool } from '../state/settings.ts';
import type { ClusterState } from '../state/state.ts';

const taskPool = 0;
const servicePool = 1;
const nodePool = 2;
const hostPortPool = 3;
const none: readonly HostPort[] = [];
const nobody: ReadonlySet<string> = new Set();

/**
 * The next free address of a pool for an owner; 0 when all are taken. What is free is read off the
 * leases in the store, so a restored manager gives out what the saved one would have given out. The
 * search goes on where the last one ended: an address that was given back rests for a round.
 */
function takeAddress(state: ClusterState, pool: Pool, cursor: 0 | 1 | 2, owner: string): number {
  for (let tries = 0; tries < pool.count; tries++) {
    const at = (state.cursors[cursor] + tries) % pool.count;
    const address = pool.first + at;
    if (state.addresses.get(0, address) !== undefined) continue;
    state.addresses.insert(0, address, { owner });
    state.cursors[cursor] = (at + 1) % pool.count;
    return address;
  }
  return 0;
}

/** An address for a task; 0 when all are taken. */
export function takeTaskAddress(state: ClusterState, task: string): number {
  return takeAddress(state, state.settings.taskAddresses, taskPool, task);
}

/** An overlay address for a node; 0 when all are taken. */
export function takeNodeAddress(state: ClusterState, node: string): number {
  return takeAddress(state, state.settings.nodeAddresses, nodePool, node);
}

export function giveAddressBack(state: ClusterState, address: number): void {
  state.addresses.delete(0, address);
}

/**
 * The addresses that a service has with a specification: one a network when it has a virtual
 * address, those that it has already kept. Null when all are taken; then nothing has changed.
 */
export function serviceAddresses(
  state: ClusterState,
  service: string,
  spec: ServiceSpec,
  before: readonly VirtualAddress[],
): readonly VirtualAddress[] | null {
  const networks = spec.endpoint.mode === 'vip' ? spec.endpoint.networks : [];
  const after: VirtualAddress[] = [];
  const taken: number[] = [];
  for (const network of networks) {
    const kept = before.find((one) => one.network === network);
    const pool = state.settings.serviceAddresses;
    const address = kept?.address ?? takeAddress(state, pool, servicePool, service);
    if (address === 0) {
      for (const one of taken) giveAddressBack(state, one);
      return null;
    }
    if (kept === undefined) taken.push(address);
    after.push({ network, address });
  }
  for (const { network, address } of before) {
    if (!networks.includes(network)) giveAddressBack(state, address);
  }
  return after;
}

/** The key of a port in its table. */
export function portKey(port: number, protocol: string): string {
  return `${port}/${protocol}`;
}

/** The ports that a specification asks for on every node. */
export function ingressPorts(spec: ServiceSpec): string[] {
  return spec.template.ports
    .filter((port) => port.publish === 'ingress' && port.hostPort !== 0)
    .map((port) => portKey(port.hostPort, port.protocol));
}

/** The first of the ports of a specification that somebody else has, or null. */
export function takenIngressPort(
  state: ClusterState,
  service: string,
  spec: ServiceSpec,
): string | null {
  for (const key of ingressPorts(spec)) {
    const lease = state.ports.get('', key);
    if (lease !== undefined && lease.owner !== service) return key;
  }
  return null;
}

export function takeIngressPorts(state: ClusterState, service: string, spec: ServiceSpec): void {
  for (const key of ingressPorts(spec)) {
    if (state.ports.get('', key) === undefined) state.ports.insert('', key, { owner: service });
  }
}

/**
 * The host ports that a task would get on a node, or null when one of them is taken; `promised` are
 * those that are as good as taken.
 */
export function freeHostPorts(
  state: ClusterState,
  node: string,
  spec: ServiceSpec,
  promised: ReadonlySet<string> = nobody,
): readonly HostPort[] | null {
  const wanted = spec.template.ports.filter((port) => port.publish === 'host');
  if (wanted.length === 0) return none;
  const fixed = wanted.filter((port) => port.hostPort !== 0);
  const own = new Set(fixed.map((port) => portKey(port.hostPort, port.protocol)));
  const isTaken = (key: string) => state.ports.get(node, key) !== undefined || promised.has(key);
  for (const key of own) if (isTaken(key)) return null;
  const ports: HostPort[] = [];
  for (const { hostPort, containerPort, protocol } of wanted) {
    const port =
      hostPort !== 0
        ? hostPort
        : anyFreePort(state, protocol, (key) => own.has(key) || isTaken(key));
    if (port === 0) return null;
    own.add(portKey(port, protocol));
    ports.push({ containerPort, protocol, hostPort: port });
  }
  return ports;
}

function anyFreePort(
  state: ClusterState,
  protocol: string,
  isTaken: (key: string) => boolean,
): number {
  const pool = state.settings.hostPorts;
  for (let tries = 0; tries < pool.count; tries++) {
    const port = pool.first + ((state.cursors[hostPortPool] + tries) % pool.count);
    if (!isTaken(portKey(port, protocol))) return port;
  }
  return 0;
}

export function takeHostPorts(
  state: ClusterState,
  node: string,
  task: string,
  ports: readonly HostPort[],
): void {
  const pool = state.settings.hostPorts;
  for (const { hostPort, protocol } of ports) {
    state.ports.insert(node, portKey(hostPort, protocol), { owner: task });
    const at = hostPort - pool.first;
    if (at >= 0 && at < pool.count) state.cursors[hostPortPool] = (at + 1) % pool.count;
  }
}

/** Gives back what a task held: when it is over on its node or never got to one, not before. */
export function releaseTask(state: ClusterState, task: Task): void {
  if (task.address !== 0) giveAddressBack(state, task.address);
  task.address = 0;
  for (const { hostPort, protocol } of task.ports) {
    state.ports.delete(task.node, portKey(hostPort, protocol));
  }
  task.ports = [];
}
