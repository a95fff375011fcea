/**
 * Follows guides and writes what commands print today into their `text` blocks. Where a block does
 * not fit at all, the whole output is put there, for a person to shorten with lines of `...`.
 *
 * Rewrites the table of a ladder as well, in the guides that have one.
 *
 *     npx node test/docs/refresh.ts README.md docs/*.md
 *     npx node test/docs/refresh.ts --packed docs/test-your-own-system.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packPackage } from '../package/pack.ts';
import { ladderTable, withLadderTable } from './ladder-table.ts';
import { refreshed, root, Session } from './session.ts';

const packed = process.argv.includes('--packed') ? packPackage() : undefined;

for (const name of process.argv.slice(2).filter((word) => !word.startsWith('--'))) {
  const path = join(root, name);
  const document = readFileSync(path, 'utf8');
  const lines = document.split('\n');
  const session = new Session(packed?.tarball);
  let shift = 0;
  for (const shown of session.follow(document)) {
    const { block, command, exitCode, errors, output } = shown;
    const at = lines.findIndex((line) => line.startsWith(command.given));
    if (at >= 0) lines[at] = lines[at]!.replace(command.given, command.line);
    const fine = exitCode === command.exitCode;
    console.log(`${fine ? 'ok ' : 'BAD'} ${exitCode} ${command.line}`);
    if (!fine) console.log([...output, errors].join('\n'));
    if (block === undefined) continue;
    const fitting = refreshed(shown);
    if (fitting === undefined) console.log('    its text is another one');
    const written = fitting ?? output;
    lines.splice(block.at + shift, block.lines.length, ...written);
    shift += written.length - block.lines.length;
  }
  if (packed === undefined) console.log(session.typeErrors());
  session.end();
  writeFileSync(path, withLadderTable(lines.join('\n'), ladderTable(name)));
}

packed?.remove();
