import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The loader works on Node's own module system, which a test runner replaces: so each case runs in
// a process of its own, far from this project, as a person's folder would be.
const folder = mkdtempSync(join(tmpdir(), 'seedstorm-loader-'));
const loader = new URL('loader.ts', import.meta.url).href;
const fixture = fileURLToPath(new URL('../../test/fixtures/counters.ts', import.meta.url));

const files: Readonly<Record<string, string>> = {
  'scenarios/good.ts': `import { scenario, seconds } from 'seedstorm';
import { words } from './words.js';
import { more } from './more';
import base from ${JSON.stringify(fixture)};
const { phases, ...rest } = base;
export default scenario({ ...rest, summary: words + more, phases: { form: seconds(1), storm: 1 } });`,
  'scenarios/words.ts': `export const words: string = 'from a .js ';`,
  'scenarios/more.ts': `export const more: string = 'and from none';`,
  'scenarios/throws.ts': `const name: string = 'boom';\n\nthrow new RangeError(name);`,
  'scenarios/nothing.ts': `export {};`,
  'scenarios/named.ts': `export const storm = 1;`,
  'scenarios/plain.ts': `export default { summary: 'made by hand' };`,
  'scenarios/fields.ts': `import { scenario } from 'seedstorm';\nexport default scenario({ summary: 'x' } as never);`,
  'scenarios/enumerated.ts': `const before = 1;\nexport enum Colour { red }\nexport default before;`,
  'scenarios/deep.ts': `import './enumerated.ts';\nexport default 1;`,
  'scenarios/lost.ts': `import './nowhere.ts';\nexport default 1;`,
  'scenarios/broken.ts': `export default (( = ;`,
  'scenarios/readme.md': `not a module`,
};

interface Answer {
  readonly summary?: string;
  readonly name?: string;
  readonly what?: string;
  readonly where?: string;
  readonly hint?: string;
}

let answers: Readonly<Record<string, Answer>>;
const asked = [
  'good',
  './scenarios/good.ts',
  'throws',
  'nothing',
  'named',
  'plain',
  'fields',
  'enumerated',
  'deep',
  'lost',
  'broken',
  'goood',
  'zzzzzzzz',
  './absent.ts',
  'scenarios/readme.md',
];

beforeAll(() => {
  mkdirSync(join(folder, 'scenarios'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const program = `
    const { findScenario, loadScenario, listScenarios } = await import(${JSON.stringify(loader)});
    const answers = {};
    for (const name of ${JSON.stringify(asked)}) {
      try {
        answers[name] = { summary: (await loadScenario(findScenario(name))).summary };
      } catch (error) {
        const { name: kind, what, where, hint } = error;
        answers[name] = { name: kind, what, where, hint };
      }
    }
    answers.list = listScenarios().map(({ name }) => name);
    console.log(JSON.stringify(answers));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  answers = JSON.parse(output) as typeof answers;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadScenario', () => {
  it('loads by name and by path, with seedstorm, .js for .ts and no extension', () => {
    expect(answers.good).toEqual({ summary: 'from a .js and from none' });
    expect(answers['./scenarios/good.ts']).toEqual(answers.good);
  });

  it.each([
    ['throws', 'the file threw RangeError: boom', /throws\.ts:3$/],
    ['nothing', 'there is no export default; it exports nothing', /nothing\.ts$/],
    ['named', 'there is no export default; it exports storm', /named\.ts$/],
    ['plain', 'export default is not a scenario', /plain\.ts$/],
    ['fields', 'system is missing', /fields\.ts, system$/],
    ['enumerated', 'TypeScript enum is not supported in strip-only mode', /enumerated\.ts:2$/],
    ['deep', 'TypeScript enum is not supported in strip-only mode', /enumerated\.ts:2$/],
    ['broken', /./, /broken\.ts:1$/],
    ['lost', /nowhere\.ts/, /lost\.ts$/],
    ['goood', 'there is no scenario goood', /^scenario$/],
    ['./absent.ts', 'there is no such file', /^\.\/absent\.ts$/],
    ['scenarios/readme.md', 'not a module', /readme\.md$/],
  ])('refuses %s and says where', (name, what, where) => {
    const answer = answers[name]!;
    expect(answer.name).toBe('UsageError');
    if (typeof what === 'string') expect(answer.what).toBe(what);
    else expect(answer.what).toMatch(what);
    expect(answer.where).toMatch(where);
  });

  it('gives hints', () => {
    expect(answers.enumerated!.hint).toContain('--import');
    expect(answers.goood!.hint).toContain('good');
    expect(answers.zzzzzzzz!.hint).not.toContain('did you mean');
  });

  it('lists the folder beside the scenarios of the package', () => {
    expect(answers.list).toContain('good');
    expect(answers.list).toContain('raft-storm');
    expect(answers.list).not.toContain('readme');
  });
});
