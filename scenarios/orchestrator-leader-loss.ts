import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import { weather } from './common/weather.ts';
import { cluster } from './orchestrator/setting.ts';
import { at, drawOf, isPlain, steeredClients, watching } from './orchestrator/steering.ts';

const plain = drawOf(isPlain);

/** A way of deploying of each kind: rolling in both orders, blue/green, canary. */
const ways = (['stop-first', 'start-first', 'blue-green', 'canary'] as const).map((way) =>
  drawOf((spec) => {
    const { strategy } = spec.update;
    const kind = strategy.kind === 'rolling' ? strategy.order : strategy.kind;
    return isPlain(spec) && kind === way && (strategy.kind === 'rolling' || strategy.autoPromote);
  }),
);

const phases = { form: seconds(2), storm: seconds(8), settle: seconds(18) } as const;

/** About as many commits as such a deployment and a removal have, with what tasks report meanwhile. */
const commits = 48;
const deployUs = seconds(4);

/** The n-th commit since the deployment was asked for, n from seed to seed; then one some later. */
const losses = weather(
  'the leader is lost at a commit of a deployment, or of a removal',
  'no damage',
  ['kill', 'power-loss'],
  (draw): readonly Fault[] => {
    const loss = (nth: number): Fault => ({
      kind: draw(3) === 0 ? 'power-loss' : 'kill',
      target: { role: '@event' },
      when: {
        event: 'probe:commit advanced',
        of: { role: 'leader' },
        nth,
        notBeforeUs: deployUs,
        // Before or after anybody is told.
        afterUs: draw(2) * draw(20_000),
      },
      durationUs: 300_000 + draw(1_500_000),
    });
    const first = 1 + draw(commits);
    return draw(2) === 0 ? [loss(first)] : [loss(first), loss(first + 1 + draw(commits))];
  },
);

export default scenario({
  summary: 'The leader is lost at every commit of a deployment of every kind, and of a removal',
  system: cluster({ 'orchestrator.eventsKept': { kind: 'one of', values: [4_096] } }),
  clients: steeredClients((draw) => {
    const way = ways[draw(ways.length)]!;
    const bad = draw(4) === 0;
    const removedUs = deployUs + draw(3) * 300_000;
    return [
      at(seconds(1), { do: 'create-service', service: 's0', draw: way }),
      at(seconds(1), { do: 'create-service', service: 's1', draw: plain }, 1),
      at(removedUs, { do: 'remove-service', service: 's1' }, 1),
      at(deployUs, { do: bad ? 'deploy-bad' : 'deploy', service: 's0', draw: draw(7) }),
      ...watching('s0', deployUs, seconds(20), seconds(0.5)),
    ];
  }),
  storm: losses,
  ladder: orchestratorLadder,
  phases,
});
