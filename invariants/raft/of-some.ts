import type { Config, Ladder, LadderRun } from '../../src/index.ts';
import { raftCoreLadder } from './ladder.ts';
import { SpeakersWorld } from './speakers-world.ts';

/** Who of a cluster speaks Raft: the first nodes. */
export interface Speakers {
  /** All of them. */
  readonly count: number;
  /** The last so many of these follow the log and do not vote at first. */
  readonly learners: number;
}

/**
 * Raft's own laws over those nodes of a cluster that speak it. The others are here like clients whose
 * messages concern nobody.
 */
export function raftOfSome(name: string, speakersOf: (config: Config) => Speakers): Ladder {
  return {
    ...raftCoreLadder,
    name,
    begin(options) {
      const { count, learners } = speakersOf(options.config);
      const config = { ...options.config, 'raft.learners': learners, 'raft.spares': 0 };
      const world = new SpeakersWorld(options.world, count);
      return onlySpeakers(raftCoreLadder.begin({ ...options, world, config }), count);
    },
  };
}

function onlySpeakers(run: LadderRun, speakers: number): LadderRun {
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
