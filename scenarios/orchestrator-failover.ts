import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type ClusterIntent, type Fault, scenario, seconds } from '../src/index.ts';
import { weather } from './common/weather.ts';
import { cluster } from './orchestrator/setting.ts';
import { at, drawOf, isPlain, steeredClients } from './orchestrator/steering.ts';

const phases = { form: seconds(2), storm: seconds(8), settle: seconds(8) } as const;
const plain = drawOf(isPlain);
const everyUs = 50_000;

/** It is down, or stands still, for the rest of the storm. Cut off it would keep clients with it. */
const loss = weather(
  'the leader is lost while a majority stays connected',
  'no damage',
  ['kill', 'power-loss', 'stall'],
  (draw): readonly Fault[] => {
    const when = { atUs: seconds(4) + draw(1_000_000) };
    const kind = (['kill', 'power-loss', 'stall'] as const)[draw(3)]!;
    return [{ kind, target: { role: 'leader' }, when, durationUs: seconds(4.5) }];
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
