import { triggerBits } from '../../src/index.ts';

/** What may wake a rung of the orchestrator, beside messages. */
export const triggers = triggerBits([
  /** The committed log grew: see `Verdicts`. */
  'chain',
  /** A manager applied entries, or took a snapshot over. */
  'applied',
  /** Containers or mounts of a machine changed: see `OrchestratorMoment.containers`. */
  'machine',
  /** A worker made a step in which something that it holds changed. */
  'worker',
  /** A client took the answer to a call. */
  'answered',
  /** A client took the answer to a question. */
  'told',
  /** A client took events. */
  'watched',
  'phase',
  /** Now and then, in virtual time. */
  'pulse',
  'end',
]);
