import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptResult, KeptResults, MutantRecord } from '../record/mutants-record.ts';
import { UsageError } from '../record/usage-error.ts';
import { fileError, writeWhole } from './case-store.ts';
import { commitOf } from './evidence.ts';
import type { MutantPatch } from './mutant-patch.ts';
import { hashOfFile } from './source-hash.ts';

/** Name of the file with kept results, in the folder of the patches. */
export const resultsName = 'results.json';

const schema = 'seedstorm-mutant-results/1';

/**
 * Reads kept results; undefined when none were ever kept.
 * @throws UsageError when the file cannot be read or is none
 */
export function readResults(folder: string): KeptResults | undefined {
  const path = join(folder, resultsName);
  if (!existsSync(path)) return undefined;
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as KeptResults;
    if (kept.schema === schema) return kept;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileError(error, path, 'read');
  }
  throw new UsageError(`not a file of ${schema}`, path, 'remove it, and keep the results anew');
}

/** Keeps results beside the patches, one by one, so that what is there survives any end. */
export class ResultKeeper {
  readonly #folder: string;
  readonly #system: string;
  readonly #seeds: readonly [from: number, to: number];
  readonly #sources: string;
  readonly #commit: { commit: string | null; dirty: boolean };
  readonly #order: readonly string[];
  #rungs: KeptResults['rungs'];
  readonly #results: Map<string, KeptResult>;

  /** @param sources hash of the sources without a mutant */
  constructor(
    folder: string,
    system: string,
    measured: {
      readonly root: string;
      readonly sources: string;
      readonly seeds: readonly [from: number, to: number];
      /** All patches of the folder: results of others are dropped. */
      readonly mutants: readonly MutantPatch[];
    },
  ) {
    const { root, sources, seeds, mutants } = measured;
    const before = readResults(folder);
    this.#folder = folder;
    this.#system = system;
    this.#seeds = seeds;
    this.#sources = sources;
    this.#commit = commitOf(root);
    this.#order = mutants.map(({ id }) => id);
    this.#rungs = before?.rungs ?? [];
    this.#results = new Map(before?.results.map((result) => [result.id, result]));
  }

  /** Notes the rungs of the ladder that was climbed. */
  ladder(rungs: KeptResults['rungs']): void {
    const others = this.#rungs.filter(({ id }) => !rungs.some((rung) => rung.id === id));
    this.#rungs = [...rungs, ...others];
  }

  /** @throws UsageError when the file cannot be written */
  keep(record: MutantRecord, file: string): void {
    const [from, to] = this.#seeds;
    const patch = hashOfFile(file);
    const sources = this.#sources;
    this.#results.set(record.id, { ...record, from, to, ...this.#commit, sources, patch });
    const kept: KeptResults = {
      schema,
      system: this.#system,
      rungs: this.#rungs,
      results: this.#order.flatMap((id) => this.#results.get(id) ?? []),
    };
    const path = join(this.#folder, resultsName);
    try {
      writeWhole(path, `${JSON.stringify(kept, undefined, 1)}\n`);
    } catch (error) {
      throw fileError(error, path, 'written');
    }
  }
}
