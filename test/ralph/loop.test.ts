import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { takeLock } from '../../ralph/lock.ts';
import { journalName } from '../../ralph/loop.ts';
import { generous } from './toy-limits.ts';
import { ToyProject } from './toy-project.ts';

const projects: ToyProject[] = [];

function project(source = 'breaks L2'): ToyProject {
  const made = new ToyProject(source);
  projects.push(made);
  return made;
}

afterEach(() => {
  for (const made of projects.splice(0)) {
    expect(made.complaints()).toEqual([]);
    expect(made.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
    made.remove();
  }
});

const fix = 'sed -i "s/breaks L2/fine/" $1/src/system.ts';

test('without an agent it climbs to the first red rung, leaves a bundle and ends', async () => {
  const toy = project();
  const record = await toy.climb();
  expect(record).toMatchObject({ verdict: 'red', held: ['R1'], iterations: 2 });
  const bundle = join(toy.root, record.bundle!);
  expect(readdirSync(bundle).sort()).toEqual([
    'case.json',
    'case.min.json',
    'events.txt',
    'story.txt',
    'violation.json',
  ]);
  expect(toy.read('logs/iteration-2.log')).toContain(
    'seedstorm replay logs/bundles/iteration-2/case.min.json',
  );
  // The rung below is not climbed again; what was red is looked at first.
  expect(await toy.climb()).toMatchObject({ verdict: 'red', iterations: 1 });
  expect(toy.read('logs/iteration-3.log')).toMatch(
    /verify\n {2}broken .* seedstorm run toy --seed/,
  );
});

test('with every rung held there is nothing to do, until a source changes', async () => {
  const toy = project('fine');
  expect(await toy.climb()).toMatchObject({ verdict: 'ladder held', iterations: 2 });
  expect(await toy.climb()).toMatchObject({ verdict: 'ladder held', iterations: 0 });
  toy.write('README.md', 'no source');
  expect(await toy.climb()).toMatchObject({ iterations: 0 });
  toy.write('src/system.ts', '// fine too\n');
  expect(await toy.climb()).toMatchObject({ verdict: 'ladder held', iterations: 2 });
  expect(toy.logs()).toHaveLength(4);
});

test('a rung whose evidence is gone is not held', async () => {
  const toy = project('fine');
  await toy.climb();
  const lines = toy.read('logs/runs.jsonl').split('\n');
  toy.write('logs/runs.jsonl', lines.slice(1).join('\n'));
  expect(await toy.climb()).toMatchObject({ verdict: 'ladder held', iterations: 1 });
});

test('evidence is committed with trailers when asked for, and what else is staged stays', async () => {
  const toy = project('fine');
  toy.write('.gitignore', 'logs/live/\n');
  toy.git('commit', '-qam', 'logs are tracked');
  toy.write('src/later.ts', '// not yet\n');
  await expect(toy.climb(undefined, { commit: true })).rejects.toThrow('src/later.ts');
  rmSync(join(toy.root, 'src/later.ts'));
  await toy.climb(undefined, { commit: true });
  const log = toy.git('log', '--format=%s|%(trailers:key=Rung,valueonly,separator=)', '-2');
  expect(log).toBe('chore(ralph): R2 is held, second|R2\nchore(ralph): R1 is held, first|R1\n');
  expect(toy.git('show', '--name-only', '--format=', 'HEAD').trim().split('\n')).toEqual([
    'logs/iteration-2.log',
    'logs/runs.jsonl',
    'ralph/journal.jsonl',
  ]);
});

test('an agent that repairs: a commit on a branch of its own, and every rung anew', async () => {
  const toy = project();
  toy.write('notes.txt', 'a person works here');
  const head = toy.git('rev-parse', 'HEAD');
  const record = await toy.climb(toy.agent(`cat > $2/told.txt; ${fix}; echo mended`));
  expect(record).toMatchObject({ verdict: 'ladder held', held: ['R1', 'R2'] });
  expect(toy.outcomes()).toEqual(['repaired']);
  expect(toy.git('rev-parse', 'HEAD')).toBe(head);
  expect(toy.read('src/system.ts')).toContain('breaks L2');
  expect(toy.read('notes.txt')).toBe('a person works here');
  const changed = toy.git('diff', '--name-only', 'main', record.branch!).trim().split('\n');
  expect(changed).toEqual([
    expect.stringMatching(/^ralph\/cases\/R2-L2-.*\.json$/),
    'src/system.ts',
  ]);
  expect(toy.read('logs/iteration-2.log')).toContain('| mended');
});

test('the prompt tells the law, the case, what is forbidden, and earlier attempts', async () => {
  const toy = project();
  const told = join(toy.folder, 'told');
  await toy.climb(toy.agent(`cat >> ${told}; echo "// try" >> $1/src/system.ts`));
  const text = readFileSync(told, 'utf8');
  expect(text).toContain('L2, law L2: L2 holds.');
  expect(text).toContain('The story of L2.');
  expect(text).toMatch(/replay \S+\/bundle\/case\.min\.json/);
  expect(text).toContain('Never change: invariants, scenarios');
  expect(text).toContain('- same failure: The shrunk case still breaks the law.');
});

test('the same failure again and again: blocked on diagnosis', async () => {
  const toy = project();
  const record = await toy.climb(toy.agent('echo done; echo "// same" >> $1/src/system.ts'));
  expect(record.verdict).toBe('blocked on diagnosis');
  expect(toy.outcomes()).toEqual(['same failure', 'same failure']);
  expect(record.branch).toBeUndefined();
});

test('"done" and exit code 0 without work is no change', async () => {
  const toy = project();
  const record = await toy.climb(toy.agent('echo "<promise>COMPLETE</promise> all tests pass"'));
  expect(record.verdict).toBe('blocked on diagnosis');
  expect(toy.outcomes()).toEqual(['no change', 'no change']);
});

test('an agent that weakens its judge is undone and told so', async () => {
  const toy = project();
  const told = join(toy.folder, 'told');
  const script = `cat >> ${told}; echo "// L1" > $1/invariants/laws.ts; rm $1/scenarios/toy.ts
    echo '{}' > $1/package.json; git -C $1 add -A; git -C $1 -c user.name=x -c user.email=x commit -qm done`;
  const record = await toy.climb(toy.agent(script));
  expect(record.verdict).toBe('blocked on diagnosis');
  expect(toy.journal().find(({ kind }) => kind === 'attempt')).toMatchObject({
    outcome: 'no change',
    undone: ['invariants/laws.ts', 'package.json', 'scenarios/toy.ts'],
  });
  expect(readFileSync(told, 'utf8')).toContain(
    'These changes were undone: invariants/laws.ts, package.json, scenarios/toy.ts.',
  );
  expect(toy.read('logs/iteration-2.log')).toContain('changed by the agent and undone');
});

test('a repair beside a weakened judge is judged by the old one, and kept', async () => {
  const toy = project();
  const record = await toy.climb(toy.agent(`${fix}; echo "// none" > $1/invariants/laws.ts`));
  expect(record.verdict).toBe('ladder held');
  expect(toy.git('show', `${record.branch}:invariants/laws.ts`)).toBe('// L1 L2 L3\n');
});

test('a judge that no longer finds the planted bug is a matter for a person', async () => {
  const toy = project('fine');
  toy.write('invariants/laws.ts', '// L1\n');
  toy.git('commit', '-qam', 'weak');
  expect(await toy.climb()).toMatchObject({ verdict: 'red', held: ['R1'] });
  expect(await toy.climb(toy.agent('exit 1'))).toMatchObject({ verdict: 'blocked on a person' });
});

test('a repair that breaks a lower rung is not taken', async () => {
  const toy = project();
  const record = await toy.climb(toy.agent('sed -i "s/breaks L2/breaks L1/" $1/src/system.ts'));
  expect(record.verdict).toBe('blocked on diagnosis');
  expect(toy.outcomes()).toEqual(['broke a lower rung', 'broke a lower rung']);
});

test('sources that cannot be loaded any more do not pass', async () => {
  const toy = project();
  await toy.climb(toy.agent('echo "// syntax error" > $1/src/system.ts'));
  expect(toy.outcomes()).toEqual(['does not run', 'does not run']);
});

test('a part of a repair is kept aside, and work goes on from there', async () => {
  const toy = project('breaks L2 breaks L3');
  const plan = JSON.parse(toy.read('ralph/ladder.json')) as { rungs: { laws: string[] }[] };
  plan.rungs[1]!.laws = ['L2', 'L3'];
  toy.write('ralph/ladder.json', JSON.stringify(plan));
  toy.git('commit', '-qam', 'two laws');
  const one = 'sed -i "0,/breaks L[23]/s//fine/" $1/src/system.ts';
  const record = await toy.climb(toy.agent(one));
  expect(record.verdict).toBe('ladder held');
  expect(toy.outcomes()).toEqual(['partial', 'repaired']);
  expect(toy.git('show', `${record.branch}:src/system.ts`)).toBe('// fine fine\n');
  expect(toy.git('rev-list', '--count', `main..${record.branch}`).trim()).toBe('1');
  expect(toy.git('for-each-ref', 'refs/seedstorm')).toContain('/iteration-2');
});

test('an agent that hangs without a word is an outage, one that spoke is an attempt', async () => {
  const toy = project();
  const agent = (script: string) => {
    const { agent: options } = toy.options(toy.agent(script));
    return { agent: { ...options!, idleMs: 300 } };
  };
  const silent = await toy.climb(undefined, agent('sleep 60'));
  expect(silent).toMatchObject({ verdict: 'provider unavailable' });
  expect(toy.outcomes()).toEqual([]);
  const speaking = await toy.climb(undefined, agent('echo hm; sleep 60'));
  expect(speaking).toMatchObject({ verdict: 'blocked on diagnosis' });
  expect(toy.read('logs/iteration-2.log')).toContain('ended by the loop: idle');
});

test('outages of the provider are no attempts', async () => {
  const toy = project();
  const script = `echo x >> $2/../calls; if [ $(wc -l < $2/../calls) = 1 ]; then
    echo "API Error: 529 overloaded_error"; exit 1; fi; ${fix}`;
  const record = await toy.climb(toy.agent(script));
  expect(record.verdict).toBe('ladder held');
  expect(toy.journal().map(({ kind }) => kind)).toContain('outage');
  expect(toy.outcomes()).toEqual(['repaired']);
});

test('children that leave the group of their agent end with it', async () => {
  const toy = project();
  const pids = join(toy.folder, 'pids');
  const script = `setsid sh -c 'echo $$ >> ${pids}; sleep 300' < /dev/null > /dev/null 2>&1 &
    sh -c 'echo $$ >> ${pids}; sleep 300' &
    while [ ! -s ${pids} ] || [ $(wc -l < ${pids}) -lt 2 ]; do sleep 0.05; done; ${fix}`;
  expect(await toy.climb(toy.agent(script))).toMatchObject({ verdict: 'ladder held' });
  const alive = readFileSync(pids, 'utf8')
    .trim()
    .split('\n')
    .filter((pid) => isRunning(Number(pid)));
  expect(alive).toEqual([]);
});

function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

test('a flood of output ends the agent and does not fill the log', async () => {
  const toy = project();
  await toy.climb(toy.agent('yes I am working'), { limits: { ...generous, attempts: 1 } });
  const log = toy.read('logs/iteration-2.log');
  expect(log).toContain('ended by the loop: flooded');
  expect(log.length).toBeLessThan(100_000);
});

test('logs, journal and evidence are put back, whatever an agent does to them', async () => {
  const toy = project();
  const script = `cd ${toy.root}; echo all green >> logs/iteration-1.log 2>/dev/null || true
    chmod u+w logs/iteration-1.log; echo all green > logs/iteration-1.log; echo mine > logs/iteration-2.log
    rm logs/runs.jsonl ralph/journal.jsonl; echo '{}' > ralph/ladder.json; ${fix}`;
  const record = await toy.climb(toy.agent(script));
  expect(record.verdict).toBe('ladder held');
  expect(toy.journal().find(({ kind }) => kind === 'restored')).toMatchObject({
    files: [
      'logs/iteration-1.log',
      'logs/runs.jsonl',
      'ralph/ladder.json',
      'logs/iteration-2.log',
      'the journal',
    ],
  });
  expect(toy.read('logs/iteration-2.log')).toMatch(/^seedstorm ralph, iteration 2 /);
});

test('an agent that asks for a person ends the run, with its words', async () => {
  const toy = project();
  const record = await toy.climb(toy.agent('echo "which quorum is meant?" > $2/needs-a-person.md'));
  expect(record).toMatchObject({ verdict: 'blocked on a person', why: 'which quorum is meant?' });
});

test('budgets end a run: iterations, tokens, money, and what is not told', async () => {
  const toy = project();
  const spends = (usage: string) =>
    toy.agent(`echo "// more" >> $1/src/system.ts; echo '${usage}' > $2/usage.json`);
  const limits = { ...generous, attempts: 9 };
  const few = await toy.climb(spends('{}'), { limits: { ...limits, iterations: 3 } });
  expect(few).toMatchObject({ verdict: 'budget spent', iterations: 3, why: '3 iterations' });
  const tokens = { limits: { ...limits, tokens: 150 } };
  expect(await toy.climb(spends('{"tokens":100}'), tokens)).toMatchObject({ why: '200 tokens' });
  const money = { limits: { ...limits, costUsd: 1 } };
  expect(await toy.climb(spends('{"total_cost_usd":2}'), money)).toMatchObject({
    why: '2 dollars',
  });
  expect(await toy.climb(spends('{"tokens":100}'), money)).toMatchObject({
    verdict: 'budget spent',
    why: 'the agent does not tell what it spent, so the limit cannot be kept',
  });
});

test('time ends a run in the middle of an iteration, and what runs in it', async () => {
  const toy = project();
  const limits = { ...generous, wallMs: 1_500 };
  const record = await toy.climb(toy.agent('echo hm; sleep 60'), { limits });
  expect(record).toMatchObject({
    verdict: 'budget spent',
    why: expect.stringContaining('real time'),
  });
});

test('an agent has no secrets but those that it is given, and logs tell none of them', async () => {
  const toy = project();
  process.env.TOY_API_KEY = 'very-secret-value';
  process.env.TOY_OTHER = 'not for agents';
  const { agent } = toy.options(toy.agent('env; pwd'));
  await toy.climb(undefined, { agent: { ...agent!, environment: ['TOY_API_KEY'] } });
  const log = toy.read('logs/iteration-2.log');
  expect(log).toContain('| TOY_API_KEY=<TOY_API_KEY>');
  expect(log).not.toContain('TOY_OTHER');
  expect(log).toContain('| <tree>');
  expect(log).not.toContain(tmpdir() === '/' ? '\0' : join(tmpdir(), 'seedstorm'));
});

test('an interrupted run says so, and ends what it had begun', async () => {
  const toy = project();
  const controller = new AbortController();
  const started = join(toy.folder, 'started');
  const timer = setInterval(() => {
    if (existsSync(started)) controller.abort();
  }, 20);
  const record = await toy.climb(toy.agent(`touch ${started}; sleep 60`), {
    signal: controller.signal,
  });
  clearInterval(timer);
  expect(record.verdict).toBe('interrupted');
});

test('one loop at a time; the lock of a dead one is taken over', async () => {
  const toy = project('fine');
  const lock = join(toy.root, 'logs/live/ralph.lock');
  const held = takeLock(lock);
  await expect(toy.climb()).rejects.toThrow('another loop is at work here');
  held.release();
  const dead = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
  writeFileSync(lock, JSON.stringify({ pid: Number(dead), began: '1' }));
  expect(await toy.climb()).toMatchObject({ verdict: 'ladder held' });
  expect(existsSync(lock)).toBe(false);
});

test('a journal that was changed is refused, with the line', async () => {
  const toy = project('fine');
  await toy.climb();
  const text = toy.read(journalName);
  toy.write(journalName, text.replace('"rung":"R2"', '"rung":"R9"'));
  await expect(toy.climb()).rejects.toThrow(/journal\.jsonl:5: the chain of the journal is broken/);
  toy.write(journalName, text);
});
