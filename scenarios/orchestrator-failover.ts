import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type ClusterIntent, type Fault, scenario, seconds } from '../src/index.ts';
import { weather } from './common/weather.ts';
import { cluster } from './orchestrator/setting.ts';
import { at, drawOf, isPlain, steeredClients } from './orchestrator/steering.ts';

const phases = { form: seconds(2), storm: seconds(8), settle: seconds(8) } as const;
const plain = drawOf(isPlain);
const everyUs = 50_000;

/** It is down for the rest of the storm, or cut off from everybody. */
const loss = weather(
  'the leader is lost while a majority stays connected',
  'no damage',
  ['kill', 'power-loss', 'partition', 'stall'],
  (draw): readonly Fault[] => {
    const when = { atUs: seconds(4) + draw(1_000_000) };
    const about = { target: { role: 'leader' }, when, durationUs: seconds(4.5) } as const;
    const kind = (['kill', 'power-loss', 'stall', 'partition'] as const)[draw(4)]!;
    if (kind !== 'partition') return [{ kind, ...about }];
    const shape = { shape: 'isolate', direction: 'both', flapUs: 0, arrangement: draw(9) } as const;
    return [{ kind, ...about, ...shape }];
  },
);

/** Writes all the time, from both clients. */
function writes(): ClusterIntent[] {
  const intents: ClusterIntent[] = [];
  let number = 0;
  for (let atUs = seconds(2); atUs < seconds(14); atUs += everyUs) {
    const client = number % 2;
    intents.push(at(atUs, { do: 'create-volume', volume: `v${number}`, draw: 1 }, client));
    number += 1;
  }
  return intents;
}

export default scenario({
  summary:
    'The leader is lost under a steady load of writes: how long until one is acknowledged again',
  system: cluster(),
  clients: steeredClients(() => [
    at(seconds(1), { do: 'create-service', service: 's0', draw: plain }),
    ...writes(),
  ]),
  storm: loss,
  ladder: orchestratorLadder,
  phases,
});
