import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { DisksNow } from '../../src/systems/storage/ground-truth.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';
import { isUnseated } from './unseated.ts';

export const rotIsFound = rung<StorageMoment>({
  id: 'SF5',
  title: 'rot is found',
  statement:
    'Two cycles of the scrub after everything works again, no chunkserver holds a damaged fragment for a sound one.',
  source: 'Bairavasundaram et al., FAST 2008; Schwarz et al. 2004, disk scrubbing; HDFS-16064',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ facts, timeUs }) {
    const { world, timings, topology, settings } = facts;
    // One cycle may have begun before the damage, and a read is tried again in the next one.
    const dueUs = 3 * timings.scrubCycleUs + 2 * timings.serverLeaseUs;
    if (timeUs - facts.healedUs < dueUs) return premiseFalse;
    const disks = new DisksNow(world, settings.blockBytes);
    let outcome: Outcome = premiseFalse;
    for (let node = topology.firstServer; node < topology.nodes; node++) {
      if (world.status(node) !== 'up') continue;
      for (const { chunk, version, generation, part, blocks, quarantined } of disks.of(node)) {
        const isSound = blocks.every(({ intact }) => intact);
        if (!isSound && !quarantined) {
          return broken({ nodes: [node], values: { chunk, version, generation, part, dueUs } });
        }
        outcome = held;
      }
    }
    return outcome;
  },
});

/** When an entry touched things last. */
interface Touched {
  /** By session: it was opened, or renewed. */
  readonly sessions: Map<number, number>;
  /** By chunk: its grant, and when that was given. */
  readonly grants: Map<number, { readonly fence: number; readonly sinceUs: number }>;
}

/** Notes sessions and write leases that the newest entries gave, renewed or ended. */
function followLeases(
  { oracle }: StorageFacts,
  timeUs: number,
  { sessions, grants }: Touched,
): void {
  for (const { table, key, gone } of oracle.touched.values()) {
    const id = key as number;
    if (table === 'sessions') {
      if (gone) sessions.delete(id);
      else sessions.set(id, timeUs);
    } else if (table === 'chunks') {
      const fence = oracle.state.chunks.get(id)?.grant?.fence;
      if (fence === undefined) grants.delete(id);
      else if (grants.get(id)?.fence !== fence) grants.set(id, { fence, sinceUs: timeUs });
    }
  }
}

export const sessionsConverge = rung<StorageMoment, Touched>({
  id: 'SH3',
  title: 'sessions converge',
  statement:
    'A while after everything works again there is one session for each client at most, nothing is held by a session that is over, and no write lease has outlived its time.',
  source: 'ceph PR 23691, 14267; MooseNG: a lock without an end; Gray and Cheriton 1989',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'end'],
  ghost: () => ({ sessions: new Map(), grants: new Map() }),
  check({ facts, timeUs, isChain }, touched) {
    const { world, timings, oracle, healedUs } = facts;
    if (isChain) {
      followLeases(facts, timeUs, touched);
      return premiseFalse;
    }
    const { sessionLeaseUs, serverLeaseUs, cacheLeaseUs, writeLeaseUs } = timings;
    const dueUs = 3 * sessionLeaseUs + 2 * serverLeaseUs + cacheLeaseUs + writeLeaseUs;
    if (timeUs - healedUs < dueUs) return premiseFalse;
    // Each new leader begins all leases anew.
    if (isUnseated(facts, timeUs - dueUs)) return premiseFalse;
    const { state } = oracle;
    const owners = new Map<number, number>();
    for (const session of state.sessions.keys()) {
      const { owner } = state.sessions.get(session)!;
      const other = owners.get(owner);
      owners.set(owner, session);
      if (other === undefined) continue;
      // A late copy of a request opens one more, and a client that was not heard for a lease opens a
      // new one: the one that it does not use has its time to end.
      const unusedUs = Math.min(
        touched.sessions.get(other) ?? 0,
        touched.sessions.get(session) ?? 0,
      );
      if (timeUs - unusedUs < dueUs) continue;
      return broken({ nodes: [], values: { owner, sessions: [other, session], dueUs } });
    }
    for (const chunk of state.chunks.keys()) {
      const grant = state.chunks.get(chunk)!.grant ?? null;
      if (grant === null || grant.session === 0) continue;
      const { session: heldBy } = grant;
      // No holder goes on under one fence for longer: each lease anew has another.
      const heldUs = timeUs - Math.max(healedUs, touched.grants.get(chunk)?.sinceUs ?? 0);
      if (heldUs >= dueUs) return broken({ nodes: [], values: { chunk, heldBy, heldUs } });
      if (state.sessions.get(heldBy) !== undefined) continue;
      return broken({ nodes: [], values: { chunk, heldBy, dueUs } });
    }
    for (const inode of state.locks.keys()) {
      const { posix, flock } = state.locks.get(inode)!;
      const stray = [...posix, ...flock].find(({ session }) => !state.sessions.get(session));
      if (stray !== undefined) return broken({ nodes: [], values: { inode, lock: { ...stray } } });
    }
    return world.nodeCount > world.serverCount && state.sessions.size > 0 ? held : premiseFalse;
  },
});

/** What was done about parts that were missing. */
interface Repairs {
  /** Plans for a part since all works again, by chunk and position. */
  readonly plans: Map<string, number>;
  seen: number;
}

/** A first try, one that fails and one that succeeds, for each of two reasons. */
const mostPlans = 8;

export const repairsComeToRest = rung<StorageMoment, Repairs>({
  id: 'SH7',
  title: 'repairs come to rest',
  statement:
    'Once everything works again, no part of a version of a chunk is made anew time after time.',
  source:
    'HDFS-14768: repairs that spread; garage commits 69b89fb, d78bf37; storage.md, section 4, H7',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  ghost: () => ({ plans: new Map(), seen: 0 }),
  check({ node, timeUs, facts }, ghost) {
    const { oracle, healedUs } = facts;
    if (timeUs - healedUs < 2 * facts.timings.serverLeaseUs) return premiseFalse;
    let outcome: Outcome = premiseFalse;
    for (let index = oracle.freshFrom; index <= oracle.last; index += 1) {
      const { envelope, reply } = oracle.at(index)!;
      const command = envelope?.command;
      if (command?.kind !== 'plan-move' || reply?.kind !== 'plan') continue;
      const { chunk, position } = command;
      const { version = 0, generation = 0 } = oracle.state.chunks.get(chunk) ?? {};
      const key = `${chunk} v${version} g${generation} ${position}`;
      const plans = (ghost.plans.get(key) ?? 0) + 1;
      ghost.plans.set(key, plans);
      if (plans > mostPlans) {
        return broken({ nodes: [node], values: { chunk, version, position, plans, healedUs } });
      }
      outcome = held;
    }
    return outcome;
  },
});
