import type { RestartPolicy } from '../specs/restart-policy.ts';

/**
 * How long to wait before a container is started again that ended by itself while nobody else could
 * replace it; null: it is not started again.
 *
 * @param times wall clock at the restarts so far, oldest first
 */
export function restartAfterUs(
  policy: RestartPolicy,
  exitCode: number,
  times: readonly number[],
  nowUs: number,
): number | null {
  const { condition, delayUs, maxAttempts, windowUs } = policy;
  if (condition === 'none' || (condition === 'on-failure' && exitCode === 0)) return null;
  if (maxAttempts === 0) return delayUs;
  const counted = windowUs === 0 ? times : times.filter((timeUs) => timeUs + windowUs > nowUs);
  if (counted.length < maxAttempts) return delayUs;
  if (windowUs === 0) return null;
  const leavesUs = counted[counted.length - maxAttempts]! + windowUs;
  // The wall clock may have been set back.
  return Math.max(delayUs, Math.min(windowUs, leavesUs - nowUs));
}

/** The restarts that a policy has to remember, with one more. */
export function withRestart(
  { maxAttempts }: RestartPolicy,
  times: readonly number[],
  nowUs: number,
): readonly number[] {
  return [...times, nowUs].slice(-Math.max(1, maxAttempts));
}
