/** Which steps caused which, by number. */
export interface StepLinks {
  /** Node of each step; index 0 is unused. */
  readonly nodes: readonly number[];
  /** The step whose output led to each step; 0: none that is known. */
  readonly causes: readonly number[];
}

/** The steps that lie before a failure in the order of causes. */
export interface CausalCone {
  /** Whether a step can have influenced the failure: by messages, or by the state of its node. */
  inPast(step: number): boolean;
  /** Whether a step is one of those of which each was caused by the one before. */
  inChain(step: number): boolean;
}

/**
 * The causal past of some steps. All earlier steps of a node are in the past of a later one, and so
 * is the step that sent the message or set the timer.
 *
 * @param ends the steps at which the failure shows
 */
export function causalCone({ nodes, causes }: StepLinks, ends: readonly number[]): CausalCone {
  const latest = new Map<number, number>();
  const reach = (step: number): void => {
    const node = nodes[step];
    if (node !== undefined && (latest.get(node) ?? 0) < step) latest.set(node, step);
  };
  for (const end of ends) reach(end);
  for (let step = Math.max(0, ...ends); step > 0; step--) {
    if ((latest.get(nodes[step]!) ?? 0) >= step) reach(causes[step] ?? 0);
  }
  const chain = new Set<number>();
  for (const end of ends) {
    for (let step = end; step > 0 && !chain.has(step); step = causes[step] ?? 0) chain.add(step);
  }
  return {
    inPast: (step) => (latest.get(nodes[step] ?? -1) ?? 0) >= step,
    inChain: (step) => chain.has(step),
  };
}
