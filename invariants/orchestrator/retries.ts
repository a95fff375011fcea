import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { OrchestratorMoment } from './moment.ts';
import { timingsOf } from './timings-of.ts';

const windowUs = 1_000_000;
/** For clocks that run fast, and for lives that begin. */
const spare = 8;

/** What a machine has sent in the present window. */
interface Sent {
  fromUs: number;
  count: number;
}

export const retriesAreBounded = rung<OrchestratorMoment, Map<number, Sent>>({
  id: 'L13R',
  title: 'retries are bounded',
  statement:
    'A worker asks managers to take it in no more often than its waits allow, whatever is answered: two messages for each of them.',
  source: 'Fly.io, October 2025: retry storms after certificates had expired',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:register', 'send:join', 'send:renew'],
  ghost: () => new Map(),
  check({ node, worker, timeUs }, machines): Outcome {
    if (worker === undefined) return premiseFalse;
    const sent = machines.get(node);
    if (sent === undefined || timeUs - sent.fromUs > windowUs) {
      machines.set(node, { fromUs: timeUs, count: 1 });
      return sent === undefined ? premiseFalse : held;
    }
    sent.count += 1;
    // Half of the first wait is the least that it waits.
    const waits = (2 * windowUs) / timingsOf(worker).retryFirstUs;
    const most = Math.ceil(2 * waits * 1.1) + spare;
    return sent.count <= most
      ? premiseFalse
      : broken({ nodes: [node], values: { sent: sent.count, most } });
  },
});
