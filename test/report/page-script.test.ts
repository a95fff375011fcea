import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { afterAll, describe, expect, test } from 'vitest';
import { pageScript } from '../../src/report/html/page-script.ts';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function modules(files: Readonly<Record<string, string>>): URL {
  const home = mkdtempSync(join(folder, 'm-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return pathToFileURL(join(home, 'main.ts'));
}

describe('pageScript', () => {
  test('links modules, each once and with a scope of its own', () => {
    const entry = modules({
      'main.ts':
        "import { twice as doubled, type Number } from './deep/twice.ts';\n" +
        "import { one } from './one.ts';\n" +
        'const hidden: Number = 5;\nglobalThis.found = [doubled(one), hidden, globalThis.loads];\n',
      'deep/twice.ts':
        "import { one } from '../one.ts';\n/** A comment. */\nexport type Number = number;\n" +
        'const hidden = 2;\nexport function twice(of: number): number {\n  return hidden * of * one;\n}\n',
      'one.ts': 'globalThis.loads = (globalThis.loads ?? 0) + 1;\nexport const one = 1;\n',
    });
    const script = pageScript(entry);
    expect(script).not.toContain('A comment');
    const context: { found?: unknown } = {};
    vm.runInNewContext(script, vm.createContext(context));
    expect(JSON.stringify(context.found)).toBe('[2,5,1]');
  });

  test.each([
    ['export default 5;\n', 'export default'],
    ["export * from './x.ts';\n", 'export *'],
    ["import all from './x.ts';\n", 'import all'],
    ["export const end = '</script>';\n", 'end of a script'],
  ])('refuses what it cannot link: %s', (text, problem) => {
    expect(() => pageScript(modules({ 'main.ts': text, 'x.ts': '' }))).toThrow(problem);
  });

  test('links the page itself', () => {
    const script = pageScript(new URL('../../src/report/html/page/main.ts', import.meta.url));
    expect(() => new vm.Script(script)).not.toThrow();
    expect(script.length).toBeLessThan(150_000);
    expect(script).not.toMatch(/https?:/);
  });
});
