import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

/** What an administrator asks for, and whether a server of that state has it; none: it is gone. */
const leadsTo: Readonly<Record<string, (state: string) => boolean>> = {
  drain: (state) => state === 'draining',
  undrain: (state) => state === 'up' || state === 'down',
  'remove-server': (state) => state === '',
};

export const serversAsTold = rung<StorageMoment>({
  id: 'SB6',
  title: 'servers as told',
  statement:
    'When a client is told that a server is to be emptied, is so no more, or is forgotten, that is what the committed log gives at the index of the answer.',
  source: 'MooseFS NEWS 3.0.54: marked for removal; minio, pool decommission cancel',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts }): Outcome {
    const { history } = facts.files!;
    const { oracle } = facts;
    const { firstServer, chunkservers } = facts.topology;
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const answer = history.answer[operation];
      const call = history.call[operation]!;
      const isSo = leadsTo[call.do];
      if (isSo === undefined || !('server' in call)) continue;
      const index = answer?.steps.at(-1)?.index ?? 0;
      // Never committed: that is for another rung to say.
      if (answer?.errno !== null || index > oracle.last) continue;
      const server = firstServer + 1 + (call.server % chunkservers);
      const state = oracle.tables.servers.at(server, index)?.value ?? '';
      if (!isSo(state)) {
        const values = { operation, do: call.do, server, index, state };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});
