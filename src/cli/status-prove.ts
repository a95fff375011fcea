import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import type { ClaimCheck } from '../record/claims.ts';
import { claimOf } from '../record/parse-claims.ts';
import { proofOf, proofWords, sameScenario, sameSettings } from '../status/proof.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { computed, type StatusPlace } from './status-place.ts';
import type { Terminal } from './terminal.ts';

/** What to prove, and how. */
export interface ProofOptions {
  /** Ids of claims; undefined: all. */
  readonly ids: readonly string[] | undefined;
  /** Worker threads of each command; undefined: as the command sees fit. */
  readonly jobs: number | undefined;
}

/**
 * Runs what the claims need that are not held, one command after another; each leaves its own
 * evidence. One sweep serves all claims about the same scenario.
 *
 * @returns interrupted, or held: how the claims stand afterwards is told by the status
 * @throws UsageError when there is no such claim
 */
export async function proveClaims(
  place: StatusPlace,
  { ids, jobs }: ProofOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { record } = await computed(place);
  const { readClaims } = await import('../run/evidence.ts');
  const claims = readClaims(place.root, place.name);
  const wanted = new Set(ids?.map((id) => claimOf(claims, id).id));
  const open = record.claims.filter(
    ({ claim, state }) => state !== 'HELD' && (ids === undefined || wanted.has(claim.id)),
  );
  const checks = together(open.map(({ claim }) => claim.check));
  let interrupted = false;
  const interrupt = catchInterrupt(() => {
    interrupted = true;
  });
  try {
    for (const [at, check] of checks.entries()) {
      if (interrupted) break;
      terminal.note(`${terminal.notePaint.strong(`${at + 1}/${checks.length}`)} ${proofOf(check)}`);
      await prove(check, place, jobs, terminal);
    }
  } finally {
    interrupt.release();
  }
  return interrupted ? exitCode.interrupted : exitCode.held;
}

/** Checks that one command can serve, made one. */
export function together(checks: readonly ClaimCheck[]): readonly ClaimCheck[] {
  const made: ClaimCheck[] = [];
  for (const check of checks) {
    const at = made.findIndex((other) => servedTogether(other, check));
    const other = made[at];
    if (other === undefined) made.push(check);
    else made[at] = union(other, check);
  }
  return made;
}

function servedTogether(one: ClaimCheck, other: ClaimCheck): boolean {
  if (one.kind === 'command' || other.kind === 'command') {
    return one.kind === 'command' && other.kind === 'command' && one.run === other.run;
  }
  if (one.kind === 'mutants' || other.kind === 'mutants') {
    return one.kind === 'mutants' && other.kind === 'mutants' && one.system === other.system;
  }
  const { kind, scenario, set } = other;
  return (
    one.kind === kind && sameScenario(one.scenario, scenario) && sameSettings(one.set ?? {}, set)
  );
}

function union(one: ClaimCheck, other: ClaimCheck): ClaimCheck {
  if (one.kind === 'mutants' && other.kind === 'mutants') {
    const { mutants: _, ...rest } = one;
    if (one.mutants === undefined || other.mutants === undefined) return rest;
    return { ...one, mutants: [...new Set([...one.mutants, ...other.mutants])] };
  }
  if ('seeds' in one && 'seeds' in other) return one.seeds >= other.seeds ? one : other;
  return one;
}

/** Runs the command of a check; those of seedstorm with the running program. */
async function prove(
  check: ClaimCheck,
  place: StatusPlace,
  jobs: number | undefined,
  terminal: Terminal,
): Promise<void> {
  const { root, logs } = place;
  if (check.kind !== 'command') {
    const program = [...process.execArgv, process.argv[1]!, ...proofWords(check)];
    if (jobs !== undefined && check.kind !== 'doctor') program.push('--jobs', String(jobs));
    await ended(spawn(process.execPath, program, toNotes(root)));
    return;
  }
  const { appendEvidence, beginEvidence } = await import('../run/evidence.ts');
  const start = beginEvidence(root, 'status', process.argv.slice(2));
  const child = spawn(check.run, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-10 * kept);
    });
  }
  const code = await ended(child);
  const output = endOf(printed, root);
  appendEvidence(logs, start, { kind: 'command', run: check.run, exitCode: code, output });
  if (code !== 0) terminal.note(output);
}

/** What such a command prints is chatter here: the data of `status` is the status. */
function toNotes(cwd: string): SpawnOptions {
  return { cwd, stdio: ['ignore', 2, 2] };
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
}

/** Characters of the output that evidence keeps. */
const kept = 400;

/** The end of what was printed, without colours and without the path of this machine. */
function endOf(printed: string, root: string): string {
  return stripVTControlCharacters(printed).replaceAll(root, '.').trimEnd().slice(-kept);
}
