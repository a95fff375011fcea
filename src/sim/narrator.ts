import type { Step } from './observer.ts';

/** One thing that a narrator has to say of a node, in the words of its field. */
export interface Remark {
  /** What the node does or what becomes of it, without naming it: `wins the election of term 3`. */
  readonly says: string;
  /** Of interest only where it leads to what the story is about; else it is a turn of the story. */
  readonly isDetail?: boolean;
}

/**
 * Puts the steps of one run into the words of a system's own field, for stories. It is shown every
 * step in order and may remember what it needs; nothing that it does may change the run.
 */
export interface Narrator {
  /** Whole sentences on the cluster: what it is, and how it is set up. */
  readonly cluster: readonly string[];
  /** What is worth telling of a step; nothing when it is routine. The step is reused: see `Step`. */
  step(step: Step): readonly Remark[];
  /** The component named a rare state that it is in, before the step's end is shown. */
  probe?(node: number, name: string): void;
}
