import { expect, test } from 'vitest';
import type { CaseFile } from '../record/case-file.ts';
import { parseCase } from '../record/parse-case.ts';
import { caseText } from './case-text.ts';

const choice = { stream: 'net/n1>n2', point: 'latency', key: -5, occurrence: 1, value: 9 };
const base = {
  schema: 'seedstorm-case/1',
  scenario: 'x',
  config: { nodes: 3, 'raft.preVote': true },
  plan: [{ kind: 'kill', target: { node: 'n1' }, when: { atUs: 5 }, durationUs: 7 }],
  intents: [1, { do: 'get' }],
  identityVersions: { a: 1 },
} as const;

test('the text of a case is the case, a fault, an operation or a choice a line', () => {
  const files: readonly CaseFile[] = [
    { ...base, choices: { kind: 'calm', list: [choice, choice] } },
    { ...base, plan: [], intents: [], choices: { kind: 'calm', list: [] } },
    {
      ...base,
      choices: { kind: 'seed', seed: 7, overrides: [choice], forks: [[5, 1]] },
      outcome: { verdict: 'broken', rung: 'T1', key: 'T1', step: 5, digest: 'ab' },
    },
  ];
  for (const file of files) {
    const text = caseText(file);
    expect(parseCase(text, 'a.json')).toEqual(file);
    const lines = text.split('\n').map((line) => line.trim().replace(/,$/, ''));
    for (const one of [...file.plan, ...file.intents]) expect(lines).toContain(JSON.stringify(one));
  }
});
