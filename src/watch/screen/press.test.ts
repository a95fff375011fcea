import { describe, expect, test } from 'vitest';
import {
  logSnapshot,
  partitionSnapshot,
  violationSnapshot,
} from '../../../test/watch/fixture-snapshots.ts';
import type { LogSnapshot, WatchCommand, WatchSnapshot } from '../protocol.ts';
import { fuzzyFilter, fuzzyScore } from './fuzzy.ts';
import { keyNames, pastedKeys } from './key-names.ts';
import { matchingEntries, paletteEntries, parseTimeUs } from './palette.ts';
import { press } from './press.ts';
import { initialUi, parseFilter, type UiState } from './ui-state.ts';

interface Result {
  readonly ui: UiState;
  readonly commands: readonly WatchCommand[];
}

/** Presses keys one after the other; names are set apart by blanks, `space` is the blank. */
function pressed(
  keys: string,
  snapshot: WatchSnapshot | LogSnapshot | undefined = partitionSnapshot(),
  from: Partial<UiState> = {},
): Result {
  let ui: UiState = { ...initialUi(120, 40), eventRows: 10, ...from };
  const commands: WatchCommand[] = [];
  for (const key of keys.split(' ')) {
    const result = press(key === 'space' ? ' ' : key, { ui, snapshot });
    ui = result.ui;
    commands.push(...result.commands);
  }
  return { ui, commands };
}

const saved: WatchSnapshot = {
  ...partitionSnapshot(),
  status: { ...partitionSnapshot().status, unsaved: 0 },
};

describe('time', () => {
  test.each<[string, WatchCommand]>([
    ['space', { kind: 'toggle' }],
    ['+', { kind: 'faster' }],
    ['-', { kind: 'slower' }],
    ['.', { kind: 'step', by: 'event', count: 1 }],
    [',', { kind: 'step', by: 'event', count: -1 }],
    ['>', { kind: 'step', by: 'message', count: 1 }],
    ['j ]', { kind: 'step', by: 'node', node: 'n2', count: 1 }],
    ['right', { kind: 'seek', to: { timeUs: 4_120_000 } }],
    ['h', { kind: 'seek', to: { timeUs: 3_880_000 } }],
    ['{', { kind: 'seek', to: { timeUs: 2_800_000 } }],
    ['^', { kind: 'seek', to: { at: 'start' } }],
    ['$', { kind: 'seek', to: { at: 'furthest' } }],
    ['t', { kind: 'jump', to: 'leader' }],
    ['F', { kind: 'jump', to: 'fault', back: true }],
    ['v', { kind: 'jump', to: 'violation' }],
    ['m', { kind: 'mark' }],
    ['w', { kind: 'save' }],
    ['u', { kind: 'undo' }],
  ])('%s', (keys, command) => {
    expect(pressed(keys).commands).toEqual([command]);
  });

  test('scrubbing stops at the ends of the run', () => {
    const base = partitionSnapshot();
    const early = { ...base, status: { ...base.status, timeUs: 1_000 } };
    expect(pressed('left', early).commands).toEqual([{ kind: 'seek', to: { timeUs: 0 } }]);
    const late = { ...base, status: { ...base.status, timeUs: 11_990_000 } };
    expect(pressed('}', late).commands).toEqual([{ kind: 'seek', to: { timeUs: 12_000_000 } }]);
  });
});

describe('the cluster', () => {
  test.each<[string, WatchCommand]>([
    ['I', { kind: 'intervene', what: { kind: 'isolate-leader' } }],
    ['H', { kind: 'intervene', what: { kind: 'heal' } }],
    ['j j i', { kind: 'intervene', what: { kind: 'isolate', node: 'n3' } }],
    ['c', { kind: 'intervene', what: { kind: 'crash', node: 'n1', powerLoss: false } }],
    ['G C', { kind: 'intervene', what: { kind: 'crash', node: 'n5', powerLoss: true } }],
    ['G r', { kind: 'intervene', what: { kind: 'restart', node: 'n5' } }],
    ['p', { kind: 'intervene', what: { kind: 'pause', node: 'n1' } }],
    ['x n 4 enter', { kind: 'intervene', what: { kind: 'partition', between: ['n1', 'n4'] } }],
    [
      's - 2 5 0 m s enter',
      { kind: 'intervene', what: { kind: 'skew', node: 'n1', byUs: -250_000 } },
    ],
    ['2 x', { kind: 'intervene', what: { kind: 'lose', message: 'm1' } }],
    ['2 j x', { kind: 'intervene', what: { kind: 'lose', message: 'm2' } }],
    ['2 o', { kind: 'follow', what: { message: 'm1' } }],
    ['o', { kind: 'follow', what: { cell: 108, group: 3 } }],
    ['3 j d', { kind: 'compare', edit: { kind: 'remove', fault: 1 } }],
    ['3 j )', { kind: 'compare', edit: { kind: 'move', fault: 1, byUs: 100_000 } }],
    ['3 M - 1 s enter', { kind: 'compare', edit: { kind: 'move', fault: 0, byUs: -1_000_000 } }],
    ['3 j enter', { kind: 'seek', to: { timeUs: 3_000_000 } }],
    ['5 enter', { kind: 'seek', to: { timeUs: 3_990_000 } }],
  ])('%s', (keys, command) => {
    expect(pressed(keys).commands).toEqual([command]);
  });

  test('a broken rung leads to where it broke', () => {
    const keys = '4 j j j j j j enter';
    expect(pressed(keys, violationSnapshot()).commands).toEqual([
      { kind: 'seek', to: { step: 12_345 } },
    ]);
  });
});

describe('events', () => {
  test('the cursor counts back from now, and the window follows it over its edge', () => {
    const { lines, now } = partitionSnapshot().events;
    expect(pressed('7 k k enter').commands).toEqual([
      { kind: 'seek', to: { step: lines[now - 2]!.step } },
    ]);
    expect(pressed('7 j o').commands).toEqual([
      { kind: 'follow', what: { step: lines[now + 1]!.step } },
    ]);
    const { ui } = pressed('7 g k k');
    expect([ui.cursors.events, ui.eventsBack]).toEqual([now, 12]);
    expect(pressed('7 g k G').ui.eventsBack).toBe(0);
  });

  test('a filter works while it is typed, and is dropped by escape', () => {
    const typed = pressed('7 / k i n d : v');
    expect(typed.commands.at(-1)).toEqual({ kind: 'filter', filter: { kind: 'v' } });
    expect(pressed('7 / a escape').commands.at(-1)).toEqual({ kind: 'filter', filter: {} });
    const kept = pressed('7 / a enter');
    expect([kept.ui.eventFilter, kept.ui.prompt]).toEqual(['a', undefined]);
    expect(pressed('7 / a enter q').commands.at(-1)).toEqual({ kind: 'filter', filter: {} });
  });

  test('a search is sent when it is entered', () => {
    expect(pressed('S n o d e : n 2 space a enter').commands).toEqual([
      { kind: 'search', filter: { node: 'n2', text: 'a' } },
    ]);
  });
});

describe('going back', () => {
  test('q leaves the innermost thing first', () => {
    const { ui, commands } = pressed('4 / v o t e enter z q q', saved);
    expect([ui.zoomed, ui.filters.ladder, commands]).toEqual([false, '', []]);
    expect(pressed('q', saved).commands).toEqual([{ kind: 'quit' }]);
  });

  test('escape never ends the program', () => {
    expect(pressed('escape escape escape', saved).commands).toEqual([]);
  });

  test('q asks before what was done by hand is lost', () => {
    expect(pressed('q').ui.question?.command).toEqual({ kind: 'quit' });
    expect(pressed('q n').commands).toEqual([]);
    expect(pressed('q y').commands).toEqual([{ kind: 'quit' }]);
  });

  test('ctrl-c ends it from anywhere', () => {
    for (const keys of ['ctrl-c', ': a ctrl-c', '? ctrl-c', 'q ctrl-c']) {
      expect(pressed(keys).commands.at(-1)).toEqual({ kind: 'quit' });
    }
    expect(pressed('ctrl-c', undefined).commands).toEqual([{ kind: 'quit' }]);
  });

  test('a finding leads back to its directory', () => {
    const { ui, commands } = pressed('enter', logSnapshot());
    expect(commands).toEqual([{ kind: 'open', path: 'logs/failures/raft-storm/8123.json' }]);
    expect(pressed('q', saved, { fromLog: ui.fromLog }).commands).toEqual([{ kind: 'leave' }]);
  });
});

describe('panels', () => {
  test('numbers and tab focus them', () => {
    expect(pressed('4').ui.focus).toBe('ladder');
    expect(pressed('7 tab').ui.focus).toBe('nodes');
    expect(pressed('shift-tab').ui.focus).toBe('events');
    expect(pressed('tab', logSnapshot()).ui.logFocus).toBe('rungs');
  });

  test('a cursor stays in its list', () => {
    expect(pressed('j j j j j j j j').ui.cursors.nodes).toBe(4);
    expect(pressed('j j g k').ui.cursors.nodes).toBe(0);
    expect(pressed('6 G').ui.cursors.probes).toBe(1);
  });
});

describe('the palette', () => {
  test('every command can be found by its own words', () => {
    const entries = paletteEntries(partitionSnapshot());
    for (const entry of entries) {
      expect(matchingEntries(entries, entry.text)[0]?.text).toBe(entry.text);
    }
  });

  test.each([
    ['iso lead', 'isolate the leader'],
    ['part n2 n4', 'partition n2 n4'],
    ['part n4 n2', 'partition n2 n4'],
    ['crash n3 pow', 'crash n3 (power loss)'],
    ['heal', 'heal everything in force'],
    [
      'remove fault 2',
      'remove fault 2 and compare (partition: partition halves: n1 n5 | n2 n3 n4)',
    ],
    ['lose app n3', 'lose append from n2 to n3'],
  ])('%s finds %s', (typed, wanted) => {
    const [first] = matchingEntries(paletteEntries(partitionSnapshot()), typed);
    expect(first?.text).toBe(wanted);
  });

  test('what needs an argument waits for one that fits', () => {
    const open = pressed(': g o space t o space t i m e enter');
    expect(open.ui.prompt).toMatchObject({ kind: 'palette', text: 'go to time ' });
    const wrong = pressed(': g o space t o space t i m e space x enter');
    expect([wrong.ui.prompt?.text, wrong.commands]).toEqual(['go to time x', []]);
    expect(pressed(': g o space t o space t i m e space 3 . 5 enter').commands).toEqual([
      { kind: 'seek', to: { timeUs: 3_500_000 } },
    ]);
    expect(
      pressed(': s a v e space t h e space c a s e space a s space a / b enter').commands,
    ).toEqual([{ kind: 'save', path: 'a/b' }]);
  });
});

test.each([
  ['250ms', 250_000],
  ['-1.5s', -1_500_000],
  ['+3', 3_000_000],
  ['7 us', 7],
  ['2min', 120_000_000],
  ['', undefined],
  ['3x', undefined],
])('the time %j is %j us', (typed, us) => {
  expect(parseTimeUs(typed)).toBe(us);
});

test('filters take a node, a kind and words', () => {
  expect(parseFilter('node:n1 append kind:message to n2')).toEqual({
    node: 'n1',
    kind: 'message',
    text: 'append to n2',
  });
  expect(parseFilter('  ')).toEqual({});
});

test('whole words go before parts, parts before letters apart', () => {
  const found = fuzzyFilter('heal', ['half each all', 'wheals', 'heal it'], (text) => text);
  expect(found).toEqual(['heal it', 'wheals', 'half each all']);
  expect(fuzzyScore('xyz', 'heal')).toBe(0);
});

test('keys have the names of what was pressed', () => {
  const none = {
    upArrow: false,
    downArrow: false,
    leftArrow: false,
    rightArrow: false,
    pageDown: false,
    pageUp: false,
    home: false,
    end: false,
    return: false,
    escape: false,
    ctrl: false,
    shift: false,
    tab: false,
    backspace: false,
    delete: false,
    meta: false,
    super: false,
    hyper: false,
    capsLock: false,
    numLock: false,
  } as const;
  expect(keyNames('abc', none)).toEqual(['a', 'b', 'c']);
  expect(keyNames('go\r', none)).toEqual(['g', 'o', 'enter']);
  expect(keyNames('', { ...none, tab: true, shift: true })).toEqual(['shift-tab']);
  expect(keyNames('c', { ...none, ctrl: true })).toEqual(['ctrl-c']);
  expect(keyNames('x', { ...none, meta: true })).toEqual([]);
  expect(pastedKeys('n1\u001b[A\nrm -rf')).toEqual(['n', '1', '[', 'A']);
});
