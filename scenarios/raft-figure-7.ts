import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, kvClients, scenario, seconds } from '../src/index.ts';
import { raftKv, raftKvProtocol } from '../src/systems/raft/index.ts';
import { figure7, figure7EndUs } from './raft/figure-7.ts';
import { steeredSettings } from './raft/steering.ts';

const phases = { form: seconds(1), storm: figure7EndUs, settle: seconds(4) };

export default scenario({
  summary: 'Figure 7 of the Raft paper: followers lack entries, have too many, or both',
  system: raftKv(),
  clients: kvClients({
    protocol: raftKvProtocol,
    phases: { formUs: phases.form, stormUs: phases.storm, settleUs: phases.settle },
  }),
  storm: calm(),
  ladder: raftLadder,
  phases,
  fixed: {
    ...steeredSettings,
    nodes: 7,
    // Clients that pause: between two entries there is time for a fault.
    'clients.count': 4,
    'clients.operations': 300,
    'clients.thinkUs': 100_000,
    'clients.timeoutUs': 80_000,
    'clients.giveUpUs': 500_000,
  },
  plan: figure7,
  requiredFaults: ['kill', 'suspend'],
  requiredProbes: ['uncommitted tail truncated'],
});
