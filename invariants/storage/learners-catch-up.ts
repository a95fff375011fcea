import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { partialRaftOperator } from '../../src/systems/raft/operator.ts';
import { MetaloggerService } from '../../src/systems/storage/metalogger/metalogger-service.ts';
import { replayed } from './changelogs.ts';
import type { MetadataReader, StorageFacts, StorageMoment } from './moment.ts';
import { recoveryUs } from './recovers.ts';

export const learnersCatchUp = rung<StorageMoment, { healedAt: number }>({
  id: 'SH6',
  title: 'learners catch up',
  statement:
    'A while after everything works again, masters and metaloggers that are up have applied all that was committed when the faults ended, and metaloggers have it on disk.',
  source:
    'lizardfs#682, leilfs#7: a shadow that lags for weeks; lizardfs#577, #938: a changelog that is not written for as long; HDDS-11183',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['phase', 'end'],
  ghost: () => ({ healedAt: 0 }),
  check({ facts, timeUs }, ghost) {
    const { oracle, topology, world, phase } = facts;
    if (phase === 'settle') ghost.healedAt = oracle.last;
    if (phase !== 'end' || timeUs - facts.healedUs < recoveryUs(facts)) return premiseFalse;
    let outcome: Outcome = premiseFalse;
    for (let node = 0; node < topology.firstServer; node++) {
      if (world.status(node) !== 'up' || world.damaged(node)) continue;
      const state = (world.state(node) ?? {}) as {
        readonly machine?: MetadataReader;
        readonly phase?: string;
        readonly service?: unknown;
      };
      if (state.machine === undefined || state.phase !== 'running') continue;
      const { applied } = state.machine;
      const onDisk =
        state.service instanceof MetaloggerService
          ? keptUpTo(facts, node, state.service, ghost.healedAt)
          : applied;
      if (Math.min(applied, onDisk) < ghost.healedAt && isMember(facts, node)) {
        const { healedAt } = ghost;
        return broken({ nodes: [node], values: { applied, onDisk, healedAt } });
      }
      outcome = held;
    }
    return outcome;
  },
});

/**
 * Up to which entry a metalogger's disk leads. What an earlier life has written counts, though this one
 * does not say so: whoever comes back and hears of nothing new has nothing to write.
 */
function keptUpTo(
  facts: StorageFacts,
  node: number,
  { changelog: { durable } }: MetaloggerService,
  wanted: number,
): number {
  return durable >= wanted ? durable : Math.max(durable, replayed(facts, node).applied);
}

/** Operators take servers out of the group and put others in: only who belongs to it has to follow. */
function isMember({ world, topology }: StorageFacts, node: number): boolean {
  for (let other = 0; other < topology.firstServer; other++) {
    if (world.status(other) !== 'up') continue;
    const view = partialRaftOperator.membership(world.state(other));
    const last = view?.leads === true ? view.configurations.at(-1) : undefined;
    if (last === undefined) continue;
    return [...last.groups.flat(), ...last.learners].includes(node);
  }
  return false;
}
