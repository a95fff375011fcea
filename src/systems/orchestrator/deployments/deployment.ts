import { type Field, flag, integer, listOf, oneOf, structure, text } from '../../common/fields.ts';

export const deploymentPhases = [
  'updating',
  'retiring',
  'rolling-back',
  'completed',
  'rolled-back',
  'superseded',
] as const;
/**
 * Only forward, as `phaseEdges` says.
 * - `updating`: tasks of the new revision take over, batch by batch or stage by stage.
 * - `retiring`: all traffic has gone over for good; the old tasks go.
 * - `rolling-back`: back to the old revision.
 * The other three are ends.
 */
export type DeploymentPhase = (typeof deploymentPhases)[number];

/** Which phase may follow which. */
export const phaseEdges: { readonly [From in DeploymentPhase]: readonly DeploymentPhase[] } = {
  updating: ['retiring', 'rolling-back', 'completed', 'superseded'],
  retiring: ['completed', 'superseded'],
  'rolling-back': ['rolled-back', 'superseded'],
  completed: [],
  'rolled-back': [],
  superseded: [],
};

export const pauseReasons = ['none', 'user', 'failures', 'deadline'] as const;
export type PauseReason = (typeof pauseReasons)[number];

export const strategyKinds = ['rolling', 'blue-green', 'canary'] as const;

/** How a service goes from one revision to another; the whole of what is known of it. */
export interface Deployment {
  readonly service: string;
  readonly strategy: (typeof strategyKinds)[number];
  readonly from: number;
  readonly to: number;
  /** It is a rollback itself, so it is never rolled back. */
  readonly back: boolean;
  readonly createdIndex: number;
  phase: DeploymentPhase;
  /** Why it stands still; `none` when it does not. */
  paused: PauseReason;
  /** Counts its steps: a step is proposed for one version. */
  version: number;
  /** When the newest step was made. */
  progressUs: number;
  /** Tasks of the wanted revision that failed since the phase began, or since it was resumed. */
  failures: number;
  // Rolling, in either direction: slot by slot.
  /** Slots that are being replaced. */
  batch: readonly string[];
  /** The last slot of the newest batch, else empty: those up to it have been visited. */
  cursor: string;
  /** No batch before this time. */
  restUs: number;
  // Side by side: stage by stage.
  stage: number;
  /** The tasks of the stage were well and it got its share of the traffic. */
  shifted: boolean;
  /** All traffic went to the new revision. */
  promoted: boolean;
  /** Somebody has said that it may be promoted. */
  approved: boolean;
}

export const deploymentField: Field<Deployment> = structure<Deployment>({
  service: text,
  strategy: oneOf(strategyKinds),
  from: integer,
  to: integer,
  back: flag,
  createdIndex: integer,
  phase: oneOf(deploymentPhases),
  paused: oneOf(pauseReasons),
  version: integer,
  progressUs: integer,
  failures: integer,
  batch: listOf(text) as Field<readonly string[]>,
  cursor: text,
  restUs: integer,
  stage: integer,
  shifted: flag,
  promoted: flag,
  approved: flag,
});

/** It is over. */
export function hasEnded(deployment: Pick<Deployment, 'phase'>): boolean {
  return phaseEdges[deployment.phase].length === 0;
}

/** The revision that it is bringing in now. */
export function targetOf(deployment: Pick<Deployment, 'phase' | 'from' | 'to'>): number {
  return deployment.phase === 'rolling-back' ? deployment.from : deployment.to;
}
