import { type Field, integer, oneOf, structure } from '../../common/fields.ts';
import type { FaultList } from './fault.ts';

export const protocols = ['tcp', 'udp'] as const;
export type Protocol = (typeof protocols)[number];

/**
 * Where a published port is open.
 * - `ingress`: on every node; the cluster leads it to a task. One service may have it.
 * - `host`: on the nodes of the tasks, one task a node.
 */
export const publishModes = ['ingress', 'host'] as const;
export type PublishMode = (typeof publishModes)[number];

/** A port that a service's tasks listen on. */
export interface PortSpec {
  readonly containerPort: number;
  readonly protocol: Protocol;
  readonly publish: PublishMode;
  /** The port outside; 0: none for `ingress`, whichever is free on the node for `host`. */
  readonly hostPort: number;
}

export const portField: Field<PortSpec> = structure<PortSpec>({
  containerPort: integer,
  protocol: oneOf(protocols),
  publish: oneOf(publishModes),
  hostPort: integer,
});

/** Asks for ports in range, none of them twice. */
export function checkPorts(faults: FaultList, field: string, ports: readonly PortSpec[]): void {
  if (ports.length > 64) faults.add(field, `there are ${ports.length}`, 'at most 64');
  for (const [at, port] of ports.entries()) {
    faults.range(`${field}[${at}].containerPort`, port.containerPort, 1, 65_535);
    faults.range(`${field}[${at}].hostPort`, port.hostPort, 0, 65_535);
  }
  faults.distinct(
    ports.map((port) => `${port.containerPort}/${port.protocol}`),
    (at) => `${field}[${at}].containerPort`,
  );
  const published = [...ports.entries()].filter(([, port]) => port.hostPort !== 0);
  faults.distinct(
    published.map(([, port]) => `${port.hostPort}/${port.protocol}`),
    (at) => `${field}[${published[at]![0]}].hostPort`,
  );
}
