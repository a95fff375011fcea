import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import { topologyOf } from '../src/systems/orchestrator/topology.ts';
import { always, weather } from './common/weather.ts';
import { cluster, nodeAt } from './orchestrator/setting.ts';
import { at, drawOf, isPlain, steeredClients } from './orchestrator/steering.ts';

const phases = { form: seconds(2), storm: seconds(9), settle: seconds(15) } as const;

/** Its tasks are fenced and end only when they are killed: the worst that a lease has to bear. */
const stubborn = drawOf(
  (spec) =>
    isPlain(spec) &&
    spec.template.image === 'hangs:1' &&
    spec.template.disconnect.kind === 'fence' &&
    spec.template.reservations.cpuMillis === 0 &&
    spec.mode.kind === 'replicated' &&
    spec.mode.replicas === 4,
);

/** As far as clocks within tolerance go: see `orchestrator.driftBoundPpm`. */
const driftPpm = 20_000;

const lateness = weather(
  'a worker hears answers late, on the slowest clock, and then nothing',
  'no damage',
  ['degrade', 'partition', 'clock-drift', 'kill'],
  (draw, _times, config): readonly Fault[] => {
    const { managers, workers } = topologyOf(config);
    const target = { node: nodeAt(managers + draw(workers)) };
    const fromUs = seconds(4) + draw(1_000_000);
    const links = { lossPerMillion: 0, duplicatePerMillion: 0, reorderPerMillion: 0 };
    const slow: Fault = {
      kind: 'degrade',
      ...{ target, all: false, ...links, corruptPerMillion: 0 },
      extraLatencyUs: 100_000 + draw(250_000),
      direction: 'inbound',
      when: { atUs: fromUs },
      durationUs: seconds(2.5),
    };
    const heard = {
      ...{ event: 'receive:beat-heard', of: target, nth: 2 + draw(3) },
      ...{ notBeforeUs: fromUs, afterUs: draw(2) * draw(100_000) },
    };
    const cut: Fault = {
      ...{ kind: 'partition', shape: 'isolate', target, direction: 'both', flapUs: 0 },
      ...{ arrangement: draw(9), when: heard, durationUs: seconds(3) + draw(2_000_000) },
    };
    const faults = [slow, cut];
    const partsPerMillion = draw(3) === 0 ? draw(driftPpm) : -driftPpm;
    const drifts = { kind: 'clock-drift', target, partsPerMillion } as const;
    faults.push({ ...drifts, when: { atUs: seconds(2.5) }, durationUs: seconds(8) });
    // Its agent dies as well: then the watchdog of the machine alone is left.
    const when = { ...heard, afterUs: heard.afterUs + draw(1_500_000) };
    if (draw(3) === 0) faults.push({ kind: 'kill', target, when, durationUs: seconds(3) });
    return faults;
  },
);

export default scenario({
  summary: 'A worker that hears answers late is cut off: what is fenced there ends in time',
  system: cluster({
    nodes: always(7),
    'orchestrator.managers': always(3),
    'orchestrator.leaseUs': { kind: 'one of', values: [1_500_000, 900_000] },
    'orchestrator.fenceMarginUs': always(20_000),
  }),
  clients: steeredClients((draw) => [
    at(seconds(1), { do: 'create-service', service: 's0', draw: stubborn }),
    at(seconds(12), { do: 'deploy', service: 's0', draw: draw(7) }),
  ]),
  storm: { ...lateness, knobs: { ...lateness.knobs, 'clock.driftPpm': always(driftPpm) } },
  ladder: orchestratorLadder,
  phases,
});
