import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileError } from './case-store.ts';

/**
 * Appends lines to a file that others append to as well: all of them in one write, and on lines of
 * their own even where an earlier writer was cut off. Folders are made as needed.
 *
 * @throws UsageError when it cannot be written
 */
export function appendLines(path: string, lines: readonly string[]): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a+');
    try {
      const { size } = fstatSync(file);
      const last = Buffer.alloc(1);
      const isTorn = size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
      writeSync(file, `${isTorn ? '\n' : ''}${lines.map((line) => `${line}\n`).join('')}`);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(error, path, 'written');
  }
}

/**
 * The text of such a file; empty when there is no such file yet.
 * @throws UsageError when it cannot be read
 */
export function readLineFile(path: string): string {
  if (!existsSync(path)) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, path, 'read');
  }
}
