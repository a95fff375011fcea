import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { quietUs } from './bounds.ts';
import type { OrchestratorMoment } from './moment.ts';

/** The most entries of controllers in a second that change nothing, for every node of the cluster. */
const mostIdle = 20;

export const controllersRest = rung<OrchestratorMoment, { fromUs: number; idle: number }>({
  id: 'L13',
  title: 'controllers rest',
  statement:
    'In quiet weather the leader does not propose again and again what changes nothing: at most 20 such entries a second for each node.',
  source: 'Nomad #15068 (N8); kubernetes#14528 (B15); Fly.io, October 2025: retry storms',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  ghost: () => ({ fromUs: 0, idle: 0 }),
  check({ facts, timeUs }, window): Outcome {
    if (!(quietUs(facts, timeUs) > 0)) return premiseFalse;
    if (timeUs - window.fromUs > 1_000_000) {
      window.fromUs = timeUs;
      window.idle = facts.idleEntries;
      return held;
    }
    const idle = facts.idleEntries - window.idle;
    const most = mostIdle * facts.world.serverCount;
    return idle <= most ? premiseFalse : broken({ nodes: [], values: { idle, most } });
  },
});
