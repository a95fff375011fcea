/**
 * Loaded before the loop (`node --import`): ends this process the way `kill -9` does, at the write to
 * the journal that KILL_AT counts: before it, in the middle of it, or right after it (KILL_HOW).
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { openSync, writeSync } = fs;
const journals = new Set<number>();
const killAt = Number(process.env.KILL_AT);
const how = process.env.KILL_HOW;
let writes = 0;

fs.openSync = (path, ...rest) => {
  const descriptor = openSync(path, ...rest);
  if (String(path).endsWith('journal.jsonl')) journals.add(descriptor);
  return descriptor;
};

fs.writeSync = ((descriptor: number, text: string, ...rest: never[]) => {
  if (!journals.has(descriptor) || ++writes !== killAt) return writeSync(descriptor, text, ...rest);
  if (how === 'middle') writeSync(descriptor, text.slice(0, text.length / 2));
  if (how === 'after') writeSync(descriptor, text);
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing of the loop runs any more.
  for (;;);
}) as typeof fs.writeSync;

syncBuiltinESMExports();
