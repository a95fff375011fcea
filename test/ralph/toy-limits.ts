import type { Limits } from '../../ralph/loop-options.ts';

/** Enough for a toy. */
export const generous: Limits = {
  iterations: 12,
  wallMs: 60_000,
  attempts: 2,
  outages: 2,
  backoffMs: 1,
  shrinkSeconds: 1,
};
