import { type Field, integer, listOf, oneOf, structure, text, union } from '../../common/fields.ts';
import { FaultList, type SpecFault } from './fault.ts';
import { checkLabels, type Labels, labelsField } from './labels.ts';
import { checkName, checkServiceName } from './names.ts';
import {
  checkTemplate,
  type TaskTemplate,
  templateDefaults,
  templateField,
} from './task-template.ts';
import {
  checkRollback,
  checkUpdate,
  type RollbackConfig,
  rollbackDefaults,
  rollbackField,
  type UpdateConfig,
  updateDefaults,
  updateField,
} from './update-config.ts';

/** A number of tasks, or one on each node that is eligible. */
export type ServiceMode =
  | { readonly kind: 'replicated'; readonly replicas: number }
  | { readonly kind: 'global' };

/** What the name of a service leads to: one virtual address, or the addresses of the tasks. */
export const endpointModes = ['vip', 'dns'] as const;
export type EndpointMode = (typeof endpointModes)[number];

export interface Endpoint {
  readonly mode: EndpointMode;
  /** Names of the networks that it can be reached in; the service has an address in each. */
  readonly networks: readonly string[];
}

export interface ServiceSpec {
  readonly name: string;
  readonly labels: Labels;
  readonly mode: ServiceMode;
  readonly template: TaskTemplate;
  readonly update: UpdateConfig;
  readonly rollback: RollbackConfig;
  readonly endpoint: Endpoint;
}

/** The network that every cluster has. */
export const defaultNetwork = 'overlay';

export const endpointDefaults: Endpoint = { mode: 'vip', networks: [defaultNetwork] };

/** A service of one task with defaults for all that is not given. */
export function serviceSpec(
  name: string,
  image: string,
  given: Partial<Omit<ServiceSpec, 'name' | 'template'>> & {
    readonly template?: Partial<TaskTemplate>;
  } = {},
): ServiceSpec {
  const { template, ...rest } = given;
  return {
    name,
    labels: [],
    mode: { kind: 'replicated', replicas: 1 },
    update: updateDefaults,
    rollback: rollbackDefaults,
    endpoint: endpointDefaults,
    ...rest,
    template: { ...templateDefaults, ...template, image },
  };
}

export const serviceField: Field<ServiceSpec> = structure<ServiceSpec>({
  name: text,
  labels: labelsField,
  mode: union<ServiceMode>({ replicated: { replicas: integer }, global: {} }),
  template: templateField,
  update: updateField,
  rollback: rollbackField,
  endpoint: structure<Endpoint>({
    mode: oneOf(endpointModes),
    networks: listOf(text) as Field<readonly string[]>,
  }),
});

/** All that is wrong with a service by itself; what it refers to is not looked at. */
export function serviceFaults(spec: ServiceSpec): readonly SpecFault[] {
  const faults = new FaultList();
  checkServiceName(faults, 'metadata.name', spec.name);
  checkLabels(faults, 'metadata.labels', spec.labels);
  if (spec.mode.kind === 'replicated')
    faults.range('spec.replicas', spec.mode.replicas, 0, 100_000);
  checkTemplate(faults, spec.template);
  checkUpdate(faults, 'spec.update', spec.update);
  checkRollback(faults, 'spec.rollback', spec.rollback);
  const { networks } = spec.endpoint;
  faults.range('spec.networks', networks.length, 1, 16);
  for (const [at, name] of networks.entries()) checkName(faults, `spec.networks[${at}]`, name);
  faults.distinct(networks, (at) => `spec.networks[${at}]`);
  checkTogether(faults, spec);
  return faults.faults;
}

/** What is lawful in each part and not in all of them together. */
function checkTogether(faults: FaultList, spec: ServiceSpec): void {
  const { strategy } = spec.update;
  if (spec.mode.kind === 'global' && strategy.kind !== 'rolling') {
    const what = `a global service has no second task a node, so none for ${strategy.kind}`;
    faults.add('spec.update.strategy', what, 'rolling');
  }
  if (spec.mode.kind === 'global' && spec.template.placement.maxPerNode > 1) {
    faults.add('spec.placement.maxPerNode', 'a global service has one task a node', '0 or 1');
  }
  // Old and new side by side need the port twice on one node.
  const both = strategy.kind === 'rolling' && strategy.order === 'start-first';
  const field = strategy.kind === 'rolling' ? 'spec.update.order' : 'spec.update.strategy';
  const fixed = spec.template.ports.some((port) => port.publish === 'host' && port.hostPort !== 0);
  if (spec.mode.kind === 'global' && fixed && both) {
    faults.add(field, 'old and new task of a node cannot share a host port', 'stop-first');
  }
}
