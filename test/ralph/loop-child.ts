import { writeSync } from 'node:fs';
import { commandWords } from '../../ralph/agent.ts';
import { climb } from '../../ralph/loop.ts';
import { readPlan } from '../../ralph/plan.ts';
import { generous } from './toy-limits.ts';
import { toyVerbs } from './toy-verbs.ts';

/** The loop over a toy project, as a process that a test can kill: `node loop-child.ts ROOT AGENT`. */
const [root = '', agent = ''] = process.argv.slice(2);

const record = await climb({
  root,
  plan: readPlan(`${root}/ralph/ladder.json`),
  planName: 'ralph/ladder.json',
  agent: { argv: commandWords(agent), wallMs: 20_000, idleMs: 20_000, environment: [] },
  commit: false,
  jobs: 1,
  limits: generous,
  signal: new AbortController().signal,
  verbs: () => toyVerbs,
});
writeSync(1, JSON.stringify(record));
