import { createHash } from 'node:crypto';
import type { CaseFile } from '../../record/case-file.ts';
import type { CandidateRunner } from './candidate-runner.ts';
import type { Tried } from './tried.ts';

/** Runs candidates, each once, and knows which of them fail in the way that is wanted. */
export class Attempts {
  /** Candidates that were run. */
  count = 0;
  /** How often each other failure was met on the way. */
  readonly otherKeys: Map<string, number> = new Map();
  readonly #runner: CandidateRunner;
  readonly #key: string;
  readonly #known = new Map<string, Promise<Tried>>();
  #stepLimit: number | undefined;
  #totalMs = 0;

  constructor(runner: CandidateRunner, key: string) {
    this.#runner = runner;
    this.#key = key;
  }

  /** Real time that a candidate takes, on average. */
  get meanMs(): number {
    return this.count === 0 ? 0 : this.#totalMs / this.count;
  }

  get width(): number {
    return this.#runner.width;
  }

  /** Candidates that take much longer than a failing run of so many steps are given up. */
  expect(steps: number): void {
    this.#stepLimit = 2 * steps + 2_000;
  }

  /**
   * What became of a candidate if it fails with the key that is wanted, else undefined. Its choices
   * are told if it has a list of them, so that those which it never met can be left out.
   */
  async attempt(file: CaseFile, choices: boolean = isListed(file)): Promise<Tried | undefined> {
    const { outcome: _, ...decides } = file;
    const name = createHash('sha1').update(JSON.stringify(decides)).digest('base64');
    const id = choices ? `${name}+` : name;
    let tried = this.#known.get(id);
    if (tried === undefined) {
      tried = this.#run(file, choices);
      this.#known.set(id, tried);
    }
    const result = await tried;
    return result.key === this.#key ? result : undefined;
  }

  async #run(file: CaseFile, choices: boolean): Promise<Tried> {
    this.count += 1;
    const limit = this.#stepLimit;
    const beganMs = performance.now();
    const tried = await this.#runner.try(file, {
      choices,
      ...(limit === undefined ? {} : { stepLimit: limit }),
    });
    this.#totalMs += performance.now() - beganMs;
    const { key } = tried;
    if (key !== undefined && key !== this.#key) {
      this.otherKeys.set(key, (this.otherKeys.get(key) ?? 0) + 1);
    }
    return tried;
  }
}

function isListed({ choices }: CaseFile): boolean {
  return choices.kind === 'calm' && choices.list.length > 0;
}
