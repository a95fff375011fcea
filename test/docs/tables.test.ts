import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import raftStorm from '../../scenarios/raft-storm.ts';
import {
  beyondTolerance,
  calm,
  clocks,
  crashes,
  disks,
  everything,
  ladder,
  oneOf,
  operations,
  partitions,
  plainLedger,
  reigns,
  requestClients,
  rot,
  run,
  scenario,
  seconds,
} from '../../src/index.ts';
import { drawConfig } from '../../src/run/draw-config.ts';
import { runCase } from '../../src/run/run.ts';
import { raftKvProtocol } from '../../src/systems/raft/index.ts';
import { drawKvIntents } from '../../src/workload/draw-kv-intents.ts';
import { paddedKey, paddedValue } from '../../src/workload/kv-intents.ts';
import { kvClientSettings } from '../../src/workload/kv-knobs.ts';
import { optionOf } from '../../src/workload/kv-knowledge.ts';
import { familyArbitraries } from '../../src/workload/storms/fault-arbitraries.ts';
import { guidesWithLadder, ladderTable } from './ladder-table.ts';
import { root } from './session.ts';

const read = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');

/** Cells of the table rows below a heading, header and rule left out. */
function rowsBelow(document: string, heading: string): readonly (readonly string[])[] {
  const section = document.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.replaceAll('`', '').trim()),
    );
}

test.each(guidesWithLadder)('%s has every rung of its ladder, as the code has it', (guide) => {
  const document = readFileSync(join(root, guide), 'utf8');
  const hint = `npx node test/docs/refresh.ts ${guide} writes the table anew`;
  expect(document, hint).toContain(`\n${ladderTable(guide)}\n`);
});

describe('docs/faults.md', () => {
  const document = read('faults.md');

  test('explains every family that can be drawn, and no other', () => {
    const families = rowsBelow(document, 'The families').map(([name]) => name);
    expect(families.toSorted()).toEqual(Object.keys(familyArbitraries).toSorted());
  });

  test('marks the families that no storm within tolerance has', () => {
    const beyond = rowsBelow(document, 'The families')
      .filter(([, , survives]) => survives === 'beyond tolerance')
      .map(([name]) => name!);
    const within = Object.keys(everything().families);
    const all = Object.keys(beyondTolerance().families);
    expect(all.filter((name) => !within.includes(name)).toSorted()).toEqual(beyond.toSorted());
  });

  test('lists the storms there are, with the damage they declare', () => {
    const damages = { 'no damage': 'none', 'noticeable damage': 'noticeable', 'any damage': 'any' };
    const storms = {
      everything,
      partitions,
      crashes,
      clocks,
      disks,
      reigns,
      operations,
      rot,
      beyondTolerance,
      calm,
    };
    const rows = rowsBelow(document, 'Storms').map(([name, , damage]) => [name, damage]);
    expect(rows).toEqual(
      Object.entries(storms).map(([name, make]) => [`${name}()`, damages[make().damage]]),
    );
  });
});

describe('docs/not-generated.md', () => {
  test('says which options of which operation clients draw', () => {
    const drawn = new Set<string>();
    const { limits } = raftKvProtocol;
    const times = { startUs: 0, endUs: 7e6, settleUs: 9e6, finalReadsUs: 1e7 };
    for (let seed = 1; seed <= 2_000; seed++) {
      const config = drawConfig(raftStorm, seed);
      for (const intent of drawKvIntents(kvClientSettings(config), limits, times, seed)) {
        if (intent.do === 'restart' || intent.do === 'resend') continue;
        const value = 'value' in intent ? paddedValue(intent.value, intent.padTo) : '';
        drawn.add(`${intent.do} ${optionOf(intent, paddedKey(intent.key), value, limits)}`);
      }
    }
    const operations = ['get', 'put', 'append', 'cas', 'delete'];
    const told = rowsBelow(read('not-generated.md'), 'Operation and option').flatMap(
      ([option, ...cells]) =>
        operations
          .filter((_, index) => cells[index] === 'yes')
          .map((operation) => `${operation} ${option}`),
    );
    expect(told.toSorted()).toEqual([...drawn].toSorted());
  });
});

describe('docs/not-generated.md, on answers,', () => {
  const rows = rowsBelow(read('not-generated.md'), 'Answer and operation');

  test('names what Raft KV says, and nothing that does not happen', async () => {
    const refused = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const { operations } = await run(raftStorm, { seed, ladder: false });
      for (const label of Object.keys(operations)) {
        const [note, operation, answer] = label.split('/');
        if (note === 'refused') refused.add(`${operation} ${answer}`);
      }
    }
    const operations = ['get', 'put', 'append', 'cas', 'delete'];
    const possible = rows.flatMap(([answer, ...cells]) =>
      operations.filter((_, at) => cells[at] === 'yes').map((name) => `${name} ${answer}`),
    );
    expect([...refused].filter((cell) => !possible.includes(cell))).toEqual([]);
    expect(refused.size).toBeGreaterThan(10);
  });
});

describe('docs/replay.md', () => {
  test('names every field of a case file', async () => {
    const quiet = scenario({
      summary: 'Nothing happens',
      system: {
        name: 'idle',
        knobs: { nodes: oneOf(1) },
        node: () => ({ name: 'idle', create: () => null }),
      },
      clients: requestClients({
        ask: () => ({ kind: 'ask' }),
        answers: () => undefined,
      }),
      storm: calm(),
      ladder: ladder({ name: 'none', ghost: plainLedger(), rungs: [] }),
      phases: { form: 0, storm: seconds(1), settle: 0 },
    });
    const { caseFile } = await runCase(quiet, { seed: 1 });
    const fields = rowsBelow(read('replay.md'), 'Case files').map(([name]) => name);
    const { schema, ...rest } = caseFile;
    expect(schema).toBe('seedstorm-case/1');
    expect(fields.toSorted()).toEqual(Object.keys(rest).toSorted());
  });
});
