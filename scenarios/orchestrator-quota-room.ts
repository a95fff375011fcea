import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { scenario, seconds } from '../src/index.ts';
import { quotaFrom } from '../src/systems/orchestrator/client/wares.ts';
import { always } from './common/weather.ts';
import { cluster, phases } from './orchestrator/setting.ts';
import { at, drawOf, isPlain, leaderMayBeLost, steeredClients } from './orchestrator/steering.ts';

/** As clients name them, the first one first: services with even draws are its. */
const teams = ['red', 'blue'];

/** A draw that stands for so many tasks of the first team, and no other limit. */
function limitOf(from: number, to: number): number {
  for (let draw = 0; ; draw++) {
    const { tasks, memoryBytes } = quotaFrom('q0', draw, teams).limits;
    if (tasks >= from && tasks <= to && memoryBytes === 0) return draw;
  }
}

/** The n-th plain service of the first team. */
function ofTheTeam(nth: number): number {
  let left = nth;
  for (let at = 0; ; at++) {
    const draw = drawOf(isPlain, at);
    if (draw % teams.length === 0 && left-- === 0) return draw;
  }
}

const [first, second] = [ofTheTeam(0), ofTheTeam(1)];
const [low, high] = [limitOf(1, 3), limitOf(9, 12)];

export default scenario({
  summary: 'A quota is lowered under what there is, and raised again when all is quiet',
  system: cluster(),
  clients: steeredClients(
    (draw) => [
      at(seconds(1), { do: 'put-quota', quota: 'q0', draw: high }),
      at(seconds(1.3), { do: 'create-service', service: 's0', draw: first }),
      at(seconds(1.3), { do: 'create-service', service: 's1', draw: second }, 1),
      at(seconds(4), { do: 'put-quota', quota: 'q0', draw: low }),
      at(seconds(4.5) + draw(1_500_000), { do: 'deploy', service: 's0', draw: draw(7) }),
      at(seconds(5) + draw(1_500_000), { do: 'deploy', service: 's1', draw: draw(7) }, 1),
      at(seconds(14) + draw(1_000_000), { do: 'put-quota', quota: 'q0', draw: high }),
      at(seconds(23), { do: 'read-quota', quota: 'q0' }, 1),
    ],
    { 'cluster.quotas': always(true) },
  ),
  storm: leaderMayBeLost(seconds(4)),
  ladder: orchestratorLadder,
  phases,
});
