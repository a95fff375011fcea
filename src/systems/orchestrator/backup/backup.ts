import { type Field, integer, listOf, structure } from '../../common/fields.ts';
import { type NodeSpec, nodeField } from '../specs/node-spec.ts';
import { type QuotaSpec, quotaField } from '../specs/quota-spec.ts';
import { type ServiceSpec, serviceField } from '../specs/service-spec.ts';
import { type VolumeSpec, volumeField } from '../specs/volume-spec.ts';
import type { ClusterState } from '../state/state.ts';

/**
 * All that people have asked for, as of one entry. What machines say is not in it, nor what makes them
 * members, nor the value of any secret: those leave the managers for nodes that need them, and no other way.
 */
export interface Backup {
  /** As of this entry. */
  readonly index: number;
  readonly nodes: readonly NodeSpec[];
  readonly volumes: readonly VolumeSpec[];
  readonly quotas: readonly QuotaSpec[];
  readonly services: readonly ServiceSpec[];
}

const list = <T>(item: Field<T>): Field<readonly T[]> => listOf(item) as Field<readonly T[]>;

export const backupField: Field<Backup> = structure<Backup>({
  index: integer,
  nodes: list(nodeField),
  volumes: list(volumeField),
  quotas: list(quotaField),
  services: list(serviceField),
});

/** The backup of a store. What is going away is not in it. Costs what it lists. */
export function backupOf(state: ClusterState): Backup {
  const { nodes, volumes, quotas, services } = state;
  return {
    index: state.applied,
    nodes: nodes.keys().map((id) => nodes.get(id)!.spec),
    volumes: volumes.keys().map((id) => volumes.get(id)!.spec),
    quotas: quotas.keys().map((id) => quotas.get(id)!.spec),
    services: services
      .keys()
      .filter((id) => !services.get(id)!.removing)
      .map((id) => services.get(id)!.spec),
  };
}
