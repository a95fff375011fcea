import type { RungReport, Violation } from '../checkers/ladder-contract.ts';
import type { WorldView } from '../sim/world-view.ts';

type Values = Readonly<Record<string, unknown>>;

/** What is known of the rung, and how to say that it broke. */
export interface EveryStepEnds {
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  /** Failure key for an `error` or a `reason`. */
  key(values: Values): string;
  /** The violation, now. */
  brokenIn(world: WorldView, nodes: readonly number[], values: Values): Violation;
}

/**
 * The lowest rung of every ladder: code of a component neither throws nor hangs. A ladder that has
 * a rung of this id judges it itself; for the others the runner does.
 */
export const everyStepEnds: EveryStepEnds = {
  id: 'I1',
  title: 'every step ends',
  statement: 'Every step of a node ends, without an uncaught error and in finite time.',
  key: (values) => `I1 ${normalised(String(values.error ?? values.reason ?? ''))}`,
  brokenIn: (world, nodes, values) => ({
    rung: everyStepEnds.id,
    title: everyStepEnds.title,
    statement: everyStepEnds.statement,
    virtualUs: world.timeUs,
    step: world.steps,
    nodes: nodes.map((node) => world.nodeId(node)),
    values,
    key: everyStepEnds.key(values),
    clientVisible: false,
  }),
};

/** The reports of a ladder, with this rung among them. */
export function withEveryStepEnds(
  reports: readonly RungReport[],
  violation: Violation | undefined,
): readonly RungReport[] {
  if (violation === undefined || reports.some((report) => report.id === everyStepEnds.id)) {
    return reports;
  }
  const { id, title } = everyStepEnds;
  return [{ id, title, verdict: 'broken', premise: 1 }, ...reports];
}

/** Numbers and names of nodes differ between two failures of one cause. */
function normalised(text: string): string {
  return text.replace(/\b[nc]?\d+\b/g, '#').slice(0, 80);
}
