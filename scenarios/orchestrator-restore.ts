import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { disks, scenario } from '../src/index.ts';
import { always } from './common/weather.ts';
import { cluster, orchestratorClients, orchestratorWords, phases } from './orchestrator/setting.ts';

const storm = disks({
  words: orchestratorWords,
  operated: true,
  except: ['disk/read-error', 'disk/write-error', 'disk/sync-error', 'disk/full', 'bit-flip'],
});

export default scenario({
  summary:
    'Machines lose their disks: managers are restored from the snapshots of others, workers join anew',
  system: cluster({
    'raft.snapshotEntries': { kind: 'one of', values: [3, 20] },
    'raft.trailingEntries': { kind: 'one of', values: [0, 5] },
  }),
  clients: orchestratorClients(),
  storm: {
    ...storm,
    knobs: { ...storm.knobs, 'storm.wipe': always(true), 'storm.power-loss': always(true) },
  },
  ladder: orchestratorLadder,
  phases,
});
