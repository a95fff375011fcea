import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding, KnownFailure } from '../../record/gate-record.ts';
import { judgeKnown } from '../../record/known-failures.ts';
import { replayCaseCommand, replayCommand } from '../../record/replay-command.ts';
import type { RunRecord } from '../../record/run-record.ts';
import type { Config } from '../../sim/system-definition.ts';
import { fingerprint } from '../case-store.ts';
import type { ScenarioReference } from '../run-contract.ts';

const examples = 10;

/** What findings of one part share. */
export interface FindingContext {
  readonly reference: ScenarioReference;
  readonly cwd: string;
  readonly settings: Config;
  readonly known: readonly KnownFailure[];
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** Path of the pinned case that is run, if it is one. */
  readonly casePath?: string;
}

/** Groups red runs: a hundred seeds with one rung and one fingerprint are one finding. */
export class FindingGroups {
  readonly #context: FindingContext;
  readonly #byKey = new Map<string, Finding>();

  constructor(context: FindingContext) {
    this.#context = context;
  }

  /** Adds a red run, in order of seed. Gives the finding when no run before had its key. */
  add(record: RunRecord): Finding | undefined {
    const { violation, seed } = record;
    if (violation === undefined) return undefined;
    const name = `${violation.rung} ${violation.key}`;
    const before = this.#byKey.get(name);
    if (before === undefined) {
      const finding = this.#begin(record);
      this.#byKey.set(name, finding);
      return finding;
    }
    const seeds =
      seed !== null && before.seeds.length < examples ? [...before.seeds, seed] : before.seeds;
    this.#byKey.set(name, { ...before, count: before.count + 1, seeds });
    return undefined;
  }

  /** All findings so far, in the order of their first seeds. */
  get all(): readonly Finding[] {
    return [...this.#byKey.values()];
  }

  #begin(record: RunRecord): Finding {
    const { reference, settings, known, today, cwd, casePath } = this.#context;
    const { rung, title, statement, key } = record.violation!;
    const pairs = Object.entries(settings).map(([path, value]) => `${path}=${value}`);
    const file = relative(cwd, fileURLToPath(reference.moduleUrl)).split(sep).join('/');
    const { seed } = record;
    const finding: Finding = {
      scenario: reference.name,
      ...(file.startsWith('../') ? {} : { file }),
      rung,
      title,
      statement,
      key,
      fingerprint: fingerprint(key),
      count: 1,
      seeds: casePath === undefined && seed !== null ? [seed] : [],
      record,
      ...(record.case === undefined ? {} : { case: record.case }),
      replay:
        casePath === undefined && seed !== null
          ? replayCommand(reference.name, seed, pairs)
          : replayCaseCommand(casePath ?? record.case ?? ''),
    };
    return { ...finding, ...judgeKnown(finding, known, today) };
  }
}
