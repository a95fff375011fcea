import type { CaseFile } from '../../record/case-file.ts';
import type { CaseSize } from '../../record/shrink-record.ts';
import type { NamedChoice } from '../../sim/choices.ts';
import type { Config, Setting } from '../../sim/system-definition.ts';
import { calmValues, knobsOf } from '../draw-config.ts';
import type { Scenario } from '../scenario-contract.ts';
import type { Attempts } from './attempts.ts';
import { firstAccepted, minimal, type SearchOptions } from './delta-debugging.ts';
import { calmChoices, withChoices, withEarlierChoices } from './noise.ts';
import { reAimed } from './re-aimed.ts';
import { simplerValues } from './simpler-values.ts';
import { smallerValues, withFewerNodes } from './smaller-clusters.ts';
import { soonerCases } from './time-line.ts';
import type { Tried } from './tried.ts';

/** How far shrinking is. */
export interface ShrinkProgress {
  /** What is being made smaller: `plan`, `operations`, `noise` and so on. */
  readonly pass: string;
  readonly before: CaseSize;
  readonly now: CaseSize;
  /** Candidates that were run so far. */
  readonly candidates: number;
}

/** What a shrinker needs beside the case. */
export interface ShrinkerOptions extends Omit<SearchOptions, 'width'> {
  readonly scenario: Scenario;
  readonly attempts: Attempts;
  readonly onProgress: (progress: ShrinkProgress) => void;
  /** Told of each smaller case that fails. */
  readonly onBest: (file: CaseFile) => void;
  /** Real time that is left, in milliseconds. */
  leftMs(): number;
}

/** Rounds in which no long pass may take all the time, and which these are. */
const hastyRounds = 2;
const longPasses: ReadonlySet<string> = new Set(['plan', 'operations', 'settings']);
/** Noise is drawn anew so often for a smaller cluster: at first, and when little else is left. */
const redraws = { early: 10, late: 24 } as const;
/** Candidates that take longer than this are made smaller first. */
const slowMs = 1_000;
/** Values are simplified only where few faults and operations are left. */
const fewElements = 120;

/**
 * Makes a case smaller that fails with a certain key: settings, plan, operations and noise in turn,
 * until a whole round changes nothing.
 */
export class Shrinker {
  best: CaseFile;
  size: CaseSize;
  readonly before: CaseSize;
  readonly #options: ShrinkerOptions;
  readonly #search: SearchOptions;
  readonly #calm: Config;
  #pass = '';
  #changed = false;
  /** Which part of the time that is left a pass may take, when it has to end, and whether one did. */
  #share = 1;
  #passEndMs = Number.POSITIVE_INFINITY;
  #wasCut = false;

  /** @param first what became of the case as it is, with its choices */
  constructor(file: CaseFile, first: Tried, options: ShrinkerOptions) {
    this.#options = options;
    this.#search = { width: options.attempts.width, isOver: () => this.#isOver() };
    this.#calm = calmValues(options.scenario, file.config);
    this.best = file;
    this.size = this.#sizeOf(file, first.choices?.length ?? 0);
    this.before = this.size;
    options.attempts.expect(first.steps);
  }

  /** @returns whether it came to an end: nothing more can be taken away */
  async run(): Promise<boolean> {
    await this.#leap();
    for (let round = 1; !this.#options.isOver(); round++) {
      this.#wasCut = false;
      this.#changed = false;
      // At first nobody may take the time of the others; the last word is had without haste.
      this.#share = round <= hastyRounds ? 2 / 5 : 1;
      if (round === 1 && this.#options.attempts.meanMs < slowMs) await this.#nodes(redraws.early);
      await this.#plan();
      await this.#intents();
      await this.#sooner();
      await this.#nodes(redraws.late);
      await this.#settings();
      await this.#noise();
      await this.#values();
      this.#passEndMs = Number.POSITIVE_INFINITY;
      if (!this.#changed && !this.#wasCut && !this.#isOver()) return true;
    }
    return false;
  }

  /** Whether time is up: for all of it, or for this pass. */
  #isOver(): boolean {
    if (this.#options.isOver()) return true;
    if (performance.now() < this.#passEndMs) return false;
    this.#wasCut = true;
    return true;
  }

  /** Most failures do not need the weather: if so, all that follows is quick. */
  async #leap(): Promise<void> {
    this.#begin('weather');
    const calmWeather: Record<string, Setting> = { ...this.best.config };
    for (const path of Object.keys(calmWeather)) {
      if (/^(net|disk|clock|scheduler|maybe)\./.test(path)) {
        calmWeather[path] = this.#calm[path] ?? calmWeather[path]!;
      }
    }
    const quiet = { ...this.best, config: calmWeather };
    await this.#firstOf([withChoices(quiet, []), withChoices(this.best, []), quiet]);
  }

  async #plan(): Promise<void> {
    this.#begin('plan');
    const file = this.best;
    await this.#list(file.plan, (plan) => ({ ...file, plan }));
  }

  async #intents(): Promise<void> {
    this.#begin('operations');
    const file = this.best;
    await this.#list(file.intents, (intents) => ({ ...file, intents }));
  }

  /** Settings to their calm values, then clients as few as can be. */
  async #settings(): Promise<void> {
    this.#begin('settings');
    const file = this.best;
    const off = this.#unquiet(file.config);
    await this.#list(off, (paths) => {
      const left = new Set(paths);
      const config: Record<string, Setting> = { ...file.config };
      for (const path of off) if (!left.has(path)) config[path] = this.#calm[path]!;
      return { ...file, config };
    });
    for (const path of this.#unquiet(this.best.config)) {
      const domain = knobsOf(this.#options.scenario).get(path)?.domain;
      const now = this.best;
      const smaller = smallerValues(domain, Number(now.config[path]));
      await this.#firstOf(
        smaller.map((value) => ({ ...now, config: { ...now.config, [path]: value } })),
      );
    }
  }

  async #nodes(redrawn: number): Promise<void> {
    this.#begin('nodes');
    const domain = knobsOf(this.#options.scenario).get('nodes')?.domain;
    if (this.#options.scenario.fixed?.nodes !== undefined) return;
    await this.#firstOf(withFewerNodes(this.best, domain, redrawn));
  }

  /** All that happens, happens sooner. */
  async #sooner(): Promise<void> {
    this.#begin('pauses');
    if (this.best.plan.length + this.best.intents.length > fewElements) return;
    while (!this.#isOver() && (await this.#firstOf(soonerCases(this.best)))) {}
  }

  async #noise(): Promise<void> {
    this.#begin('noise');
    const file = this.best;
    if (await this.#firstOf(this.#withoutNoise(file))) return;
    const tried = await this.#options.attempts.attempt(file, true);
    const list = tried?.choices ?? [];
    if (this.#isOver() || list.length === 0) return;
    if (file.choices.kind === 'seed') {
      // The same run, told in another way.
      const same = await this.#options.attempts.attempt(withChoices(file, list));
      if (same === undefined) return;
      this.#accept(withChoices(file, list), same.choices ?? list);
    }
    await calmChoices(
      file,
      list,
      async (candidate) => {
        const result = await this.#options.attempts.attempt(candidate);
        return result === undefined ? undefined : (result.choices ?? []);
      },
      this.#search,
      (shorter) => this.#accept(withChoices(file, shorter), shorter),
    );
  }

  /** With no noise at all: as it is, or with faults aimed anew where noise did that. */
  #withoutNoise(file: CaseFile): readonly CaseFile[] {
    const { choices } = file;
    if (choices.kind === 'calm' && choices.list.length === 0) return [];
    const calm = withChoices(file, []);
    return [calm, ...reAimed(calm)];
  }

  async #values(): Promise<void> {
    this.#begin('values');
    while (!this.#isOver() && (await this.#firstOf(withEarlierChoices(this.best)))) {}
    if (this.best.plan.length + this.best.intents.length > fewElements) return;
    for (const part of ['plan', 'intents'] as const) {
      for (let at = 0; at < this.best[part].length; at++) {
        let simpler = true;
        while (simpler && !this.#isOver()) {
          const file = this.best;
          const variants = simplerValues(file[part][at]).map((value) => ({
            ...file,
            [part]: file[part].map((old, i) => (i === at ? value : old)),
          }));
          simpler = await this.#firstOf(variants);
        }
      }
    }
  }

  async #list<T>(items: readonly T[], build: (kept: readonly T[]) => CaseFile): Promise<void> {
    await minimal(
      items,
      async (kept) => {
        const tried = await this.#options.attempts.attempt(build(kept));
        return tried === undefined ? undefined : kept;
      },
      { ...this.#search, onKept: (kept) => this.#accept(build(kept)) },
    );
  }

  /** Takes the first of some cases that still fails. */
  async #firstOf(candidates: readonly CaseFile[]): Promise<boolean> {
    const { attempts } = this.#options;
    const found = await firstAccepted(
      candidates.length,
      (at) => attempts.attempt(candidates[at]!),
      this.#search,
    );
    if (found === undefined) return false;
    attempts.expect(found.result.steps);
    this.#accept(candidates[found.at]!, found.result.choices);
    return true;
  }

  #accept(file: CaseFile, choices?: readonly NamedChoice[]): void {
    this.#changed = true;
    // Choices that the run never met decide nothing.
    const isListed = file.choices.kind === 'calm' && choices !== undefined;
    this.best = isListed ? withChoices(file, choices) : file;
    const count =
      this.best.choices.kind === 'calm' ? this.best.choices.list.length : this.size.choices;
    this.size = this.#sizeOf(this.best, count);
    this.#options.onBest(this.best);
    this.#tell();
  }

  #begin(pass: string): void {
    this.#pass = pass;
    const { leftMs } = this.#options;
    const isLong = longPasses.has(pass) && this.#share < 1;
    this.#passEndMs = isLong ? performance.now() + leftMs() * this.#share : Infinity;
    this.#tell();
  }

  #tell(): void {
    this.#options.onProgress({
      pass: this.#pass,
      before: this.before,
      now: this.size,
      candidates: this.#options.attempts.count,
    });
  }

  /** Paths of settings that are not calm. */
  #unquiet(config: Config): readonly string[] {
    return Object.keys(config).filter(
      (path) =>
        path !== 'nodes' && this.#calm[path] !== undefined && config[path] !== this.#calm[path],
    );
  }

  #sizeOf(file: CaseFile, choices: number): CaseSize {
    return {
      nodes: Number(file.config.nodes),
      clients: this.#options.scenario.clients.count(file.config),
      faults: file.plan.length,
      operations: file.intents.length,
      choices,
      settings: this.#unquiet(file.config).length,
    };
  }
}
