import { expect, test } from 'vitest';
import raftCommit from '../../../scenarios/raft-calm.ts';
import beyondDrift from '../../../scenarios/raft-lease-beyond-drift.ts';
import { counters, smallLadder } from '../../../test/fixtures/counters.ts';
import type { CaseFile } from '../../record/case-file.ts';
import { tellStory } from '../../report/story/tell-story.ts';
import { buildCase } from '../build-case.ts';
import { calmConfig } from '../draw-config.ts';
import { runCase } from '../run.ts';
import { gatherFacts } from './gather-facts.ts';

/** A leader with a slow clock is cut off; another one takes a write; the first one answers a read. */
function staleLease(): CaseFile {
  const file = buildCase(beyondDrift, { seed: 1, settings: calmConfig(beyondDrift) }, 'lease');
  return {
    ...file,
    plan: [
      {
        kind: 'clock-drift',
        target: { role: 'leader' },
        partsPerMillion: -800_000,
        when: { atUs: 0 },
        durationUs: 3_000_000,
      },
      {
        kind: 'partition',
        shape: 'isolate',
        target: { role: 'leader' },
        direction: 'both',
        flapUs: 0,
        arrangement: 0,
        when: { atUs: 400_000 },
        durationUs: 600_000,
      },
    ],
    intents: [
      { client: 7, atUs: 600_000, do: 'put', key: 'k0', value: 'new', padTo: 0 },
      { client: 0, atUs: 800_000, do: 'get', key: 'k0', consistency: 'linearizable' },
    ],
    choices: { kind: 'calm', list: [] },
  };
}

test('a stale read by a lease is told as a person would tell it', async () => {
  const story = tellStory(await gatherFacts(beyondDrift, staleLease()));
  const told = story.lines.map(({ text }) => text);
  const inOrder = [
    /^n\d wins the election of term 1 with the vote/,
    /^the clock of n\d \(leader\) runs 80 % slow$/,
    /^partition: n\d \(leader\)/,
    /^n\d wins the election of term 2 with the vote/,
    /^n\d takes "put k0 = new" as entry 3 of term 2 into its log$/,
    /^n\d answers c8 that "put k0 = new" is done$/,
    /^n\d answers c1's "get k0" by its lease, asking nobody: unset$/,
  ];
  let from = 0;
  for (const pattern of inOrder) {
    const at = told.findIndex((text, nth) => nth >= from && pattern.test(text));
    expect(at, `${pattern} in\n${told.join('\n')}`).toBeGreaterThanOrEqual(from);
    from = at;
  }
  expect(told.length).toBeLessThan(15);
  expect(story.broken.rung).toBe('I42');
  expect(story.broken.facts).toHaveLength(2);
  expect(story.whatIfs.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
    'fault held',
    'fault held',
    'operation held',
    'operation held',
  ]);
  expect(story.mattered[0]).toContain('Each of the 4 was needed');
});

test('a system without a narrator gets its story from roles, messages and faults', async () => {
  const scenario = counters({ ladder: smallLadder(5) });
  const { caseFile } = await runCase(scenario, { seed: 1 }, { aftermath: false });
  const story = tellStory(await gatherFacts(scenario, caseFile));
  expect(story.headline).toMatch(/^T1 \(small totals\) breaks after 0\.\d+ s\./);
  expect(
    story.lines.some(({ text }) =>
      /^n\d gets add \(amount \d+, request \d+\) from c\d$/.test(text),
    ),
  ).toBe(true);
  expect(story.broken.facts).toEqual([expect.stringMatching(/^total: \d+$/)]);
  expect(story.whatIfs.length).toBeGreaterThan(0);
});

test('watching for a story changes nothing of the run', async () => {
  const file = staleLease();
  const { record } = await runCase(beyondDrift, file, { aftermath: false });
  expect((await gatherFacts(beyondDrift, file)).digest).toBe(record.digest);
});

test('of what holds there is no story', async () => {
  const file = buildCase(raftCommit, { seed: 1 }, 'raft-calm');
  await expect(gatherFacts(raftCommit, file)).rejects.toThrow('the case does not fail: it is held');
});
