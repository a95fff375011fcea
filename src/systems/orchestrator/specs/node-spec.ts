import { type Field, integer, oneOf, structure, text } from '../../common/fields.ts';
import { FaultList, type SpecFault } from './fault.ts';
import { checkTime } from './health-check.ts';
import { checkLabels, type Labels, labelsField } from './labels.ts';
import { checkName } from './names.ts';
import { type Architecture, architectures } from './placement.ts';
import { checkResources, type Resources, resourcesField } from './task-template.ts';

export const nodeRoles = ['worker', 'manager'] as const;
export type NodeRole = (typeof nodeRoles)[number];

/** Whether a node gets tasks: yes; no new ones; none, and those it has move away. */
export const availabilities = ['active', 'pause', 'drain'] as const;
export type Availability = (typeof availabilities)[number];

/** What is wanted of a node. */
export interface NodeSpec {
  readonly name: string;
  readonly labels: Labels;
  readonly role: NodeRole;
  readonly availability: Availability;
  /** A drain that takes longer kills what is left; 0: it waits. */
  readonly drainDeadlineUs: number;
}

/** What a node says about itself when it registers. */
export interface NodeDescription {
  readonly architecture: Architecture;
  readonly capacity: Resources;
}

/** A node that nobody has said anything about. */
export function nodeSpec(name: string, given: Partial<Omit<NodeSpec, 'name'>> = {}): NodeSpec {
  return {
    name,
    labels: [],
    role: 'worker',
    availability: 'active',
    drainDeadlineUs: 0,
    ...given,
  };
}

export const nodeField: Field<NodeSpec> = structure<NodeSpec>({
  name: text,
  labels: labelsField,
  role: oneOf(nodeRoles),
  availability: oneOf(availabilities),
  drainDeadlineUs: integer,
});

export const nodeDescriptionField: Field<NodeDescription> = structure<NodeDescription>({
  architecture: oneOf(architectures),
  capacity: resourcesField,
});

export function nodeFaults(spec: NodeSpec): readonly SpecFault[] {
  const faults = new FaultList();
  checkName(faults, 'metadata.name', spec.name);
  checkLabels(faults, 'metadata.labels', spec.labels);
  checkTime(faults, 'spec.drainDeadline', spec.drainDeadlineUs, 0);
  return faults.faults;
}

/** What is wrong with what a node says about itself. */
export function descriptionFaults(description: NodeDescription): readonly SpecFault[] {
  const faults = new FaultList();
  checkResources(faults, 'capacity', description.capacity);
  return faults.faults;
}
