import type { Ladder, LadderOptions, LadderRun } from '../../src/index.ts';
import { FirstServersWorld } from './first-servers-world.ts';
import { raftCoreLadder } from './ladder.ts';

/** The servers that run Raft, as a run has them: they come first. */
export interface Speakers {
  readonly voters: number;
  readonly learners: number;
}

/**
 * Raft's own laws over the first servers of a system. The others speak no Raft: here they are like
 * clients whose messages concern nobody.
 */
export function raftOfFirstServers(
  name: string,
  speakersOf: (options: LadderOptions) => Speakers,
): Ladder {
  return {
    ...raftCoreLadder,
    name,
    begin(options) {
      const { voters, learners } = speakersOf(options);
      const speakers = voters + learners;
      const config = { ...options.config, 'raft.learners': learners, 'raft.spares': 0 };
      const world = new FirstServersWorld(options.world, speakers);
      return onlyFirst(raftCoreLadder.begin({ ...options, world, config }), speakers);
    },
  };
}

function onlyFirst(run: LadderRun, speakers: number): LadderRun {
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
