import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blocksOf, commandsOf, inWordsOf, patched, sectionsOf, shapeOf } from './blocks.ts';
import { refreshed, root, Session } from './session.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe.each([
  'docs/your-first-scenario.md',
  'docs/replicate-a-machine.md',
  'docs/replay.md',
  'docs/reports.md',
  'docs/checking-histories.md',
  'docs/determinism.md',
  'docs/shrinking.md',
  'docs/stories.md',
  'docs/ralph.md',
  'docs/status-and-evidence.md',
  'docs/benchmarks.md',
])('%s', (name) => {
  const document = readFileSync(join(root, name), 'utf8');
  const session = new Session();
  afterAll(() => session.end());

  test('shows what its commands print', { timeout: 300_000 }, () => {
    for (const shown of session.follow(document)) {
      const { block, command, errors, exitCode, output } = shown;
      const told = [command.line, ...output, errors].join('\n');
      expect(exitCode, told).toBe(command.exitCode);
      if (block === undefined) continue;
      const text = refreshed(shown);
      const hint = `npx node test/docs/refresh.ts ${name} writes what this prints today:\n${told}`;
      expect(text, hint).toBeDefined();
    }
  });

  test('has code that the compiler accepts', () => {
    const hasCode = blocksOf(document).some(({ kind }) => kind === 'ts');
    if (hasCode) expect(session.typeErrors()).toBe('');
  });

  test('names scripts of npm that exist', () => {
    const commands = blocksOf(document)
      .filter(({ kind }) => kind === 'sh')
      .flatMap(commandsOf);
    for (const { line } of commands) {
      for (const [, script] of line.matchAll(/\bnpm (?:run )?(start|test|bench|doctor)\b/g)) {
        expect(Object.keys(manifest.scripts)).toContain(script);
      }
    }
  });
});

describe('what a guide shows', () => {
  test('is compared without figures, digests and widths', () => {
    const today = 'held  echo, seed 1: 1,204 steps, 81 ms of real time; digest 00ff00ff00ff00ff';
    const then = 'held echo, seed 1: 373 steps, 1.2 s of real time; digest c5065226d161d362';
    expect(shapeOf(today)).toBe(shapeOf(then));
    expect(shapeOf(today)).not.toBe(shapeOf(then.replace('held', 'broken')));
    expect(inWordsOf([then], [today])).toEqual([today]);
    expect(inWordsOf([then], [today, 'more'])).toBeUndefined();
  });

  test('may leave lines out, and have other events', () => {
    const output = ['a', 'b', '   1   0.1 s  n1  start', '   2   0.2 s  n2  start', 'c'];
    expect(inWordsOf(['...', '  9   0.9 s  n1  timer', 'c'], output)).toEqual([
      '...',
      ...output.slice(2),
    ]);
    expect(inWordsOf(['a', '...'], output)).toEqual(['a', '...']);
    expect(inWordsOf(['...', 'b'], output)).toBeUndefined();
    expect(inWordsOf(['...', '  9   0.9 s  n1  timer', 'd'], output)).toBeUndefined();
  });

  test('may be a choice of sections, with another content', () => {
    const output = [
      'run 7',
      '  nodes 3',
      '',
      'faults',
      '  kill',
      '  wipe',
      '  stall',
      '',
      'held, 9',
    ];
    expect(sectionsOf(['faults', '  ...', '  clog', '', 'held, 1'], output)).toEqual([
      'faults',
      '  ...',
      '  stall',
      '',
      'held, 9',
    ]);
    expect(sectionsOf(['run 1'], output)).toEqual(['run 7', '  nodes 3']);
    expect(sectionsOf(['broken, 1'], output)).toBeUndefined();
    expect(sectionsOf(['held, 1', '', 'faults'], output)).toBeUndefined();
  });

  test('changes a file only where the old lines stand, and once', () => {
    const [block] = blocksOf('```diff x.ts\n a\n-b\n+c\n```');
    expect(patched('a\nb\nd', block!)).toBe('a\nc\nd');
    expect(() => patched('b\na', block!)).toThrow('does not fit');
    expect(() => patched('a\nb\na\nb', block!)).toThrow('does not fit');
  });

  test('tells exit codes', () => {
    const [block] = blocksOf('```sh\nnpx seedstorm run x  # exits with 3\nnpx seedstorm list\n```');
    expect(commandsOf(block!).map(({ exitCode, words }) => [exitCode, words.length])).toEqual([
      [3, 4],
      [0, 3],
    ]);
  });
});
