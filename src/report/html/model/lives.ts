import type { RunTrace } from '../../../record/run-trace.ts';
import type { NodeStates, Status } from './node-states.ts';

/** A stretch of a node's life in which neither its status nor its role changes. */
export interface LifeSpan {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly status: Status;
  /** Empty: none. */
  readonly role: string;
  /** The field `term` of its view when the stretch ends, when it has one. */
  readonly term: number | undefined;
  /** How it came to be down: `killed` or `power-lost`. */
  readonly how: string;
}

/** The lives of all nodes. */
export interface Lives {
  /** Stretches of each row, in order of time. */
  readonly spans: readonly (readonly LifeSpan[])[];
  /** Roles by the time spent in them, the most common first. */
  readonly roles: readonly string[];
}

interface Open {
  fromUs: number;
  status: Status;
  role: string;
  how: string;
}

/** Cuts the line of each node into stretches. */
export function livesOf(
  trace: RunTrace,
  rowOf: ReadonlyMap<string, number>,
  states: NodeStates,
  endUs: number,
): Lives {
  const spans: LifeSpan[][] = [...rowOf].map(() => []);
  const firstUs = trace.dropped > 0 ? (trace.events[0]?.timeUs ?? 0) : 0;
  const open: Open[] = [...rowOf.values()].map((row) => ({
    fromUs: firstUs,
    status: states.statusAt(row, -1),
    role: states.roleAt(row, -1),
    how: '',
  }));
  const turn = (row: number, at: number, timeUs: number, how: string): void => {
    const now = open[row]!;
    const [status, role] = [states.statusAt(row, at), states.roleAt(row, at)];
    if (status === now.status && role === now.role) return;
    close(row, at - 1, timeUs);
    open[row] = { fromUs: timeUs, status, role, how };
  };
  const close = (row: number, at: number, untilUs: number): void => {
    const { fromUs, status, role, how } = open[row]!;
    if (untilUs <= fromUs) return;
    const term = states.fieldAt(row, 'term', at);
    const number = typeof term === 'number' ? term : undefined;
    spans[row]!.push({ fromUs, untilUs, status, role, term: number, how });
  };
  trace.events.forEach((event, at) => {
    const turns = event.type === 'lifecycle' || (event.type === 'step' && event.role !== undefined);
    const row = event.node === undefined ? undefined : rowOf.get(event.node);
    if (!turns || row === undefined) return;
    turn(row, at, event.timeUs, event.type === 'lifecycle' ? event.text : '');
  });
  for (const row of rowOf.values()) close(row, trace.events.length, endUs);
  return { spans, roles: commonRoles(spans) };
}

function commonRoles(spans: readonly (readonly LifeSpan[])[]): readonly string[] {
  const times = new Map<string, number>();
  for (const { role, fromUs, untilUs } of spans.flat()) {
    if (role !== '') times.set(role, (times.get(role) ?? 0) + untilUs - fromUs);
  }
  return [...times].sort(([, a], [, b]) => b - a).map(([role]) => role);
}
