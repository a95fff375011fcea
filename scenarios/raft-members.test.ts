import { describe, expect, test } from 'vitest';
import type { WorldControl } from '../src/sim/world-control.ts';
import type { RaftCore } from '../src/systems/raft/raft-core.ts';
import { runWatched, watch } from '../test/raft/watch-scenario.ts';
import { course2015 } from './raft/members.ts';
import learnerMustVote from './raft-learner-must-vote.ts';
import atTheBound from './raft-lease-at-the-bound.ts';
import beyondDrift from './raft-lease-beyond-drift.ts';
import handover from './raft-lease-handover.ts';
import bug2015 from './raft-membership-2015.ts';
import oneLinkCut from './raft-one-link-cut.ts';
import preVoteDeadlock from './raft-pre-vote-deadlock.ts';

const seeds = Array.from({ length: 12 }, (_, at) => at + 1);

function coreOf(world: WorldControl, id: string): RaftCore | undefined {
  return (world.state(world.nodeIndex(id)) as { core?: RaftCore } | undefined)?.core;
}

/** Who leads, and who the voters are by its log, each time that somebody wins. */
function wins(
  scenario: typeof bug2015,
  seed: number,
): { node: string; atUs: number; voters: string }[] {
  const seen: { node: string; atUs: number; voters: string }[] = [];
  watch(scenario, seed, [
    [
      'role:leader',
      (world, node) => {
        const voters = coreOf(world, node)!.configuration.voters.join(' ');
        seen.push({ node, atUs: world.timeUs, voters });
      },
    ],
  ]);
  return seen;
}

describe('the bug of 2015', () => {
  test('two leaders follow one another that know other members, and share a voter all the same', () => {
    const reached = seeds.filter((seed) => {
      const all = wins(bug2015, seed);
      const second = all.find(({ atUs }) => atUs > course2015.bUs);
      const third = all.find(({ atUs }) => atUs > course2015.cUs);
      return (
        (second?.node === 'n2' || second?.node === 'n3') &&
        second.voters === '1 2 3 4' &&
        (third?.node === 'n1' || third?.node === 'n5') &&
        third.voters === '1 2 3 4 5'
      );
    });
    expect(reached.length).toBeGreaterThan(3);
  });
});

test('a learner that was made a voter and does not know votes, and so a leader is found', () => {
  const reached = seeds.filter((seed) => {
    let voted = false;
    watch(learnerMustVote, seed, [
      [
        'send:vote-reply',
        (world, node) => {
          const core = coreOf(world, 'n4');
          if (node === 'n4' && core?.votedFor !== 0 && core?.isVoter === false) voted = true;
        },
      ],
    ]);
    return voted;
  });
  expect(reached.length).toBeGreaterThan(seeds.length / 2);
});

test('a candidate of a later term comes back as the leader dies, and somebody leads', () => {
  const reached = seeds.filter((seed) => {
    let ahead = 0;
    watch(preVoteDeadlock, seed, [
      [
        'role:candidate',
        (world, node) => {
          const terms = ['n1', 'n2'].map((id) => coreOf(world, id)?.term ?? 0);
          const own = coreOf(world, node)!.term;
          if (node === 'n3' && terms.every((term) => term < own)) ahead++;
        },
      ],
    ]);
    return ahead > 0;
  });
  expect(reached.length).toBeGreaterThan(seeds.length / 2);
});

describe('one link that is cut', () => {
  const leaders = (seed: number, settings: Record<string, boolean> = {}) => {
    let count = 0;
    runWatched(oneLinkCut, seed, [['role:leader', () => count++]], settings);
    return count;
  };

  test('moves no leader', () => {
    expect(seeds.map((seed) => leaders(seed))).toEqual(seeds.map(() => 1));
  });

  test('would without pre-votes and without the check of the quorum', () => {
    const bare = { 'raft.preVote': false, 'raft.checkQuorum': false };
    const moved = seeds.filter((seed) => leaders(seed, bare) > 1);
    expect(moved.length).toBeGreaterThan(seeds.length / 2);
  });
});

describe('a lease', () => {
  test('holds at the bound of clocks', () => {
    for (const seed of seeds) watch(atTheBound, seed, []);
  });

  test('is given up at a handover: two lead, and none reads what is old', () => {
    const reached = seeds.filter((seed) => {
      let rivals = 0;
      watch(handover, seed, [
        [
          'role:leader',
          (world, node) => {
            const others = ['n1', 'n2', 'n3'].filter((id) => id !== node);
            if (others.some((id) => coreOf(world, id)?.role === 'leader')) rivals++;
          },
        ],
      ]);
      return rivals > 0;
    });
    expect(reached).toEqual(seeds);
  });

  test('serves a stale read beyond it, and that is seen', () => {
    const stale = seeds.filter((seed) => {
      const { violation } = runWatched(beyondDrift, seed, []).record;
      return violation?.rung === 'I42' || violation?.rung === 'I43';
    });
    expect(stale.length).toBeGreaterThan(3);
  });
});
