import type { RungReport, Violation } from '../checkers/ladder-contract.ts';

/**
 * The lowest rung of every ladder: code of a component neither throws nor hangs. A ladder that has
 * a rung of this id judges it itself; for the others the runner does.
 */
export const everyStepEnds: {
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly key: (values: Readonly<Record<string, unknown>>) => string;
} = {
  id: 'I1',
  title: 'every step ends',
  statement: 'Every step of a node ends, without an uncaught error and in finite time.',
  key: (values) => `I1 ${normalised(String(values.error ?? values.reason ?? ''))}`,
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
