import { type Field, integer, oneOf, structure } from '../../common/fields.ts';
import type { FaultList } from './fault.ts';
import { checkTime } from './health-check.ts';

/** After which ends a task is replaced: none, those with an error, all. */
export const restartConditions = ['none', 'on-failure', 'any'] as const;
export type RestartCondition = (typeof restartConditions)[number];

export interface RestartPolicy {
  readonly condition: RestartCondition;
  /** Between the end of a task and the start of its replacement. */
  readonly delayUs: number;
  /** Restarts of one slot within the window, per spec version; 0: without limit. */
  readonly maxAttempts: number;
  /** How far back restarts count; 0: all of them. */
  readonly windowUs: number;
}

export const restartDefaults: RestartPolicy = {
  condition: 'any',
  delayUs: 5_000_000,
  maxAttempts: 0,
  windowUs: 0,
};

export const restartField: Field<RestartPolicy> = structure<RestartPolicy>({
  condition: oneOf(restartConditions),
  delayUs: integer,
  maxAttempts: integer,
  windowUs: integer,
});

export function checkRestart(faults: FaultList, field: string, policy: RestartPolicy): void {
  checkTime(faults, `${field}.delay`, policy.delayUs, 0);
  checkTime(faults, `${field}.window`, policy.windowUs, 0);
  faults.range(`${field}.maxAttempts`, policy.maxAttempts, 0, 1_000);
}
