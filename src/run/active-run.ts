import type { LogValue } from '../sim/env.ts';

/** The run whose world is stepping in this thread right now, for the ambient trap and the host. */
export interface ActiveRun {
  /** A component wrote to the console. */
  said(node: string, text: string, fields?: Readonly<Record<string, LogValue>>): void;
}

let active: ActiveRun | undefined;

/** The run that is being advanced, if any. */
export function activeRun(): ActiveRun | undefined {
  return active;
}

/** Advances a run: whatever its components do to the process meanwhile is put down to it. */
export function whileActive<T>(run: ActiveRun, work: () => T): T {
  const outer = active;
  active = run;
  try {
    return work();
  } finally {
    active = outer;
  }
}
