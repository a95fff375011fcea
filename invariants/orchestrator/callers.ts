import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type {
  Assign,
  BeatHeard,
  SessionBegins,
} from '../../src/systems/orchestrator/messages/worker-messages.ts';
import { remember } from '../raft/remember.ts';
import type { OrchestratorMoment } from './moment.ts';

/** To whom each session was given, by its name. */
type Sessions = Map<string, { readonly peer: number; readonly node: string }>;

const rememberedSessions = 4_096;

export const callersAreThemselves = rung<OrchestratorMoment, Sessions>({
  id: 'S11',
  title: 'identity of callers',
  statement:
    'A session of a node is given only to a machine that has a certificate of it, and what belongs to a session is said to nobody else.',
  source: 'SwarmKit 3d78d3497 (K28); Warren, certificates that nobody checks (W14)',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['send:session', 'send:assign', 'send:beat-heard'],
  ghost: () => new Map(),
  check({ facts, message, peer, node }, sessions): Outcome {
    if (message?.kind === 'session') {
      const begun = message as SessionBegins;
      const before = sessions.get(begun.session);
      if (!facts.members.owns(peer, begun.node) || (before !== undefined && before.peer !== peer)) {
        const values = { session: begun.session, node: begun.node };
        return broken({ nodes: [node, peer], values });
      }
      remember(sessions, begun.session, { peer, node: begun.node }, rememberedSessions);
      return held;
    }
    const { session } = message as Assign | BeatHeard;
    const known = sessions.get(session);
    if (known === undefined) return premiseFalse;
    if (known.peer === peer) return held;
    return broken({ nodes: [node, peer], values: { session, of: known.peer } });
  },
});
