import { FaultList, type SpecFault } from './fault.ts';
import type { Resource } from './resource.ts';
import type { ServiceSpec } from './service-spec.ts';
import type { VolumeSpec } from './volume-spec.ts';

/** What specifications may refer to. */
export interface Referable {
  hasSecret(name: string): boolean;
  hasNode(name: string): boolean;
  volume(name: string): VolumeSpec | undefined;
  /** The name of the service that has a published port, or undefined. */
  publisher(hostPort: number, protocol: string): string | undefined;
}

/** What is wrong with a specification beside the others that are there. */
export function referenceFaults(resource: Resource, others: Referable): readonly SpecFault[] {
  const faults = new FaultList();
  if (resource.kind === 'service') checkService(faults, resource.spec, others);
  if (resource.kind === 'volume') {
    const { node } = resource.spec;
    if (node !== '' && !others.hasNode(node)) {
      faults.add('spec.node', `there is no node ${node}`, 'the name of a node of the cluster');
    }
  }
  return faults.faults;
}

function checkService(faults: FaultList, spec: ServiceSpec, others: Referable): void {
  const { secrets, volumes, ports } = spec.template;
  for (const [at, { source }] of secrets.entries()) {
    if (others.hasSecret(source)) continue;
    faults.add(`spec.secrets[${at}].source`, `there is no secret ${source}`, 'create it first');
  }
  for (const [at, { source }] of volumes.entries()) {
    const volume = others.volume(source);
    const field = `spec.volumes[${at}].source`;
    if (volume === undefined) faults.add(field, `there is no volume ${source}`, 'create it first');
    else if (volume.exclusive) checkExclusive(faults, spec, source);
  }
  for (const [at, port] of ports.entries()) {
    if (port.publish !== 'ingress' || port.hostPort === 0) continue;
    const owner = others.publisher(port.hostPort, port.protocol);
    if (owner === undefined || owner === spec.name) continue;
    faults.add(`spec.ports[${at}].hostPort`, `${owner} has published it`, 'another port');
  }
}

/** Two tasks at once would wait for each other for ever. */
function checkExclusive(faults: FaultList, { mode, update }: ServiceSpec, volume: string): void {
  const why = `the volume ${volume} has one open mount at most`;
  if (mode.kind === 'global') faults.add('spec.mode', why, 'replicated, with one replica');
  else if (mode.replicas > 1) faults.add('spec.replicas', why, 'one replica');
  const { strategy } = update;
  if (strategy.kind !== 'rolling') {
    faults.add('spec.update.strategy', why, 'rolling, with the order stop-first');
  } else if (strategy.order === 'start-first') {
    faults.add('spec.update.order', why, 'stop-first');
  }
}
