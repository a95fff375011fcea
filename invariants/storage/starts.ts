import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { ChunkServer } from '../../src/systems/storage/chunkserver/chunk-server.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

/**
 * What a scenario sets whose disks do nothing wrong but not to read single files. Of any other disk
 * with a trouble nothing is owed, for a rung does not see which one it is.
 */
export const onlyReadsFail = 'storm.onlyReadsFail';

/** Until files that cannot be read are given up, in the journal and among checksums. */
const patienceUs = 10_000_000;
/** Syncs of a fragment whose files are brought up to date, and how much longer than usual they take. */
const syncsOfFragment = 20;

/** By node: since when nothing stands in the way of a start; not there once it serves. */
type Starting = Map<number, number>;

export const serversStart = rung<StorageMoment, Starting>({
  id: 'SA7',
  title: 'a server starts',
  statement:
    'A chunkserver serves a while after its start, if its disk does what it should but for single files that cannot be read.',
  source:
    'seaweedfs#5201, stratisd#1494: one disk that cannot be read keeps all others from service',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['started', 'pulse', 'end'],
  ghost: () => new Map(),
  check({ node, facts, timeUs, isStart }, starting) {
    if (isStart) {
      if (facts.servers[node] !== undefined) starting.set(node, timeUs);
      return premiseFalse;
    }
    let outcome: Outcome = premiseFalse;
    for (const [server, sinceUs] of starting) {
      const core = (facts.world.state(server) as ChunkServer | undefined)?.core;
      if (isHindered(facts, server) || core === undefined) {
        starting.set(server, timeUs);
      } else if (core.phase === 'serving') {
        starting.delete(server);
        outcome = held;
      } else if (timeUs - sinceUs > dueUs(facts, server)) {
        return broken({ nodes: [server], values: { startingUs: timeUs - sinceUs } });
      }
    }
    return outcome;
  },
});

/** Whether it does not run, not at its speed, or its disk is in trouble. */
function isHindered({ world, options }: StorageFacts, server: number): boolean {
  if (world.status(server) !== 'up' || !world.clockWithinBounds(server)) return true;
  return !world.diskHealthy(server) && options.config[onlyReadsFail] !== true;
}

function dueUs({ options, servers }: StorageFacts, server: number): number {
  const syncUs = Number(options.config['disk.syncLatencyUs'] ?? 400);
  return patienceUs + servers[server]!.table.byNumber.size * syncsOfFragment * syncUs;
}
