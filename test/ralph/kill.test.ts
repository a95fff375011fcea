import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RalphRecord } from '../../ralph/loop-options.ts';
import { remember } from '../../ralph/memory.ts';
import { ToyProject } from './toy-project.ts';

const here = import.meta.dirname;
const child = join(here, 'loop-child.ts');
const preload = join(here, 'kill-at-write.ts');
const fix = 'sed -i "s/breaks L2/fine/" $1/src/system.ts';

/** Runs the loop in a process of its own, and kills it at a write to its journal. */
function climbIn(
  toy: ToyProject,
  agent: string,
  kill?: { readonly at: number; readonly how: string },
): { readonly signal: NodeJS.Signals | null; readonly record: RalphRecord | undefined } {
  const loaded = kill === undefined ? [] : ['--import', preload];
  const done = spawnSync(process.execPath, [...loaded, child, toy.root, agent], {
    encoding: 'utf8',
    env: { ...process.env, KILL_AT: String(kill?.at ?? 0), KILL_HOW: kill?.how ?? '' },
  });
  if (done.signal === null && done.status !== 0) throw new Error(done.stderr);
  const record = done.stdout === '' ? undefined : (JSON.parse(done.stdout) as RalphRecord);
  return { signal: done.signal, record };
}

/** What must not depend on whether a run was cut off. */
function outcomeOf(toy: ToyProject, record: RalphRecord): unknown {
  const { verdict, why, held, tree, branch } = record;
  const { run } = remember(toy.journal());
  const source = toy.git('rev-parse', `${branch}^{tree}`).trim();
  return { verdict, why, held, tree, source, commits: countOf(toy, branch!), ended: run?.ended };
}

function countOf(toy: ToyProject, branch: string): string {
  return toy.git('rev-list', '--count', `main..${branch}`).trim();
}

const whole = new ToyProject('breaks L2');
const { record } = climbIn(whole, whole.agent(fix));
const uninterrupted = outcomeOf(whole, record!);
const writes = whole.journal().length;
const commitAt = whole.journal().findIndex(({ kind }) => kind === 'commit') + 1;
whole.remove();

test('the run that is going to be killed writes more than a dozen records', () => {
  expect(writes).toBeGreaterThan(12);
  expect(uninterrupted).toMatchObject({ verdict: 'ladder held', held: ['R1', 'R2'], commits: '1' });
});

// Each write in one of three ways; the beginning, the commit and the end in all of them.
const ways = ['before', 'middle', 'after'] as const;
const kills = Array.from({ length: writes }, (_, index) => index + 1).flatMap((at) =>
  ways
    .filter((_, way) => [1, commitAt, writes].includes(at) || way === at % 3)
    .map((how) => ({ at, how })),
);

test.each(kills)('kill -9 $how write $at: nothing is lost, and the end is the same', (kill) => {
  const toy = new ToyProject('breaks L2');
  const agent = toy.agent(fix);
  expect(climbIn(toy, agent, kill).signal).toBe('SIGKILL');
  const again = climbIn(toy, agent);
  const isOver = kill.at === writes && kill.how === 'after';
  // All was written but the word to the person: there is nothing left to climb in that run.
  if (!isOver) expect(outcomeOf(toy, again.record!)).toEqual(uninterrupted);
  expect(toy.complaints()).toEqual([]);
  expect(toy.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
  const runs = new Set(toy.journal().map(({ run }) => run));
  expect(runs.size).toBe(isOver || kill.at === 1 ? runs.size : 1);
  toy.remove();
});

test('an agent that outlives its loop is ended before the next one begins', () => {
  const toy = new ToyProject('breaks L2');
  const pids = join(toy.folder, 'pids');
  // The first one ends the loop and would go on for long.
  const script = `if [ ! -e ${pids} ]; then echo $$ > ${pids}; kill -9 $PPID; sleep 300; fi
    if grep -qE ' [RSD] ' /proc/$(cat ${pids})/stat 2> /dev/null; then exit 1; fi; ${fix}`;
  const agent = toy.agent(script);
  expect(climbIn(toy, agent).signal).toBe('SIGKILL');
  const pid = readFileSync(pids, 'utf8').trim();
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  expect(outcomeOf(toy, climbIn(toy, agent).record!)).toEqual(uninterrupted);
  expect(toy.outcomes()).toEqual(['repaired']);
  expect(toy.complaints()).toEqual([]);
  toy.remove();
});
