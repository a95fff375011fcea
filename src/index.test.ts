import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as api from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Names that a person meets on the first pages must show how they are used. */
const shown = [
  'between',
  'doctor',
  'everything',
  'milliseconds',
  'oneOf',
  'plainLedger',
  'requestClients',
  'run',
  'rung',
  'scenario',
  'seconds',
  'sweep',
];

const examples = new Map<string, string>();
const index = readFileSync(new URL('index.ts', import.meta.url), 'utf8');
for (const [, path] of index.matchAll(/from '(\.\/[^']+)'/g)) {
  const source = readFileSync(new URL(path!, import.meta.url), 'utf8');
  const documented =
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:async )?(?:function|const|class) (\w+)/g;
  for (const [, comment, name] of source.matchAll(documented)) {
    const [, example] = comment!.split('@example');
    if (example === undefined || !(name! in api)) continue;
    examples.set(name!, example.replace(/^ ?\* ?/gm, '').replace(/^export /gm, ''));
  }
}

/** Turns `// expression => value`, and `// => value` after a declaration, into assertions. */
function withAssertions(example: string): string {
  let last = '';
  const lines = example.split('\n').map((line) => {
    last = /^(?:const|let) (\w+)/.exec(line)?.[1] ?? (/^(\S.*);$/.exec(line)?.[1] || last);
    const [, expression, value] = /^\/\/ (.*?)\s*=> (.*)$/.exec(line) ?? [];
    if (value === undefined) return line;
    return `deepStrictEqual(${expression || last}, ${value});`;
  });
  return lines.join('\n');
}

let outcomes: Readonly<Record<string, string>>;
beforeAll(() => {
  const fixture = new URL('../test/fixtures/counters.ts', import.meta.url).href;
  const file = join(folder, 'examples.ts');
  const parts = [...examples].map(
    ([name, text]) => `await attempt('${name}', async () => {\n${withAssertions(text)}\n});`,
  );
  writeFileSync(
    file,
    `import { deepStrictEqual } from 'node:assert';
import { ${Object.keys(api).join(', ')} } from '${new URL('index.ts', import.meta.url).href}';
import pingPong from '${fixture}';
const outcomes: Record<string, string> = {};
async function attempt(name: string, work: () => Promise<void>) {
  try {
    await work();
    outcomes[name] = 'fine';
  } catch (error) {
    outcomes[name] = String(error);
  }
}
${parts.join('\n')}
console.log(JSON.stringify(outcomes));`,
  );
  const output = execFileSync(process.execPath, [file], { encoding: 'utf8' });
  outcomes = JSON.parse(output) as typeof outcomes;
});

describe('the public names', () => {
  it('have examples where a person starts', () => {
    expect([...examples.keys()].sort()).toEqual(expect.arrayContaining(shown));
  });

  it('state what comes out', () => {
    const stated = [...examples.values()].filter((text) => withAssertions(text) !== text);
    expect(stated.length).toBeGreaterThanOrEqual(8);
  });

  it.each([...examples.keys()])('%s: its example runs', (name) => {
    expect(outcomes[name]).toBe('fine');
  });
});
