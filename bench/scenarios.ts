import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, kvClients, type Scenario, scenario, seconds } from '../src/index.ts';
import { raftKv, raftKvProtocol } from '../src/systems/raft/index.ts';

/** Five nodes in calm weather under a steady load, for as long as one likes. */
export function steadyLoad(stormSeconds: number, operations: number): Scenario {
  const phases = { form: seconds(1), storm: seconds(stormSeconds), settle: seconds(2) };
  return scenario({
    summary: 'five calm nodes under a steady load',
    system: raftKv(),
    clients: kvClients({
      protocol: raftKvProtocol,
      phases: { formUs: phases.form, stormUs: phases.storm, settleUs: phases.settle },
      times: { startUs: phases.form },
      knobs: {
        'clients.operations': { kind: 'one of', values: [operations] },
        'clients.loop': { kind: 'one of', values: ['open'] },
        'clients.count': { kind: 'one of', values: [5] },
        'clients.shape': { kind: 'one of', values: ['steady'] },
      },
    }),
    storm: calm(),
    ladder: raftLadder,
    phases,
    stepLimit: 100_000_000,
  });
}
