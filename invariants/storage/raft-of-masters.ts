import type { Ladder, LadderRun } from '../../src/index.ts';
import { topologyOf } from '../../src/systems/storage/topology.ts';
import { raftCoreLadder } from '../raft/ladder.ts';
import { MastersWorld } from './masters-world.ts';

/**
 * Raft's own laws over masters and metaloggers. Chunkservers speak no Raft: here they are like
 * clients whose messages concern nobody.
 */
export const raftOfMasters: Ladder = {
  ...raftCoreLadder,
  name: 'raft of the masters',
  begin(options) {
    const { masters, metaloggers } = topologyOf(options.config);
    const speakers = masters + metaloggers;
    const config = { ...options.config, 'raft.learners': metaloggers, 'raft.spares': 0 };
    const world = new MastersWorld(options.world, speakers);
    return onlyMasters(raftCoreLadder.begin({ ...options, world, config }), speakers);
  },
};

function onlyMasters(run: LadderRun, speakers: number): LadderRun {
  return {
    get violation() {
      return run.violation;
    },
    get violations() {
      return run.violations;
    },
    probes: run.probes,
    phase: (phase, timeUs) => run.phase(phase, timeUs),
    stuck: (reason, timeUs) => run.stuck(reason, timeUs),
    finish: () => run.finish(),
    reports: () => run.reports(),
    afterStep(step) {
      if (step.node < speakers) run.afterStep?.(step);
    },
    promised(node, file, from, to) {
      if (node < speakers) run.promised?.(node, file, from, to);
    },
    directoryPromised(node, directory) {
      if (node < speakers) run.directoryPromised?.(node, directory);
    },
    lifecycle(node, what, timeUs) {
      if (node < speakers) run.lifecycle?.(node, what, timeUs);
    },
    threw(node, error, timeUs) {
      if (node < speakers) run.threw?.(node, error, timeUs);
    },
  };
}
