import { labelValue } from '../specs/labels.ts';
import type { Constraint } from '../specs/placement.ts';
import type { ServiceSpec } from '../specs/service-spec.ts';
import type { Node } from '../state/rows.ts';

const labelPrefix = 'node.labels.';

/** The value of an attribute of a node; undefined for a label that it lacks. */
export function attributeOf(
  id: string,
  node: Readonly<Node>,
  attribute: string,
): string | undefined {
  switch (attribute) {
    case 'node.id':
      return id;
    case 'node.name':
      return node.spec.name;
    case 'node.role':
      return node.spec.role;
    case 'node.architecture':
      return node.description.architecture;
    default:
      return labelValue(node.spec.labels, attribute.slice(labelPrefix.length));
  }
}

export function holds(id: string, node: Readonly<Node>, constraint: Constraint): boolean {
  const same = attributeOf(id, node, constraint.attribute) === constraint.value;
  return constraint.operator === '==' ? same : !same;
}

/** Whether the images of a specification run on a node. */
export function runsOn(spec: ServiceSpec, node: Readonly<Node>): boolean {
  const { architectures } = spec.template.placement;
  return architectures.length === 0 || architectures.includes(node.description.architecture);
}

/** Whether a node is of the kind that a specification asks for: architecture and constraints. */
export function fitsNode(spec: ServiceSpec, id: string, node: Readonly<Node>): boolean {
  const { constraints } = spec.template.placement;
  return runsOn(spec, node) && constraints.every((constraint) => holds(id, node, constraint));
}
