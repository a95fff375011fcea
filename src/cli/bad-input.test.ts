import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countersFile, freshFolder, program } from '../../test/fixtures/program.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const goodCase = {
  schema: 'seedstorm-case/1',
  scenario: countersFile,
  config: { nodes: 3 },
  plan: [],
  intents: [],
  choices: { kind: 'seed', seed: 1, overrides: [], forks: [] },
  identityVersions: {},
};

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const importCounters = `import { counters } from ${JSON.stringify(countersFile)};\n`;
mkdirSync(join(folder, 'scenarios'));
file('scenarios/lagoon-storm.ts', `${importCounters}export default counters();\n`);
mkdirSync(join(folder, 'full/src'), { recursive: true });
file('full/src/counter.ts', '');
file('throws.ts', `${importCounters}counters();\nthrow new Error('no luck today');\n`);
file('empty.ts', 'export {};\n');
file('other.ts', 'export default { summary: 7 };\n');
file('enum.ts', 'enum Colour { Red }\nexport default Colour;\n');
file('fields.ts', `${importCounters}export default counters({ sumary: 'x' });\n`);
file(
  'types.ts',
  `${importCounters}export default counters({ phases: { form: 'soon', storm: 5 } });\n`,
);
file('truncated.json', JSON.stringify(goodCase).slice(0, -40));
file('foreign.json', JSON.stringify({ name: 'some-package', version: '1.0.0' }));
file('list.json', '[1, 2]');
file('future.json', JSON.stringify({ ...goodCase, schema: 'seedstorm-case/99' }));
file('homeless.json', JSON.stringify({ ...goodCase, scenario: 'lagoon-strom' }));

const countersConfig = { nodes: 3, 'clients.count': 1, 'clients.operations': 20 };
const whole = { ...goodCase, config: countersConfig };
file('good.json', JSON.stringify(whole));
file('gone.json', JSON.stringify({ ...whole, identityVersions: { abacus: 1 } }));

const insert = '{"process":1,"type":"invoke","op":"insert","value":1}';
file('good.jsonl', `${insert}\n{"process":1,"type":"ok","op":"insert","value":1}\n`);
file('torn.jsonl', `${insert}\n{"process":1,"ty`);
file('twice.jsonl', `${insert}\n${insert}\n`);
file('orphan.jsonl', '{"process":1,"type":"ok","op":"insert","value":1}\n');
file('torn.edn', '\n{:process 1, :type :invoke, :f :enqueue');

const figure = {
  ...{ schema: 'seedstorm-bench/1', at: '2030-01-31T10:00:00.000Z', commit: null },
  ...{ committedAt: null, dirty: false, machine: 'lagoon', node: 'v24.0.0' },
  ...{
    benchmark: 'codec',
    metric: 'encode',
    value: 7,
    unit: 'MB/s',
    better: 'higher',
    exact: false,
  },
};
const figures = (name: string, change: object): string =>
  file(name, `${JSON.stringify(figure)}\n${JSON.stringify({ ...figure, ...change })}\n`);
figures('value.jsonl', { value: null });
figures('better.jsonl', { better: 'upwards' });
figures('pair.jsonl', { seeds: [1] });
figures('row.jsonl', { schema: 'seedstorm-bench/9' });
file('rows.jsonl', `${JSON.stringify(figure)}\n{"sche\n${JSON.stringify(figure)}\n`);

const config = (name: string, text: string): string =>
  file(`${name}.config.ts`, `export default ${text};\n`);
const gate = (fields: string): string =>
  `{ scenarios: [{ scenario: 'lagoon-storm', seeds: 5 }], ${fields} }`;
file('none.config.ts', 'export const config = 1;\n');
config('list', '[]');
config('field', gate('scenaros: []'));
config('nested', "{ scenarios: [{ scenario: 'lagoon-storm', seeds: 5, sed: 3 }] }");
config('seeds', "{ scenarios: [{ scenario: 'lagoon-storm', seeds: 'many' }] }");
config('budget', "{ scenarios: [{ scenario: 'lagoon-storm' }] }");
config('time', "{ scenarios: [{ scenario: 'lagoon-storm', time: 'soon' }] }");
config('missing', '{ doctor: false }');
config('scenario', "{ scenarios: [{ scenario: 'lagoon-strom', seeds: 5 }] }");
config('setting', "{ scenarios: [{ scenario: 'lagoon-storm', seeds: 5, set: { nodes: 4 } }] }");
config('doctor', gate('doctor: { seeds: 0 }'));
config('day', gate("known: [{ rung: 'T1', until: '2030-02-30', reason: 'x' }]"));
config('reason', gate("known: [{ rung: 'T1', until: '2030-01-31' }]"));
config('cases', gate("cases: ['nowhere']"));
config('torn', gate("cases: ['truncated.json']"));
config('canary', gate("canary: { system: 'lagoon' }"));
config('canaries', gate("canary: [{ system: 'raft' }, { system: 'raft', seed: 3 }]"));
config('good', gate("output: 'logs'"));
file('noreporter.ts', 'export default 7;\n');

const ci = (name: string, ...args: readonly string[]): readonly string[] => [
  'ci',
  ...['--config', `${name}.config.ts`],
  ...args,
];

const bench = (name: string): readonly string[] => {
  return ['report', '--bench', '--history', `${name}.jsonl`];
};

/** Arguments, and what the message must name: what is wrong, where, and what would be right. */
const mistakes: readonly (readonly [string, readonly string[], readonly (string | RegExp)[]])[] = [
  ['an unknown scenario', ['run', 'lagoon-strom'], ['lagoon-strom', 'lagoon-storm']],
  ['a missing scenario file', ['run', './nowhere.ts'], ['no such file', './nowhere.ts']],
  ['an unknown verb', ['swep', 'lagoon-storm'], ['swep', 'sweep']],
  ['a verb of a later version', ['fly', 'lagoon-storm'], ['fly']],
  ['something else than a case to shrink', ['shrink', 'lagoon-storm'], ['lagoon-storm', '.json']],
  ['a missing case to shrink', ['shrink', 'nowhere.json'], ['no such file', 'nowhere.json']],
  ['a case that does not fail', ['shrink', 'good.json'], ['does not fail', 'held']],
  ['a case of components that are gone', ['shrink', 'gone.json'], ['no longer', 'abacus']],
  ['time to shrink without sense', ['shrink', 'good.json', '--time', 'x'], ['--time', 'x']],
  ['an unknown option', ['run', 'lagoon-storm', '--sead', '1'], ['--sead', '--seed']],
  ['a missing scenario', ['run'], ['scenario']],
  [
    'a seed that is no number',
    ['run', 'lagoon-storm', '--seed', 'x7'],
    ['--seed', 'x7', '2^53 - 1'],
  ],
  ['a seed too large', ['run', 'lagoon-storm', '--seed', '9007199254740992'], ['9007199254740992']],
  ['seeds that are no range', ['sweep', 'lagoon-storm', '--seeds', '1-5'], ['--seeds', '1-5']],
  ['a range reversed', ['sweep', 'lagoon-storm', '--seeds', '80..5'], ['80..5', '5..80']],
  ['a range reversed', ['doctor', 'lagoon-storm', '--seeds', '80..5'], ['80..5', '5..80']],
  ['no jobs', ['sweep', 'lagoon-storm', '--jobs', '0'], ['--jobs', '"0"']],
  ['a time without sense', ['sweep', 'lagoon-storm', '--time', 'soon'], ['--time', 'soon', '5m']],
  ['an unknown setting', ['run', 'lagoon-storm', '--set', 'node=3'], ['node', 'nodes']],
  ['a setting without value', ['run', 'lagoon-storm', '--set', 'nodes'], ['path=value', 'nodes']],
  [
    'a value outside its domain',
    ['sweep', 'lagoon-storm', '--set', 'nodes=4'],
    ['nodes', '4', 'one of 3, 5'],
  ],
  [
    'an integer outside its range',
    ['replay', 'lagoon-storm', '--seed', '1', '--set', 'clients.count=99'],
    ['clients.count', '99', 'from 1 to 3'],
  ],
  ['a file that throws', ['run', './throws.ts'], ['no luck today', /throws\.ts:3/]],
  ['a file that exports nothing', ['sweep', './empty.ts'], ['exports nothing', 'empty.ts']],
  ['an export that is none', ['list', './other.ts'], ['is not a scenario', 'other.ts']],
  ['syntax that cannot be stripped', ['run', './enum.ts'], ['enum', /enum\.ts/, '--import']],
  ['an unknown field', ['run', './fields.ts'], ['sumary', 'summary', 'fields.ts']],
  ['a field of a wrong type', ['run', './types.ts'], ['phases.form', 'types.ts', '"soon"']],
  ['a truncated case file', ['replay', 'truncated.json'], ['truncated.json', 'JSON']],
  ['a foreign file', ['replay', 'foreign.json'], ['foreign.json', 'schema']],
  ['a list as case file', ['replay', 'list.json'], ['list.json']],
  ['a case of another version', ['replay', 'future.json'], ['future.json', 'seedstorm-case/99']],
  ['a case without its scenario', ['replay', 'homeless.json'], ['lagoon-strom', 'lagoon-storm']],
  ['a missing case file', ['replay', 'nowhere.json'], ['nowhere.json']],
  ['neither case nor seed', ['replay', 'lagoon-storm'], ['--seed']],
  ['a bound without sense', ['replay', 'lagoon-storm', '--seed', '1', '--from', 'x'], ['--from']],
  ['a report of neither case nor seed', ['report', 'lagoon-storm'], ['report', '--seed 1']],
  ['a report of a truncated case', ['report', 'truncated.json'], ['truncated.json', 'JSON']],
  ['a report of a missing case', ['report', 'nowhere.json'], ['nowhere.json', 'no such file']],
  [
    'a report of no events',
    ['report', 'lagoon-storm', '--seed', '1', '--events', '0'],
    ['--events', '"0"'],
  ],
  [
    'a report into a folder',
    ['report', 'lagoon-storm', '--seed', '1', '--output', 'scenarios'],
    ['scenarios', 'cannot be written', 'directory'],
  ],
  [
    'a report below a file',
    ['report', 'lagoon-storm', '--seed', '1', '--output', 'list.json/report.html'],
    ['list.json', 'cannot be written'],
  ],
  ['a report of nothing', ['report'], ['missing', 'report --bench']],
  ['a history without benchmarks', ['report', 'x', '--history', 'y'], ['--history', '--bench']],
  ['benchmarks of a case', ['report', 'good.json', '--bench'], ['--bench', 'good.json']],
  ['benchmarks of a seed', ['report', '--bench', '--seed', '1'], ['--bench', '--seed']],
  ['benchmarks that nobody ran', ['report', '--bench'], ['logs/bench.jsonl', 'no such file']],
  ['a figure that is none', bench('value'), ['value.jsonl:2, value', 'number', 'null']],
  ['a direction that is none', bench('better'), ['better.jsonl:2, better', 'higher', 'upwards']],
  ['seeds that are no pair', bench('pair'), ['pair.jsonl:2, seeds.1']],
  ['rows of another version', bench('row'), ['row.jsonl:2, schema', 'seedstorm-bench/1']],
  ['a row that is torn', bench('rows'), ['rows.jsonl:2', 'row of a benchmark']],
  ['an export for nobody', ['export', 'lagoon-storm', '--seed', '1'], ['--format', 'perfetto']],
  [
    'an export for nobody known',
    ['export', 'lagoon-storm', '--seed', '1', '--format', 'shivz'],
    ['--format', 'shivz', 'shiviz'],
  ],
  [
    'an export of a history that there is not',
    ['export', 'lagoon-storm', '--seed', '1', '--format', 'edn'],
    ['--format edn', 'no history'],
  ],
  ['a gate without configuration', ['ci'], ['seedstorm.config.ts', 'seedstorm init']],
  ['a missing configuration', ci('nowhere'), ['no such file', 'nowhere.config.ts']],
  ['a configuration that exports nothing', ci('none'), ['default export', 'none.config.ts']],
  ['a configuration that is a list', ci('list'), ['must be an object', 'list.config.ts']],
  ['an unknown field', ci('field'), ['scenaros', 'scenarios', 'field.config.ts']],
  ['an unknown field within', ci('nested'), ['scenarios[0].sed', 'seeds']],
  ['seeds that are no number', ci('seeds'), ['scenarios[0].seeds', 'whole number', '"many"']],
  ['a scenario without budget', ci('budget'), ['scenarios[0]', 'seeds or time']],
  ['a time that is none', ci('time'), ['scenarios[0].time', '90s', '"soon"']],
  ['no scenarios', ci('missing'), ['scenarios is missing', 'missing.config.ts']],
  ['a scenario that is not there', ci('scenario'), ['scenarios[0].scenario', 'lagoon-storm']],
  ['a setting outside its domain', ci('setting'), ['scenarios[0].set', 'nodes', 'one of 3, 5']],
  ['no seeds for the doctor', ci('doctor'), ['doctor.seeds', 'from 1 on']],
  ['a day that does not exist', ci('day'), ['known[0].until', '2030-01-31', '2030-02-30']],
  ['a known failure without reason', ci('reason'), ['known[0].reason', 'is missing']],
  ['cases that are not there', ci('cases'), ['cases[0]', 'nowhere']],
  ['a case that is torn', ci('torn'), ['truncated.json', 'JSON']],
  ['a canary of nothing', ci('canary'), ['canary', 'source checkout']],
  ['a field of the second canary', ci('canaries'), ['canary[1].seed', 'seeds']],
  ['a shard of nothing', ci('good', '--shard', '3/2'), ['--shard', '3/2', '2/4']],
  ['an unknown reporter', ci('good', '--reporter', 'junt'), ['--reporter', 'junt', 'junit']],
  ['a module that is no reporter', ci('good', '--reporter', './noreporter.ts'), ['noreporter.ts']],
  [
    'a file for a reporter that is not in use',
    ci('good', '--outputFile.junit', 'x.xml'),
    ['--outputFile.junit', 'not in use', 'pretty'],
  ],
  [
    'a report where a file is in the way',
    ci('good', '--reporter', 'json', '--outputFile.json', 'good.jsonl/x.json'),
    ['good.jsonl', 'written'],
  ],
  ['an output that is a file', ci('good', '--output', 'good.jsonl'), ['good.jsonl']],
  ['a first seed that is none', ci('good', '--first-seed', 'x'), ['--first-seed', '"x"']],
  ['init where files are', ['init', 'full'], ['exist already', 'src/counter.ts']],
  ['mutants of nothing', ['mutants', 'lagoon'], ['source checkout']],
  ['a check without model', ['check', 'good.jsonl'], ['--model', 'cas-register']],
  ['an unknown model', ['check', '-m', 'que', 'good.jsonl'], ['--model', 'que', 'queue']],
  ['a check without file', ['check', '-m', 'queue'], ['files']],
  [
    'a missing history',
    ['check', '-m', 'queue', 'nowhere.jsonl'],
    ['no such file', 'nowhere.jsonl'],
  ],
  ['a history that is no JSON', ['check', '-m', 'queue', 'torn.jsonl'], ['torn.jsonl:2', 'JSON']],
  [
    'an operation of another model',
    ['check', '-m', 'cas-register', 'good.jsonl'],
    ['good.jsonl:1', 'insert', 'read, write, cas'],
  ],
  ['two operations at once', ['check', '-m', 'queue', 'twice.jsonl'], ['twice.jsonl:2', 'line 1']],
  ['an answer to nothing', ['check', '-m', 'queue', 'orphan.jsonl'], ['orphan.jsonl:1', 'open']],
  ['a history of numbers', ['check', '-m', 'queue', 'list.json'], ['list.json:1', ':process']],
  ['EDN that is torn', ['check', '-m', 'queue', 'torn.edn'], ['torn.edn:2', '}']],
  [
    'a first state of another model',
    ['check', '-m', 'queue', '--init', '7', 'good.jsonl'],
    ['--init', 'list'],
  ],
  ['a budget of nothing', ['check', '-m', 'queue', '--budget', '0', 'good.jsonl'], ['--budget']],
];

describe.concurrent('a mistake ends in one screen that names it, without stack trace, with code 2', () => {
  test.each(mistakes)('%s', { timeout: 60_000 }, async (_, args, named) => {
    const { code, stdout, stderr } = await program(folder, args);
    for (const part of named) {
      if (typeof part === 'string') expect(stderr).toContain(part);
      else expect(stderr).toMatch(part);
    }
    expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
    expect(stderr.split('\n').length).toBeLessThan(24);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  const verbsThatWrite: readonly (readonly string[])[] = [
    ['run', countersFile, '--seed', '1'],
    ['sweep', countersFile, '--seeds', '2', '--jobs', '1'],
  ];
  test.each(verbsThatWrite)('logs/ that cannot be written: %s', async (...args) => {
    const blocked = freshFolder();
    try {
      // Root may write anywhere; where a file stands in the way not even root can make a folder.
      writeFileSync(join(blocked, 'logs'), '');
      const { code, stdout, stderr } = await program(blocked, args);
      expect(stderr).toContain(join(blocked, 'logs'));
      expect(stderr).toContain('cannot write');
      expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
      expect([stdout, code]).toEqual(['', 2]);
    } finally {
      rmSync(blocked, { recursive: true, force: true });
    }
  });
});
