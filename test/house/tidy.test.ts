import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Everything that git knows or would offer to add; a file that was just deleted is still in the index. */
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)) && path !== 'package-lock.json');

const texts = files.filter((path) => !path.startsWith('logs/') && !read(path).includes('\0'));

const sourceFolders = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Files that are one thing and longer than 400 lines; the reason stands at their top. */
const longFiles: readonly string[] = ['src/sim/world.ts'];

function linesWith(pattern: RegExp, paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
}

describe('the tree', () => {
  test('names no folder of the machine it was written on', () => {
    const machine = /(?<![\w.*/-])\/(?:work|home|Users|root|mnt)\/\w/;
    expect(linesWith(machine, files)).toEqual([]);
    expect(linesWith(machine, ['package-lock.json'])).toEqual([]);
  });

  test('holds no unfinished business', () => {
    // Split, so that this file does not find itself.
    const marks = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
    expect(linesWith(marks, texts)).toEqual([]);
  });

  test('leaves no test switched off or alone', () => {
    const tests = files.filter((path) => /\.test\.tsx?$/.test(path));
    const focused = /\b(?:test|it|describe)\.(?:only|skip|todo|fails)\b/;
    const others = tests.filter((path) => path !== 'test/house/tidy.test.ts');
    expect(linesWith(focused, others)).toEqual([]);
  });

  test('excuses the linter only with a reason', () => {
    const excuses = /biome-ignore(?!.*: \S.{9,})/;
    const code = texts.filter((path) => /\.[jt]sx?$/.test(path) && !path.startsWith('test/house/'));
    expect(linesWith(excuses, code)).toEqual([]);
    expect(linesWith(/@ts-(?:ignore|nocheck|expect-error)/, code)).toEqual([]);
  });

  test('excuses no file from the limit of 400 lines but these', () => {
    const excused = linesWith(/^\/\/ biome-ignore-all .*noExcessiveLinesPerFile/, texts);
    expect(excused.map((line) => line.split(':')[0])).toEqual(longFiles);
  });

  test('names its files in kebab-case', () => {
    const conventional = /^(?:[A-Z]+(?:\.md)?|\.[\w.-]+)$/;
    const kebab = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
    // Mutants carry the id of their bug in front, in its own capitals.
    const mutant = /^[A-Z]+\d+[a-z]?-[a-z0-9]+(?:-[a-z0-9]+)*\.patch$/;
    const odd = files
      .flatMap((path) => path.split('/'))
      .filter((name) => !conventional.test(name) && !kebab.test(name) && !mutant.test(name));
    expect(odd).toEqual([]);
  });

  test('gives each document one title and links that lead somewhere', () => {
    const documents = files.filter((path) => path.endsWith('.md'));
    for (const path of documents) {
      const prose = read(path).replaceAll(/^```[\s\S]*?^```/gm, '');
      expect(prose.match(/^# /gm), `titles of ${path}`).toHaveLength(1);
      for (const [, target] of prose.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
        const folder = join(root, path, '..');
        expect(existsSync(join(folder, target!)), `${path} links to ${target}`).toBe(true);
      }
    }
  });

  test('lists every guide in docs/README.md', () => {
    const guides = readdirSync(join(root, 'docs')).filter((name) => /(?<!README)\.md$/.test(name));
    const index = read('docs/README.md');
    expect(guides.filter((name) => !index.includes(`(${name})`))).toEqual([]);
  });

  test('tells contributors what each folder of src is for', () => {
    const guide = read('CONTRIBUTING.md');
    expect(sourceFolders.filter((name) => !guide.includes(`\`src/${name}/\``))).toEqual([]);
  });

  test('has a rule about imports for each folder of src', () => {
    const rules = read('biome.json');
    expect(sourceFolders.filter((name) => !rules.includes(`["src/${name}/**"]`))).toEqual([]);
  });
});

describe('the package', () => {
  const manifest = JSON.parse(read('package.json')) as {
    bin: Record<string, string>;
    dependencies: Record<string, string>;
    exports: Record<string, string | { types: string; default: string }>;
  };

  test('exports what the build makes of a source', () => {
    const sources = Object.values(manifest.exports)
      .filter((target) => typeof target === 'object')
      .map((target) => target.default.replace('./dist/', '').replace(/\.js$/, '.ts'));
    expect(sources.filter((path) => !files.includes(path))).toEqual([]);
  });

  test('can be started', () => {
    for (const path of Object.values(manifest.bin)) {
      expect(statSync(join(root, path)).mode & 0o111, `${path} is executable`).not.toBe(0);
    }
  });

  test('locks no registry', () => {
    expect(linesWith(/"resolved": "https?:/, ['package-lock.json'])).toEqual([]);
  });
});
