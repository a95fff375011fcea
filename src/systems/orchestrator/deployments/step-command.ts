import type { CommandOf } from '../state/command.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';
import { decideStep } from './decide.ts';
import { makeStep } from './steps.ts';

/** Makes the step that is due, if it is still the one that the leader saw. */
export function stepDeployment(
  state: ClusterState,
  { deployment, version, step }: CommandOf<'step-deployment'>,
): Reply {
  if (state.deployments.get(deployment)?.version !== version) return refuse('stale', deployment);
  if (decideStep(state, deployment, state.timeUs).step !== step) return refuse('stale', deployment);
  makeStep(state, deployment, step);
  return done;
}
