import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { boundsOf, quietUs } from './bounds.ts';
import type { OrchestratorMoment } from './moment.ts';

/** The most entries in a second that change nothing, for every node of the cluster, once all is settled. */
const mostSettled = 1;
/** The same while the cluster is recovering: many ask at once, and some are late. */
const mostQuiet = 5;
const windowUs = 1_000_000;

/** Idle entries up to the beginning of a window, and what was allowed in it. */
interface Window {
  fromUs: number;
  idle: number;
  most: number;
}

export const controllersRest = rung<OrchestratorMoment, Window>({
  id: 'L13',
  title: 'controllers rest',
  statement:
    'In quiet weather nobody proposes again and again what changes nothing: at most 5 such entries a second for each node, and 1 when all has had the time to settle.',
  source: 'Nomad #15068 (N8); kubernetes#14528 (B15); Fly.io, October 2025: retry storms',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  ghost: () => ({ fromUs: 0, idle: 0, most: Number.POSITIVE_INFINITY }),
  check({ facts, timeUs }, window): Outcome {
    const restedUs = Math.min(quietUs(facts, timeUs), timeUs - facts.objects.askedUs);
    if (!(quietUs(facts, timeUs) > 0)) return premiseFalse;
    if (timeUs - window.fromUs > windowUs) {
      const isSettled = restedUs > (boundsOf(facts)?.settledUs ?? Number.POSITIVE_INFINITY);
      const isFirst = window.fromUs === 0;
      window.fromUs = timeUs;
      window.idle = facts.idleEntries;
      window.most = (isSettled ? mostSettled : mostQuiet) * facts.world.serverCount;
      return isFirst ? premiseFalse : held;
    }
    const idle = facts.idleEntries - window.idle;
    const { most } = window;
    return idle <= most ? premiseFalse : broken({ nodes: [], values: { idle, most } });
  },
});
