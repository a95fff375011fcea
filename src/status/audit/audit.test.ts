import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ClaimStatus } from '../../record/status-record.ts';
import { audit } from './audit.ts';

const tracker = (name: string): string =>
  readFileSync(new URL(`../../../test/fixtures/trackers/${name}`, import.meta.url), 'utf8');

/** Kind, line and sentence of each contradiction. */
function found(text: string, claims: readonly ClaimStatus[] = []): readonly string[] {
  const { contradictions } = audit(text, 'x.md', claims);
  return contradictions.map(({ kind, what, lines }) => `${lines[0]!.line} ${kind}: ${what}`);
}

describe('the audit of a tracker', () => {
  test('of check-mark lists and prose finds what was planted, and nothing else', () => {
    expect(found(tracker('backlog.md'))).toEqual([
      '3 percentages: the whole is at 48 % (line 3), ~53 % (line 35)',
      '5 totals: the total is 14, listed are 11',
      '7 phase: phase 1 is at 100 %, but not done are: LH-3',
      '10 two statuses: LH-2 is done here, and broken in line 33',
      '12 no evidence: LH-4 is done, and nothing on the line shows it',
      '14 phase: phase 2 is at 0 %, not started, but done are: LH-5, LH-6, LH-8',
      '19 two statuses: LH-8 is done and broken in one line',
      '19 no evidence: LH-8 is done, and nothing on the line shows it',
      '21 totals: it says 3 of 5, listed are 3 of 4',
      '25 percentages: phase 3 is at 33 % (line 25), ~60 % (line 34)',
    ]);
  });

  test('of tables and counts finds what was planted, and nothing else', () => {
    expect(found(tracker('status-report.md'))).toEqual([
      '3 percentages: the whole is at 65 % (line 3), 48 % (line 10)',
      '7 phase: phase 1 is at 100 %, done, but not done are: 1.3',
      '8 phase: phase 2 is at 0 %, not started, but done are: 2.1, 2.2',
      '19 no evidence: 2.1 is done, and nothing on the line shows it',
      '31 totals: Done: the total is 5, its parts add up to 2 + 2 + 0 = 4',
      '36 totals: completed + in progress + blocked: the total is 8, its parts add up to 4 + 1 + 1 = 6',
      '40 complete n of m: called complete with 6 of 8 criteria',
      '42 totals: 13 of 27 is 48.1 %, not 60 %',
      '44 two statuses: HB-20 is done here, and broken in line 50',
      '44 no evidence: HB-20 is done, and nothing on the line shows it',
    ]);
  });

  test('of an honest one finds nothing', () => {
    const record = audit(tracker('honest.md'), 'honest.md');
    expect(record.contradictions).toEqual([]);
    expect(record.entries).toBeGreaterThan(4);
  });

  test('quotes the lines that disagree', () => {
    const text = '- [x] AB-1 one thing, commit 1a2b3c4\n\nAB-1 is not started.\n';
    expect(audit(text, 'x.md').contradictions[0]!.lines).toEqual([
      { line: 1, text: '- [x] AB-1 one thing, commit 1a2b3c4' },
      { line: 3, text: 'AB-1 is not started.' },
    ]);
  });
});

const shown = ', commit 1a2b3c4';

describe('an audit takes for a contradiction', () => {
  test.each<readonly [string, string, readonly string[]]>([
    [
      'one telling name with two statuses',
      `- [x] Votes survive power loss${shown}\n- [ ] Votes survive power loss\n`,
      ['1 two statuses: "votes survive power loss" is done here, and open in line 2'],
    ],
    [
      'a bold label with its count',
      `# T\n## Release\n**Status:** ✅ complete 6/8\n`,
      ['3 complete n of m: called complete with 6 of 8'],
    ],
    [
      'labels on one line that do not add up',
      '**Total**: 27 | **Completed**: 13 | **In progress**: 2 | **Not started**: 11\n',
      [
        '1 totals: completed + in progress + not started: the total is 27, its parts add up to 13 + 2 + 11 = 26',
      ],
    ],
    [
      'emoji against a word, with an id of three parts',
      `- ✅ **P-STORE-001**: Append${shown}\n\nP-STORE-001 fails.\n`,
      ['1 two statuses: P-STORE-001 is done here, and broken in line 3'],
    ],
    [
      'a phase that is "0% complete"',
      `# T\n## Phase 2: Batch (0% Complete)\n- [x] AB-1 one${shown}\n`,
      ['2 phase: phase 2 is at 0 %, but done are: AB-1'],
    ],
    [
      'a row of totals under a column of percentages',
      '# T\nOverall: 40 % complete\n\n| Area | Done | % |\n|--|--|--|\n| a | 1 | 50% |\n| Total | 1 | 60% |\n',
      ['2 percentages: the whole is at 40 % (line 2), 60 % (line 7)'],
    ],
    [
      'a finished heading above an open point',
      `# Plan\n\n### Milestone 4: Ship ✅ done\n\n- [ ] Write the notes of the release\n`,
      ['3 phase: milestone 4 is done, but not done are: "write the notes of the release"'],
    ],
  ])('%s', (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});

describe('an audit does not take for a contradiction', () => {
  test.each<readonly [string, string]>([
    ['a task whose name says what was broken', `- [x] AB-1 Fix the failing build${shown}\n`],
    ['a short name in two phases', `## A\n- [x] Unit tests${shown}\n## B\n- [ ] Unit tests\n`],
    ['open and in progress', '- [ ] AB-1 one\n\nAB-1 is in progress.\n'],
    [
      'a count of what is done',
      `## A\n- [x] AB-1 one${shown}\n- [ ] AB-2 two\n\nCompleted: 1/2 tasks\n`,
    ],
    ['dates, versions, ratios', 'Written 2026/11/21 for 1/2 of the nodes, HTTP/2, v1.2/3.\n'],
    ['shares of other things', 'Done: 90 % of writes. Coverage is 81 % complete-ish.\n'],
    ['rounding', 'Overall progress: 48 %\n\nOverall about 48.4 % complete.\n'],
    ['a table that adds up', '| A | Done |\n|---|---|\n| x | 1 |\n| y | 2 |\n| Total | 3 |\n'],
    ['code', '```\n- [x] AB-1\n- [ ] AB-1\n```\n'],
  ])('%s', (_, text) => {
    expect(found(text)).toEqual([]);
  });
});

test('what the claims of the project do not hold is no evidence', () => {
  const status = (state: ClaimStatus['state']): ClaimStatus => {
    const check = { kind: 'command', run: 'true' } as const;
    const claim = { id: 'AB-1', text: 't', group: 'g', check, paths: ['src'] };
    const budget = { done: 1, wanted: 1, of: 'runs' };
    return { claim, state, reason: '', budget, prove: 'true' };
  };
  const text = '- [x] AB-1 one thing\n';
  expect(found(text, [status('HELD')])).toEqual([]);
  expect(found(`${text.trimEnd()}${shown}\n`, [status('STALE')])).toEqual([
    '1 no evidence: AB-1 is done, but the claim of that id is STALE',
  ]);
});
