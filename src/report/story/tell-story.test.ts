import { expect, test } from 'vitest';
import type { StoryEvent, StoryFacts, WhatIf } from '../../record/story.ts';
import { storyText } from './story-text.ts';
import { tellStory } from './tell-story.ts';

const event = (
  step: number,
  kind: StoryEvent['kind'],
  text: string,
  node?: string,
  rest: Partial<StoryEvent> = {},
): StoryEvent => ({
  timeUs: step * 10_000,
  step,
  kind,
  text,
  inPast: true,
  inChain: false,
  ...(node === undefined ? {} : { node }),
  ...rest,
});

const whatIf = (
  kind: WhatIf['kind'],
  without: string,
  outcome: WhatIf['outcome'],
  rest: Partial<WhatIf> = {},
): WhatIf => ({ kind, index: 0, without, outcome, ...rest });

const facts: StoryFacts = {
  scenario: 'lagoon',
  digest: '00ff00ff00ff00ff',
  violation: {
    rung: 'T1',
    title: 'small totals',
    statement: 'No total exceeds 60.',
    virtualUs: 120_000,
    step: 12,
    nodes: ['n2'],
    values: { total: 61, of: 'n2' },
    key: 'T1',
    clientVisible: true,
  },
  cluster: ['Two counters.'],
  settings: ['net.latencyUs 3000'],
  counts: { nodes: 2, clients: 1, faults: 1, operations: 2, choices: 1 },
  events: [
    event(1, 'detail', 'greets the others', 'n1'),
    event(2, 'fault', 'n2 (leader) loses power'),
    event(3, 'turn', 'takes the new limit', 'n1'),
    event(4, 'detail', 'counts on', 'n2', { inChain: true }),
    event(5, 'turn', 'takes the new limit', 'n2', { inPast: false }),
    event(11, 'choice', 'the add from c1 to n2 is lost'),
  ],
  facts: ['n2 has 61.', 'The limit is 60.'],
  whatIfs: [
    whatIf('fault', 'the power loss of n2 at 0.020 s', 'held'),
    whatIf('choice', 'the loss of the add from c1 to n2 at 0.110 s', 'held'),
    whatIf('operation', 'c1\'s "add 7"', 'other', { rung: 'T2', title: 'no loss' }),
    whatIf('setting', 'net.latencyUs at 3000 (it is 300 usually)', 'same'),
  ],
};

test('a story has faults, turns and the last links of the chain, in order', () => {
  const story = tellStory(facts);
  expect(story.lines.map(({ text }) => text)).toEqual([
    'n2 (leader) loses power',
    'n1 takes the new limit; so does n2',
    'n2 counts on',
    'the add from c1 to n2 is lost',
  ]);
  expect(story.leftOut).toBe(1);
  expect(story.headline).toBe(
    'T1 (small totals) breaks after 0.120 s. It took 1 fault, 2 calls of clients and 1 unusual event.',
  );
  expect(story.mattered).toEqual([
    'Each of the 3 was needed: without any one of them this failure is gone.',
    'What tips it in the end: the loss of the add from c1 to n2 at 0.110 s.',
  ]);
  expect(tellStory(facts)).toEqual(story);
  expect(JSON.parse(JSON.stringify(story))).toEqual(story);
});

test('on a screen it has the law, the facts that contradict each other, and what if', () => {
  const lines = storyText(tellStory(facts), { width: 80 });
  expect(lines).toContain('   0.020 s   n2 (leader) loses power.');
  const at = lines.indexOf('What broke, at 0.120 s (step 12)');
  expect(lines.slice(at + 1, at + 4)).toEqual([
    '  The law: No total exceeds 60.',
    '  n2 has 61.',
    '  But: The limit is 60.',
  ]);
  expect(lines.slice(lines.indexOf('What if') + 1)).toEqual([
    '  Nothing breaks without',
    '    - the power loss of n2 at 0.020 s',
    '    - the loss of the add from c1 to n2 at 0.110 s',
    '  T2 (no loss) breaks instead without',
    '    - c1\'s "add 7"',
    '  It breaks all the same without',
    '    - net.latencyUs at 3000 (it is 300 usually)',
  ]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('without words for it, the values of a violation are its facts', () => {
  const { broken } = tellStory({ ...facts, facts: [] });
  expect(broken.facts).toEqual(['total: 61; of: n2']);
});

test('a long tale keeps faults and the end', () => {
  const many = Array.from({ length: 200 }, (_, at) => event(at + 20, 'turn', `turn ${at}`, 'n1'));
  const story = tellStory({ ...facts, events: [...facts.events, ...many] });
  expect(story.lines.length).toBeLessThanOrEqual(36);
  expect(story.lines[0]?.text).toBe('n2 (leader) loses power');
  expect(story.lines.at(-1)?.text).toBe('n1 turn 199');
  expect(story.leftOut).toBeGreaterThan(150);
});

test('what could not be taken away in time does not drown what happened', () => {
  const noise = Array.from({ length: 60 }, (_, at) => event(at + 20, 'choice', `late ${at}`));
  const turns = Array.from({ length: 34 }, (_, at) => event(at + 20, 'turn', `turn ${at}`, 'n1'));
  const counts = { ...facts.counts, choices: 60 };
  const some = tellStory({ ...facts, counts, events: [...turns, ...noise] });
  expect(some.lines.filter(({ kind }) => kind === 'turn')).toHaveLength(34);
  expect(some.lines.at(-1)?.text).toBe('late 59');
  expect(some.cluster.at(-1)).toContain('60 events, some of them told below');
  const none = tellStory({ ...facts, counts, events: turns });
  expect(none.cluster.at(-1)).toContain('60 events, too many to tell which of them matter');
});

test('what happens by itself says so', () => {
  const counts = { nodes: 3, clients: 1, faults: 0, operations: 0, choices: 0 };
  const story = tellStory({ ...facts, counts, whatIfs: [], settings: [] });
  expect(story.headline).toContain('nothing but the start of the cluster');
  expect(story.mattered).toEqual(['Nothing had to go wrong outside: the mistake shows by itself.']);
  expect(story.cluster.at(-1)).toContain('Every setting is at its usual value');
});
