import { type Field, integer, listOf, oneOf, structure, text } from '../../common/fields.ts';
import type { FaultList } from './fault.ts';
import { quoted } from './names.ts';

/** Architectures of machines, in the words of image manifests. */
export const architectures = ['amd64', 'arm64', 'arm', 's390x', 'ppc64le', 'riscv64'] as const;
export type Architecture = (typeof architectures)[number];

export const constraintOperators = ['==', '!='] as const;

/** A condition on a node. */
export interface Constraint {
  /** `node.id`, `node.name`, `node.role`, `node.architecture` or `node.labels.<key>`. */
  readonly attribute: string;
  readonly operator: (typeof constraintOperators)[number];
  /** A label that the node lacks is different from every value. */
  readonly value: string;
}

/** Which of the nodes that would do is taken first: the emptiest or the fullest. */
export const placementStrategies = ['spread', 'binpack'] as const;
export type PlacementStrategy = (typeof placementStrategies)[number];

export interface Placement {
  readonly strategy: PlacementStrategy;
  readonly constraints: readonly Constraint[];
  /** Attributes over whose values tasks are spread evenly, the first the most important. */
  readonly preferences: readonly string[];
  /** Tasks of the service on one node at most; 0: without limit. */
  readonly maxPerNode: number;
  /** What the image runs on; none: everything. */
  readonly architectures: readonly Architecture[];
}

export const placementDefaults: Placement = {
  strategy: 'spread',
  constraints: [],
  preferences: [],
  maxPerNode: 0,
  architectures: [],
};

export const placementField: Field<Placement> = structure<Placement>({
  strategy: oneOf(placementStrategies),
  constraints: listOf(
    structure<Constraint>({ attribute: text, operator: oneOf(constraintOperators), value: text }),
  ) as Field<readonly Constraint[]>,
  preferences: listOf(text) as Field<readonly string[]>,
  maxPerNode: integer,
  architectures: listOf(oneOf(architectures)) as Field<readonly Architecture[]>,
});

const attributePattern = /^node\.(id|name|role|architecture|labels\.[A-Za-z0-9][A-Za-z0-9._/-]*)$/;
const rightAttribute = 'node.id, node.name, node.role, node.architecture or node.labels. and a key';

export function checkPlacement(faults: FaultList, field: string, placement: Placement): void {
  const { constraints, preferences } = placement;
  faults.range(`${field}.maxPerNode`, placement.maxPerNode, 0, 100_000);
  faults.range(`${field}.constraints`, constraints.length, 0, 64);
  faults.range(`${field}.preferences`, preferences.length, 0, 8);
  for (const [at, { attribute, value }] of constraints.entries()) {
    const here = `${field}.constraints[${at}]`;
    if (!attributePattern.test(attribute)) {
      faults.add(here, `nodes have no ${quoted(attribute)}`, rightAttribute);
    }
    faults.length(here, value, 1_024, true);
  }
  for (const [at, attribute] of preferences.entries()) {
    if (attributePattern.test(attribute)) continue;
    faults.add(`${field}.preferences[${at}]`, `nodes have no ${quoted(attribute)}`, rightAttribute);
  }
  faults.distinct(preferences, (at) => `${field}.preferences[${at}]`);
  faults.distinct(placement.architectures, (at) => `${field}.architectures[${at}]`);
}
