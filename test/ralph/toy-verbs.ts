import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunVerb, VerbEnd } from '../../ralph/tree-verbs.ts';

/**
 * Verbs of seedstorm over a toy whose source names the laws that it breaks (`breaks L2`), so that a
 * loop takes a moment: files, git, processes and logs around it are real. Each law is found by the
 * toy's judge only as long as `invariants/laws.ts` lists it, which is what a planted bug shows.
 */
export const toyVerbs: RunVerb = async (tree, args) => {
  const [verb = '', subject = ''] = args;
  const source = readFileSync(join(tree, 'src/system.ts'), 'utf8');
  if (source.includes('syntax error')) return end(2, undefined, 'error: it cannot be loaded');
  const option = (name: string): string => args[args.indexOf(name) + 1] ?? '';
  const laws = args.includes('--rungs') ? option('--rungs').split(',') : ['L1', 'L2', 'L3'];
  const broken = (among: readonly string[]): string | undefined =>
    among.find((law) => new RegExp(`breaks ${law}\\b`).test(source));
  switch (verb) {
    case 'doctor':
      keep(tree, { by: verb, scenario: subject });
      return end(0, {});
    case 'sweep': {
      const [from = 0, to = 0] = option('--seeds').split('..').map(Number);
      const law = broken(laws);
      keep(tree, { by: verb, scenario: subject, from, to, law: law ?? null });
      const failures =
        law === undefined
          ? []
          : [
              {
                seed: from,
                rung: law,
                title: `law ${law}`,
                key: law,
                case: caseFile(tree, law, from),
              },
            ];
      const digest = '0123456789abcdef';
      const record = {
        schema: 'seedstorm-sweep/1',
        reasons: [],
        held: to - from + 1,
        digest,
        failures,
      };
      return end(law === undefined ? 0 : 1, record);
    }
    case 'run': {
      const law = broken(laws);
      const path = law === undefined ? undefined : caseFile(tree, law, Number(option('--seed')));
      return ofRun(subject, law, path);
    }
    case 'replay': {
      const { law, scenario } = JSON.parse(readFileSync(at(tree, subject), 'utf8')) as Case;
      return ofRun(scenario, broken([law]), undefined);
    }
    case 'shrink': {
      copyFileSync(at(tree, subject), at(tree, option('--out')));
      const after = { faults: 1, operations: 1, choices: 0 };
      return end(1, { schema: 'seedstorm-shrink/1', after, reductionPercent: 90, minimal: true });
    }
    case 'explain': {
      const { law } = JSON.parse(readFileSync(at(tree, subject), 'utf8')) as Case;
      return end(1, undefined, '', `The story of ${law}.`);
    }
    case 'mutants': {
      const judged = readFileSync(join(tree, 'invariants/laws.ts'), 'utf8');
      const mutants = option('--only')
        .split(',')
        .map((id) => {
          const isFound = judged.includes(id.replace('M', 'L'));
          return {
            id,
            title: `bug ${id}`,
            status: isFound ? 'killed' : 'survived',
            rung: 'L',
            seedsToKill: 1,
          };
        });
      const alive = mutants.some(({ status }) => status === 'survived');
      return end(alive ? 1 : 0, { schema: 'seedstorm-mutants/1', baselines: [], mutants });
    }
    default:
      throw new Error(`no verb ${verb}`);
  }
};

interface Case {
  readonly law: string;
  readonly scenario: string;
}

function at(tree: string, path: string): string {
  return path.startsWith('/') ? path : join(tree, path);
}

function ofRun(scenario: string, law: string | undefined, path: string | undefined): VerbEnd {
  if (law === undefined) return end(0, { scenario, verdict: 'held' });
  const violation = {
    rung: law,
    title: `law ${law}`,
    statement: `${law} holds.`,
    key: law,
    virtualUs: 1_000,
    step: 1,
    nodes: ['n1'],
    values: { one: 1 },
  };
  return end(1, {
    scenario,
    verdict: 'broken',
    violation,
    ...(path === undefined ? {} : { case: path }),
  });
}

function caseFile(tree: string, law: string, seed: number): string {
  const path = `logs/failures/toy-${law}-${seed}.json`;
  mkdirSync(join(tree, 'logs/failures'), { recursive: true });
  writeFileSync(join(tree, path), JSON.stringify({ law, scenario: 'toy', seed }));
  return path;
}

function keep(tree: string, line: Readonly<Record<string, unknown>>): void {
  mkdirSync(join(tree, 'logs'), { recursive: true });
  appendFileSync(
    join(tree, 'logs/runs.jsonl'),
    `${JSON.stringify({ at: performance.now(), ...line })}\n`,
  );
}

function end(code: number, json: unknown, stderr = '', stdout = ''): VerbEnd {
  return { code, json, stdout, stderr, wallMs: 1, why: `exit code ${code}` };
}
