import { type AnyRung, broken, held, premiseFalse, rung } from '../../../src/index.ts';
import type { MasterNode } from '../../../src/systems/storage/master/master-component.ts';
import { MetadataMachine } from '../../../src/systems/storage/metadata/machine.ts';
import { MetaloggerService } from '../../../src/systems/storage/metalogger/metalogger-service.ts';
import { readChangelog } from '../../../src/systems/storage/metalogger/read-changelog.ts';
import { followers, isMaster, type MasterMoment as Moment } from './master-moment.ts';

const changelogReplays = rung<Moment, Map<number, string>>({
  id: 'M8',
  title: 'the changelog replays',
  statement:
    'What a metalogger promised to its disk leads to the tables that masters had at that index.',
  source: 'src/systems/storage/README.md, rooms',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['step', 'end'],
  ghost: () => new Map(),
  check({ node, state, world }, hashes) {
    if (node >= 0) {
      if (isMaster(node) && state !== undefined) {
        hashes.set(state.machine.applied, state.machine.hash());
      }
      return premiseFalse;
    }
    const logger = followers - 1;
    const disk = world.disk(logger);
    const service = (world.state(logger) as MasterNode | undefined)?.service;
    if (!(service instanceof MetaloggerService)) return premiseFalse;
    const bytes = (file: string) => disk.promisedBytes(file);
    const { entries, states, gaps } = readChangelog({ files: disk.promisedFiles(), bytes });
    const { durable } = service.changelog;
    const settings = service.machine.state.settings;
    const start = states.findLast(({ index }) => gaps.every(({ to }) => to <= index));
    const machine = new MetadataMachine(settings);
    if (start !== undefined) machine.restore(start.saved);
    for (const entry of entries) if (entry.index === machine.applied + 1) machine.apply(entry);
    const { applied } = machine;
    const told = hashes.get(applied);
    const own = machine.hash();
    if (applied < durable || service.divergedAt > 0) {
      return broken({
        nodes: [logger],
        values: { applied, durable, divergedAt: service.divergedAt },
      });
    }
    if (told === undefined || applied === 0) return premiseFalse;
    return told === own ? held : broken({ nodes: [logger], values: { applied, own, told } });
  },
});

const metaloggerAgrees = rung<Moment>({
  id: 'M9',
  title: 'the metalogger agrees',
  statement: 'In the end the metalogger has compared its tables with the leader, and may vote.',
  source: 'src/systems/storage/README.md, rooms',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ world }) {
    const node = world.state(followers - 1) as MasterNode | undefined;
    if (node?.phase !== 'running' || node.machine.applied < 100) return premiseFalse;
    const { mayVote, agreedAt } = node.service as MetaloggerService;
    const { applied } = node.machine;
    if (mayVote && agreedAt > applied - 100) return held;
    return broken({ nodes: [followers - 1], values: { applied, agreedAt } });
  },
});

export const metaloggerLaws: readonly AnyRung<Moment>[] = [changelogReplays, metaloggerAgrees];
