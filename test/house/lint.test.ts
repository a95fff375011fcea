import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');

const folders = [
  'sim',
  'systems',
  'workload',
  'checkers',
  'record',
  'report',
  'watch',
  'run',
  'real',
  'cli',
  'vitest',
  'manifests',
  'node-crypto',
] as const;
type Folder = (typeof folders)[number];

/** Who may import whom in `src`: said a second time, so that a slip in biome.json shows. */
const mayImport: Record<Folder, readonly Folder[]> = {
  sim: [],
  systems: [],
  workload: ['sim'],
  checkers: ['sim', 'record'],
  record: ['sim'],
  report: ['record'],
  watch: ['sim', 'workload', 'record', 'report', 'run'],
  run: ['sim', 'workload', 'checkers', 'record'],
  real: ['sim'],
  cli: folders,
  vitest: ['sim', 'record', 'report', 'run'],
  manifests: ['systems', 'record'],
  'node-crypto': ['systems'],
};

const mayUse: Record<Folder, readonly string[]> = {
  sim: ['seedrandom'],
  systems: [],
  workload: ['fast-check'],
  checkers: [],
  record: ['valibot'],
  report: ['chalk', 'node:crypto', 'node:util', 'node:fs/promises'],
  watch: ['node:crypto', 'node:util', 'node:fs/promises'],
  run: ['valibot', 'node:crypto', 'node:util', 'node:fs/promises'],
  real: ['node:crypto', 'node:util', 'node:fs/promises'],
  cli: ['chalk', 'commander', 'valibot', 'node:crypto', 'node:util', 'node:fs/promises'],
  vitest: ['vitest', 'node:crypto', 'node:util', 'node:fs/promises'],
  manifests: ['yaml'],
  'node-crypto': ['node:crypto'],
};

const packages = [
  'chalk',
  'commander',
  'fast-check',
  'ink',
  'react',
  'react/jsx-runtime',
  'seedrandom',
  'seedstorm',
  'valibot',
  'yaml',
  'node:crypto',
  'node:util',
  'node:fs/promises',
  'left-pad',
];

/** Where the code lives that must give the same digest everywhere. */
const deterministic = [
  'src/sim',
  'src/systems/raft',
  'src/workload',
  'src/checkers',
  'invariants/raft',
  'scenarios',
];

interface Plant {
  readonly path: string;
  readonly code: string;
  /** The rule that must object, or undefined where none may. */
  readonly rule?: string;
}

const imports = 'lint/style/noRestrictedImports';
const globals = 'lint/style/noRestrictedGlobals';
const properties = 'lint/nursery/noJsRestrictedProperties';

const plants: Plant[] = [];
const plant = (path: string, code: string, rule?: string) =>
  plants.push(rule === undefined ? { path, code } : { path, code, rule });

for (const from of folders) {
  for (const to of folders.filter((folder) => folder !== from)) {
    const rule = mayImport[from].includes(to) ? undefined : imports;
    plant(`src/${from}/to-${to}.ts`, `export * from '../${to}/x.ts';`, rule);
    plant(`src/${from}/deep/to-${to}.ts`, `import type { X } from '../../${to}/x.ts';`, rule);
    plant(`src/${from}/late-${to}.ts`, `await import('../${to}/deep/x.ts');`, rule);
  }
  for (const name of packages) {
    const file = name.replaceAll(/[:/]/g, '-');
    const rule = mayUse[from].includes(name) ? undefined : imports;
    plant(`src/${from}/uses-${file}.ts`, `export * from '${name}';`, rule);
  }
  for (const outside of ['scenarios', 'invariants', 'mutants', 'bench', 'ralph', 'test']) {
    // The loop is a program of its own, which only the command line starts.
    const rule = from === 'cli' && outside === 'ralph' ? undefined : imports;
    plant(`src/${from}/out-${outside}.ts`, `import '../../${outside}/x.ts';`, rule);
  }
  const rule = from === 'cli' ? undefined : imports;
  plant(`src/${from}/to-index.ts`, `import '../index.ts';`, rule);
  plant(`src/${from}/own.ts`, `import './deep/x.ts';\nimport './x.ts';`);
  plant(`src/${from}/deep/own.ts`, `import '../x.ts';\nimport './x.ts';`);
}

const contract = ['env', 'component', 'message', 'disk-contract', 'system-definition'];
for (const name of contract) plant(`src/systems/raft/${name}.ts`, `import '../../sim/${name}.ts';`);
plant('src/systems/raft/world.ts', `import '../../sim/world.ts';`, imports);
plant('src/systems/storage/raft.ts', `import '../raft/index.ts';`);
plant('src/systems/raft/storage.ts', `import '../storage/index.ts';`, imports);
plant('src/watch/screen/protocol.ts', `import '../protocol.ts';\nimport './panels/x.ts';`);
plant('src/watch/screen/ink.ts', `import 'ink';\nimport 'react';\nimport 'chalk';`);
plant('src/watch/screen/session.ts', `import '../session/session.ts';`, imports);
plant('src/watch/screen/run.ts', `import '../../run/run.ts';`, imports);
plant('src/watch/session/ink.ts', `import 'ink';`, imports);
plant('src/index.ts', `export * from './cli/main.ts';`, imports);
plant('src/index.test.ts', `import './cli/main.ts';`);

plant('invariants/raft/api.ts', `import '../../src/index.ts';`);
plant('invariants/raft/system.ts', `import '../../src/systems/raft/index.ts';`);
plant('invariants/raft/world.ts', `import '../../src/sim/world.ts';`, imports);
plant('invariants/raft/scenario.ts', `import '../../scenarios/raft-storm.ts';`, imports);
plant('invariants/raft/package.ts', `import 'fast-check';`, imports);
plant('scenarios/api.ts', `import '../src/index.ts';`);
plant('scenarios/system.ts', `import '../src/systems/raft/index.ts';`);
plant('scenarios/ladder.ts', `import '../invariants/raft/ladder.ts';`);
plant('scenarios/checker.ts', `import '../src/checkers/x.ts';`, imports);
plant('scenarios/manifests.ts', `import '../src/manifests/x.ts';`);
plant('scenarios/package.ts', `import 'node:fs';`, imports);
plant('ralph/run.ts', `import '../src/run/sweep.ts';\nimport '../src/record/x.ts';`);
plant('ralph/cli.ts', `import '../src/cli/main.ts';`, imports);
plant('ralph/sim.ts', `import '../src/sim/world.ts';`, imports);
plant('bench/cli.ts', `import '../src/cli/main.ts';`, imports);

const ambient = {
  'date-now': ['Date.now();', globals],
  'new-date': ['export const now = new Date();', globals],
  performance: ['performance.now();', globals],
  'set-timeout': ['setTimeout(() => {}, 1);', globals],
  'set-interval': ['setInterval(() => {}, 1);', globals],
  'set-immediate': ['setImmediate(() => {});', globals],
  microtask: ['queueMicrotask(() => {});', globals],
  'abort-signal': ['AbortSignal.timeout(1);', globals],
  fetch: [`fetch('http://localhost');`, globals],
  crypto: ['crypto.randomUUID();', globals],
  process: ['process.hrtime();', globals],
  buffer: ['Buffer.alloc(1);', globals],
  intl: ['new Intl.Collator();', globals],
  'weak-ref': ['new WeakRef({});', globals],
  'global-this': ['globalThis.setTimeout(() => {}, 1);', globals],
  random: ['Math.random();', properties],
  'random-by-name': [`Math['random']();`, properties],
  'random-taken-out': ['export const { random } = Math;', properties],
  log: ['Math.log(2);', properties],
  exp: ['Math.exp(2);', properties],
  pow: ['Math.pow(2, 3);', properties],
  sin: ['Math.sin(2);', properties],
  'power-operator': ['export const power = 2 ** Math.max(3, 4);', 'plugin'],
  'power-assignment': ['export let power = 2;\npower **= 3;', 'plugin'],
  locale: [`'a'.localeCompare('b');`, properties],
  console: [`console.log('hello');`, 'lint/suspicious/noConsole'],
} as const;

for (const folder of deterministic) {
  for (const [name, [code, rule]] of Object.entries(ambient)) {
    plant(`${folder}/ambient-${name}.ts`, code, rule);
  }
  plant(`${folder}/plain.ts`, `export const plain = Math.sqrt(2 ** 32) - 2 ** -3 * '**='.length;`);
  plant(`${folder}/ambient.test.ts`, 'Date.now();\nMath.random() ** 3;\nsetTimeout(() => {}, 1);');
}
for (const folder of ['src/run', 'src/real', 'src/cli', 'bench']) {
  plant(`${folder}/clock.ts`, 'Date.now();\nprocess.uptime();');
}

const lines = (count: number) => 'JSON.stringify(1);\n'.repeat(count).trimEnd();
const longFunction = `export function long() {\n${'  JSON.stringify(1);\n'.repeat(71)}}`;
plant('src/run/by-default.ts', 'export default 1;', 'lint/style/noDefaultExport');
plant('scenarios/by-default.ts', 'export default 1;');
plant('src/run/camelCase.ts', 'export {};', 'lint/style/useFilenamingConvention');
plant('src/run/long-file.ts', lines(401), 'lint/style/noExcessiveLinesPerFile');
plant('src/run/full-file.ts', lines(400));
plant('src/run/long.ts', longFunction, 'lint/complexity/noExcessiveLinesPerFunction');
plant('src/run/ring-a.ts', `export { b } from './ring-b.ts';`, 'lint/suspicious/noImportCycles');
plant('src/run/ring-b.ts', `export { a } from './ring-a.ts';`, 'lint/suspicious/noImportCycles');

/** Rules that some plants break besides, and which are not what is tested here. */
const irrelevant = /noUnused|useExponentiationOperator|useLiteralKeys/;

describe('the linter', () => {
  const objections = new Map<string, Set<string>>();
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'seedstorm-lint-'));
    for (const path of ['biome.json', 'scripts']) {
      cpSync(join(root, path), join(copy, path), { recursive: true });
    }
    for (const { path, code } of plants) {
      mkdirSync(join(copy, dirname(path)), { recursive: true });
      writeFileSync(join(copy, path), `${code}\n`);
    }
    for (const { category, location } of lint(copy)) {
      if (irrelevant.test(category)) continue;
      const path = location.path.replaceAll('\\', '/');
      objections.set(path, (objections.get(path) ?? new Set()).add(category));
    }
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('plants no file twice', () => {
    expect(new Set(plants.map(({ path }) => path)).size).toBe(plants.length);
  });

  const groups = Map.groupBy(plants, ({ path }) => path.split('/').slice(0, -1).join('/'));
  test.each([...groups])('objects to what is planted in %s, and to nothing else', (_, group) => {
    const found = group.map(({ path }) => [path, ...(objections.get(path) ?? [])]);
    expect(found).toEqual(group.map(({ path, rule }) => (rule ? [path, rule] : [path])));
  });
});

interface Objection {
  readonly category: string;
  readonly location: { readonly path: string };
}

function lint(folder: string): readonly Objection[] {
  const options = ['--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none'];
  const command = [biome, 'lint', ...options, '.'];
  let output: string;
  try {
    output = execFileSync(process.execPath, command, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    // Exit code 1 is what the plants are for; the report is on stdout all the same.
    output = (error as { stdout: string }).stdout;
  }
  return (JSON.parse(output) as { diagnostics: readonly Objection[] }).diagnostics;
}
