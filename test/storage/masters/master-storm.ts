import type { ClientsDefinition, Scenario, StormDefinition } from '../../../src/index.ts';
import { reigns, scenario, seconds } from '../../../src/index.ts';
import type { Config } from '../../../src/sim/system-definition.ts';
import { hashPair } from '../../../src/systems/common/hash.ts';
import {
  noticedDamage,
  raftKnobs,
  raftOperator,
  settingsFrom,
} from '../../../src/systems/raft/index.ts';
import { masterComponent } from '../../../src/systems/storage/master/master-component.ts';
import { simulationSettings } from '../../../src/systems/storage/metadata/settings.ts';
import { testClasses } from '../../../src/systems/storage/metadata/test-rig.ts';
import type { StorageTimings } from '../../../src/systems/storage/timings.ts';
import { History } from '../../../src/workload/history.ts';
import { masterLadder, testTimings } from './master-laws.ts';
import { followers, masterCount } from './master-moment.ts';
import { plainChunkserver } from './plain-chunkserver.ts';
import { type Intent, intentKinds, plainClient } from './plain-client.ts';

const servers = 6;
const clients = 3;

const settings = { ...simulationSettings, graceUs: 300_000 };

function timingsOf(config: Config): StorageTimings {
  return { ...testTimings, cacheLeaseUs: Number(config['storage.cacheLeaseUs']) };
}

const scriptedClients: ClientsDefinition = {
  name: 'scripted-clients',
  knobs: { 'clients.intents': { kind: 'between', low: 20, high: 90 } },
  drawIntents(config, seed): readonly Intent[] {
    return Array.from({ length: Number(config['clients.intents']) }, (_, at) => {
      const draw = hashPair(seed, at);
      const kind = intentKinds[draw % intentKinds.length]!;
      return { client: at % clients, kind, draw: Math.floor(draw / 7) % 1_000 };
    });
  },
  count: () => clients,
  newHistory: () => new History(),
  client(config, peers, index, intents) {
    const own = (intents as readonly Intent[]).filter(({ client }) => client === index);
    const masters = peers.slice(0, masterCount);
    return plainClient({ masters, index, intents: own, timings: timingsOf(config) });
  },
  census: () => ({}),
};

/** Three masters, a metalogger, chunkservers that keep no bytes, and clients by script. */
export function masterStorm(
  storm: StormDefinition = reigns({ except: ['membership', 'wipe', 'bit-flip'] }),
): Scenario {
  return scenario({
    summary: 'Masters of the storage system, with chunkservers and clients of the tests',
    system: {
      name: 'masters',
      knobs: {
        ...raftKnobs,
        nodes: { kind: 'one of', values: [followers + servers] },
        'storage.cacheLeaseUs': { kind: 'one of', values: [300_000, 0, 1_000_000] },
      },
      node(config, peers, index) {
        const timings = timingsOf(config);
        if (index >= followers) {
          const zone = 1 + (index % 3);
          const masters = peers.slice(0, followers);
          return plainChunkserver({ server: index + 1, masters, timings, region: 1, zone });
        }
        const raft = settingsFrom(config);
        const metaloggers = followers - masterCount;
        const size = { masters: masterCount, metaloggers, classes: testClasses };
        return masterComponent({ peers, index, raft, settings, timings, ...size });
      },
      noticedDamage,
      operator: raftOperator,
      countsOnClocks: () => true,
    },
    clients: scriptedClients,
    storm,
    ladder: masterLadder,
    fixed: { 'raft.batchEntries': 64, 'raft.batchBytes': 65_536, 'raft.maxUncommitted': 1_000 },
    phases: { form: seconds(1), storm: seconds(8), settle: seconds(18) },
  });
}
