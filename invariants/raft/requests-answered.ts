import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { ClientRequest } from '../../src/systems/raft/kv-messages.ts';
import { nameOf } from './client-ledger.ts';
import type { RaftMoment } from './moment.ts';

/** Requests that nodes have taken and not answered, and how far they had committed. */
interface Waiting {
  /** By node: when each call came in, oldest first. */
  readonly calls: Map<string, number>[];
  /** By node: looks of the past, from the youngest that is as old as the window on. */
  readonly looks: (readonly [timeUs: number, commit: number])[][];
}

export const requestsAreAnswered = rung<RaftMoment, Waiting>({
  id: 'I54',
  title: 'requests are answered',
  statement:
    'A node of a stable core answers what it is asked, even if only to say that it does not know; a leader that commits may take its time.',
  source: 'openraft@43dd8b6f, @1d5cc706: waiting clients that nobody answers',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['receive:request', 'send:reply', 'started', 'crashed', 'pulse'],
  ghost: () => ({ calls: [], looks: [] }),
  check(moment, waiting) {
    const { message, node, timeUs } = moment;
    if (message?.kind === 'request') {
      const calls = callsOf(waiting, node);
      const name = nameOf(message as ClientRequest);
      if (!calls.has(name)) calls.set(name, timeUs);
      return premiseFalse;
    }
    if (message !== undefined) {
      const calls = callsOf(waiting, node);
      const name = nameOf(message as unknown as ClientRequest);
      const sinceUs = calls.get(name);
      calls.delete(name);
      // An answer at once proves nothing.
      return sinceUs !== undefined && sinceUs < timeUs ? held : premiseFalse;
    }
    // A life that begins or ends: nobody waits for the dead.
    if (moment.state === undefined || moment.after.phase !== 'running') {
      waiting.calls[node]?.clear();
    }
    return judge(moment, waiting);
  },
});

function callsOf({ calls }: Waiting, node: number): Map<string, number> {
  calls[node] ??= new Map();
  return calls[node];
}

function judge({ facts, timeUs }: RaftMoment, waiting: Waiting) {
  const { core, nodes, pace } = facts;
  const sinceUs = timeUs - pace.windowUs;
  for (const { index, view, running } of nodes) {
    const looks = lookAt(waiting, index, timeUs, view.commit, sinceUs);
    const calmUs = Math.max(core.sinceUs, facts.excusedUs);
    const isOwed = running && core.sinceUs >= 0 && calmUs <= sinceUs && core.has(index);
    const oldest = waiting.calls[index]?.values().next().value;
    if (!isOwed || oldest === undefined || oldest > sinceUs) continue;
    const [, commit] = looks[0] as readonly [number, number];
    const commits = view.role === 'leader' && view.commit - commit >= pace.leastCaughtUp;
    if (commits) continue;
    return broken({ nodes: [index], values: { waitedUs: timeUs - oldest, role: view.role } });
  }
  return premiseFalse;
}

function lookAt(
  { looks }: Waiting,
  node: number,
  timeUs: number,
  commit: number,
  sinceUs: number,
): readonly (readonly [number, number])[] {
  looks[node] ??= [];
  const past = looks[node];
  if (past.at(-1)?.[0] !== timeUs) past.push([timeUs, commit]);
  while ((past[1]?.[0] ?? timeUs) <= sinceUs) past.shift();
  return past;
}
