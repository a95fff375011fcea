import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  logSnapshot,
  partitionSnapshot,
  server,
  violationSnapshot,
} from '../../../test/watch/fixture-snapshots.ts';
import type { LogSnapshot, WatchSnapshot } from '../protocol.ts';
import { Memo } from './compose.ts';
import { frameLines } from './frame.ts';
import { type Look, lookFor, lookOf, termLetter } from './look.ts';
import { clipped } from './row.ts';
import { initialUi, panelIds, type UiState } from './ui-state.ts';

type Shown = WatchSnapshot | LogSnapshot | undefined;

function frame(
  snapshot: Shown,
  size: readonly [columns: number, rows: number],
  ui: Partial<UiState> = {},
  look: Look = lookFor('full'),
): readonly string[] {
  const state = { ...initialUi(...size), ...ui };
  return frameLines({ snapshot, ui: state, look, showNotice: true }, new Memo());
}

function plain(rows: readonly string[]): string {
  return rows.map(stripVTControlCharacters).join('\n');
}

const sizes: readonly (readonly [number, number])[] = [
  [60, 16],
  [80, 24],
  [81, 60],
  [100, 31],
  [100, 32],
  [120, 40],
  [159, 45],
  [160, 45],
  [200, 24],
  [200, 60],
  [317, 90],
];

const manyNodes: WatchSnapshot = {
  ...partitionSnapshot(),
  nodes: Array.from({ length: 13 }, (_, index) => server(`n${index + 1}`)),
  network: {
    links: Array.from({ length: 13 }, () => 'o'.repeat(13)),
    groups: [Array.from({ length: 13 }, (_, index) => `n${index + 1}`)],
    inFlight: [],
    inFlightTotal: 0,
  },
};

const nothingYet: WatchSnapshot = {
  ...partitionSnapshot(),
  nodes: [],
  network: { links: [], groups: [], inFlight: [], inFlightTotal: 0 },
  plan: [],
  ladder: { rungs: [], lowestBroken: -1 },
  clients: {
    ok: 0,
    fail: 0,
    unknown: 0,
    latencyUs: { median: 0, p99: 0, max: 0 },
    history: [],
    recent: [],
  },
  probes: [],
  events: { filter: {}, lines: [], now: -1 },
  timeline: { moments: [], marks: [], density: [] },
};

const strange: WatchSnapshot = {
  ...partitionSnapshot(),
  events: {
    filter: {},
    now: 1,
    lines: ['put k = \u001b[2J\u0007\n boo', '鍵 = 値 🌩️ combining e\u0301'].map((text, place) => ({
      step: 1,
      place,
      timeUs: 1,
      node: 'n1',
      type: 'log',
      what: '',
      text: text.repeat(20),
      tone: 'plain',
      marked: false,
    })),
  },
};

describe.each(sizes)('at %ix%i', (columns, rows) => {
  const shown: readonly (readonly [string, Shown, Partial<UiState>])[] = [
    ['a partition', partitionSnapshot(), {}],
    ['a violation', violationSnapshot(), {}],
    ['thirteen nodes', manyNodes, {}],
    ['nothing yet', nothingYet, {}],
    ['a directory', logSnapshot(), {}],
    ['no snapshot', undefined, {}],
    ['the help', partitionSnapshot(), { help: true, helpTop: 5 }],
    ['the palette', partitionSnapshot(), { prompt: { kind: 'palette', text: 'is', chosen: 3 } }],
    ...panelIds.map((focus) => [focus, partitionSnapshot(), { focus }] as const),
    ...panelIds.map((focus) => [focus, nothingYet, { focus, zoomed: true }] as const),
    ...panelIds.map((focus) => [focus, partitionSnapshot(), { focus, zoomed: true }] as const),
  ];
  test.each(shown)('%s fills the screen exactly', (_, snapshot, ui) => {
    const lines = frame(snapshot, [columns, rows], ui);
    expect(lines).toHaveLength(rows);
    for (const line of lines) {
      expect([...stripVTControlCharacters(line)].length, line).toBe(columns);
    }
  });

  test('what a system says moves no cursor and breaks no row', () => {
    const lines = frame(strange, [columns, rows], { focus: 'events', zoomed: true });
    for (const line of lines) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: only colours may be there
      expect(line.replaceAll(/\u001b\[[\d;]*m/g, '')).not.toMatch(/[\u0000-\u001f\u007f]/);
      expect(clipped(stripVTControlCharacters(line), 1_000).cells).toBe(columns);
    }
  });
});

test('nodes of another kind have columns of their own', () => {
  const kept = {
    role: 'serving',
    tone: 'good',
    rows: [{ label: 'fragments', value: '12' }],
  } as const;
  const others = manyNodes.nodes.map((node, at) => (at < 3 ? node : { ...node, card: kept }));
  const lines = plain(frame({ ...manyNodes, nodes: others }, [160, 45])).split('\n');
  const line = (node: string): string =>
    lines.find((one) => new RegExp(`^│.${node} `).test(one)) ?? '';
  expect(line('n1')).not.toContain('fragments');
  expect(line('n1')).toContain('term 4');
  expect(line('n5')).toContain('fragments 12');
  expect(line('n5')).not.toContain('term');
});

test('a screen that is too small says what it needs', () => {
  expect(plain(frame(partitionSnapshot(), [40, 10]))).toContain('needs 60x16, this is 40x10');
});

test('the lowest broken rung is in sight where its panel is smaller than the ladder', () => {
  const base = violationSnapshot();
  const rungs = [
    ...Array.from({ length: 40 }, (_, index) => ({
      ...base.ladder.rungs[0]!,
      id: `X${index}`,
    })),
    ...base.ladder.rungs,
  ];
  const snapshot = { ...base, ladder: { rungs, lowestBroken: 46 } };
  expect(plain(frame(snapshot, [80, 24]))).toMatch(/✗ I42 {2}Reads are linear/);
});

test('faults in force are in sight where the plan is smaller than its faults', () => {
  const text = plain(frame(partitionSnapshot(), [80, 24]));
  expect(text).toMatch(/! +2 partition/);
  expect(text).toMatch(/! +\+3 clock/);
});

describe('colour', () => {
  const noColour = lookOf({ NO_COLOR: '1', TERM: 'xterm-256color', COLORTERM: 'truecolor' });

  test('NO_COLOR leaves no colour, and every meaning has a sign', () => {
    const text = frame(violationSnapshot(), [200, 60], {}, noColour).join('\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is looked for
    const codes = new Set(text.match(/\u001b\[[\d;]*m/g));
    for (const code of codes) expect(code).toMatch(/^.\[(0|1|2|4|7|1;7)m$/);
    const shown = plain(frame(violationSnapshot(), [200, 60], {}, noColour));
    expect(shown).toContain('★ leader');
    expect(shown).toContain('◐ stalled');
    expect(shown).toContain('○ down');
    expect(shown).toContain('╳ n1 n5 ││ n2 n3 n4');
    expect(shown).toContain('✗ I42');
    expect(shown).toContain('+1.25s!');
  });

  test('entries tell their term by a letter and whether they are committed by its case', () => {
    expect([termLetter(1, true), termLetter(2, false), termLetter(27, true)]).toEqual([
      'A',
      'b',
      'A',
    ]);
    const text = plain(frame(partitionSnapshot(), [120, 40]));
    expect(text).toContain('BBCCcccc');
    expect(text).toContain('BBCCCDd');
  });

  test('entries of one index stand in one column on every node', () => {
    const rows = plain(frame(partitionSnapshot(), [80, 24])).split('\n');
    const column = (id: string, text: string): number =>
      rows.find((row) => row.slice(1).startsWith(`${id} `))!.indexOf(text);
    expect(column('n1', 'BBCCcccc')).toBe(column('n2', 'BBCCCDd'));
    expect(column('n1', 'BBCCcccc')).toBe(column('n4', 'BBCCC'));
  });

  test.each([
    [{ TERM: 'xterm-256color' }, 'full'],
    [{ TERM: 'xterm' }, 'basic'],
    [{ TERM: 'xterm', COLORTERM: 'truecolor' }, 'full'],
    [{ TERM: 'xterm', NO_COLOR: '1' }, 'none'],
    [{ TERM: 'xterm', NO_COLOR: '' }, 'basic'],
    [{ TERM: 'dumb' }, 'none'],
  ])('%o has the depth %s', (environment, depth) => {
    expect(lookOf(environment).depth).toBe(depth);
  });

  test('a locale without UTF-8 gets ASCII alone', () => {
    const look = lookOf({ TERM: 'xterm', LANG: 'C' });
    for (const [columns, rows] of sizes) {
      const text = plain(frame(violationSnapshot(), [columns, rows], {}, look));
      expect(text).toMatch(/^[\u0020-\u007e\n]*$/);
    }
  });
});

test('panels are made anew only when what they show has changed', () => {
  const memo = new Memo();
  let made = 0;
  const make = (): number => ++made;
  const nodes = {};
  expect(memo.get('nodes', [nodes, 80], make)).toBe(1);
  expect(memo.get('nodes', [nodes, 80], make)).toBe(1);
  expect(memo.get('nodes', [nodes, 81], make)).toBe(2);
  expect(memo.get('plan', [nodes, 81], make)).toBe(3);
});
