import { type Field, flag, integer, listOf, oneOf, structure, union } from '../../common/fields.ts';
import type { FaultList } from './fault.ts';
import { checkTime } from './health-check.ts';

/** Which goes first when a slot gets a new task: the old one down, or the new one up. */
export const updateOrders = ['stop-first', 'start-first'] as const;
export type UpdateOrder = (typeof updateOrders)[number];

/** What happens when too many new tasks fail. */
export const failureActions = ['pause', 'continue', 'rollback'] as const;
export type FailureAction = (typeof failureActions)[number];

/** A share of the traffic that new tasks get for a while. */
export interface CanaryStep {
  /** In percent, from 1 to 99. */
  readonly weight: number;
  /** How long the step lasts once its tasks are healthy. */
  readonly holdUs: number;
}

/** How tasks of an old version give way to tasks of a new one. */
export type Strategy =
  /** Slot by slot, `parallelism` at a time (0: all at once), `delayUs` between two batches. */
  | {
      readonly kind: 'rolling';
      readonly parallelism: number;
      readonly delayUs: number;
      readonly order: UpdateOrder;
    }
  /**
   * All new tasks beside all old ones, then the virtual address is switched at one commit. Without
   * `autoPromote` somebody has to promote. The old tasks stay for `keepUs` after the switch.
   */
  | { readonly kind: 'blue-green'; readonly autoPromote: boolean; readonly keepUs: number }
  /**
   * New tasks beside the old ones, with shares of the traffic that grow step by step. After the last
   * step comes the promotion; without `autoPromote` somebody has to promote.
   */
  | {
      readonly kind: 'canary';
      readonly steps: readonly CanaryStep[];
      readonly autoPromote: boolean;
    };

export interface UpdateConfig {
  readonly strategy: Strategy;
  /** How long a new task is watched after its start; what fails in this time counts as a failure. */
  readonly monitorUs: number;
  /** Failures that are put up with, in thousandths of the tasks to be replaced. */
  readonly maxFailurePerMille: number;
  readonly onFailure: FailureAction;
  /** A deployment that makes no progress for so long has failed. */
  readonly progressDeadlineUs: number;
}

/** How a service goes back; slot by slot, whatever the way forward was. */
export interface RollbackConfig {
  readonly parallelism: number;
  readonly delayUs: number;
  readonly order: UpdateOrder;
  readonly monitorUs: number;
  readonly maxFailurePerMille: number;
  /** A rollback is never rolled back. */
  readonly onFailure: Exclude<FailureAction, 'rollback'>;
}

export const rollingDefaults: Strategy = {
  kind: 'rolling',
  parallelism: 1,
  delayUs: 0,
  order: 'stop-first',
};

export const updateDefaults: UpdateConfig = {
  strategy: rollingDefaults,
  monitorUs: 5_000_000,
  maxFailurePerMille: 0,
  onFailure: 'pause',
  progressDeadlineUs: 600_000_000,
};

export const rollbackDefaults: RollbackConfig = {
  parallelism: 1,
  delayUs: 0,
  order: 'stop-first',
  monitorUs: 5_000_000,
  maxFailurePerMille: 0,
  onFailure: 'pause',
};

export const updateField: Field<UpdateConfig> = structure<UpdateConfig>({
  strategy: union<Strategy>({
    rolling: { parallelism: integer, delayUs: integer, order: oneOf(updateOrders) },
    'blue-green': { autoPromote: flag, keepUs: integer },
    canary: {
      steps: listOf(structure<CanaryStep>({ weight: integer, holdUs: integer })) as Field<
        readonly CanaryStep[]
      >,
      autoPromote: flag,
    },
  }),
  monitorUs: integer,
  maxFailurePerMille: integer,
  onFailure: oneOf(failureActions),
  progressDeadlineUs: integer,
});

export const rollbackField: Field<RollbackConfig> = structure<RollbackConfig>({
  parallelism: integer,
  delayUs: integer,
  order: oneOf(updateOrders),
  monitorUs: integer,
  maxFailurePerMille: integer,
  onFailure: oneOf(['pause', 'continue']),
});

export function checkUpdate(faults: FaultList, field: string, update: UpdateConfig): void {
  const { strategy } = update;
  if (strategy.kind === 'rolling') {
    faults.range(`${field}.parallelism`, strategy.parallelism, 0, 100_000);
    checkTime(faults, `${field}.delay`, strategy.delayUs, 0);
  } else if (strategy.kind === 'blue-green') {
    checkTime(faults, `${field}.keep`, strategy.keepUs, 0);
  } else {
    checkSteps(faults, `${field}.steps`, strategy.steps);
  }
  checkTime(faults, `${field}.monitor`, update.monitorUs, 0);
  checkTime(faults, `${field}.progressDeadline`, update.progressDeadlineUs, 1_000);
  faults.range(`${field}.maxFailureRatio`, update.maxFailurePerMille, 0, 1_000);
  if (update.monitorUs >= update.progressDeadlineUs) {
    const right = 'longer than the monitor time: nothing would end in time';
    faults.add(`${field}.progressDeadline`, 'no task can be watched to its end', right);
  }
}

function checkSteps(faults: FaultList, field: string, steps: readonly CanaryStep[]): void {
  faults.range(field, steps.length, 1, 16);
  let last = 0;
  for (const [at, step] of steps.entries()) {
    faults.range(`${field}[${at}].weight`, step.weight, 1, 99);
    checkTime(faults, `${field}[${at}].hold`, step.holdUs, 0);
    if (step.weight <= last) {
      faults.add(`${field}[${at}].weight`, 'it is not above the last step', `more than ${last}`);
    }
    last = step.weight;
  }
}

export function checkRollback(faults: FaultList, field: string, rollback: RollbackConfig): void {
  faults.range(`${field}.parallelism`, rollback.parallelism, 0, 100_000);
  checkTime(faults, `${field}.delay`, rollback.delayUs, 0);
  checkTime(faults, `${field}.monitor`, rollback.monitorUs, 0);
  faults.range(`${field}.maxFailureRatio`, rollback.maxFailurePerMille, 0, 1_000);
}
