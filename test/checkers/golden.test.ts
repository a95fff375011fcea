import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { models } from '../../src/checkers/history/models.ts';
import { program } from '../fixtures/program.ts';

const folder = join(import.meta.dirname, 'histories');
const files = readdirSync(folder).filter((name) => /\.(jsonl|edn)$/.test(name));

/** Files are named after their model: the longest name that fits. */
function modelOf(file: string): string {
  const fitting = [...models.keys()].filter((name) => file.startsWith(`${name}-`));
  return fitting.sort((a, b) => b.length - a.length)[0]!;
}

/** Real time is another each time. */
const withoutTime = (text: string): string => text.replace(/(operations?), [\d.]+ ms$/m, '$1');

/** To write them anew: GOLDEN=write npx vitest run test/checkers/golden.test.ts */
describe.concurrent('check explains', { timeout: 60_000 }, () => {
  test.each(files)('%s', async (file) => {
    const extra = file.includes('independent') ? ['--independent'] : [];
    const args = ['check', '--model', modelOf(file), file, ...extra];
    const { code, stdout, stderr } = await program(folder, args);
    const path = join(folder, file.replace(/\.\w+$/, '.txt'));
    if (process.env.GOLDEN === 'write') writeFileSync(path, withoutTime(stdout));
    expect(withoutTime(stdout)).toBe(readFileSync(path, 'utf8'));
    expect([code, stderr]).toEqual([file.includes('legal') ? 0 : 1, '']);
  });

  test('an illegal history of every model', () => {
    const illegal = files.filter((file) => !file.includes('legal'));
    expect(new Set(illegal.map(modelOf))).toEqual(new Set(models.keys()));
  });
});
