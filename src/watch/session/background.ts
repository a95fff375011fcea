import type { CaseFile } from '../../record/case-file.ts';
import type { EventFilter, FollowTarget } from '../commands.ts';
import { CompareTask } from './compare-task.ts';
import { isEmptyFilter } from './event-lines.ts';
import { FollowCell, FollowStep, type FollowTask } from './follow-task.ts';
import type { Past } from './past.ts';
import { SearchTask } from './search-task.ts';
import type { Trail } from './trail.ts';

/** Steps between two looks at the clock. */
const chunkSteps = 512;

interface Saving {
  readonly past: Past;
  readonly trail: Trail;
  readonly path: string | undefined;
}

/** A case that has come to its end and can be written. */
export interface ReadyCase {
  readonly caseFile: CaseFile;
  readonly path: string | undefined;
}

/** What a session does beside the world that is shown, each in runs of its own. */
export class Background {
  search: SearchTask | undefined;
  follow: FollowTask | undefined;
  comparison: CompareTask | undefined;
  readonly #nowMs: () => number;
  readonly #drain: (() => void) | undefined;
  #saving: Saving | undefined;
  /** A run that is to stand behind the shown moment. */
  #refill: { readonly past: Past; readonly trail: Trail; readonly step: number } | undefined;

  constructor(nowMs: () => number, drain: (() => void) | undefined) {
    this.#nowMs = nowMs;
    this.#drain = drain;
  }

  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  /** @returns whether there was anything to do */
  work(untilMs: number): boolean {
    let isWorking = false;
    while (this.#nowMs() < untilMs) {
      const task = this.#current;
      if (task === undefined) break;
      isWorking = true;
      task(chunkSteps);
    }
    return isWorking;
  }

  /** @param step where a paused run is missing; undefined: nowhere */
  refill(past: Past, step: number | undefined, untilMs: number): boolean {
    if (this.#refill?.past !== past) this.#refill = undefined;
    if (this.#refill === undefined) {
      if (step === undefined) return false;
      this.#refill = { past, trail: past.fresh(), step };
    }
    const { trail, step: wanted } = this.#refill;
    while (trail.steps < wanted && !trail.done && this.#nowMs() < untilMs) {
      const before = trail.steps;
      trail.advance(Math.min(chunkSteps, wanted - before));
      if (trail.steps === before) return true;
    }
    if (trail.steps < wanted && !trail.done) return true;
    this.#refill = undefined;
    past.keep(trail);
    return true;
  }

  beginSearch(past: Past, filter: EventFilter): void {
    this.search = isEmptyFilter(filter) ? undefined : new SearchTask(past, filter, this.#drain);
  }

  /** @returns why not */
  beginFollow(past: Past, what: FollowTarget | null): string | undefined {
    this.follow = undefined;
    if (what === null) return undefined;
    if ('cell' in what) this.follow = new FollowCell(past, what.cell, what.group, this.#drain);
    else if ('step' in what) {
      if (!Number.isSafeInteger(what.step) || what.step < 1) return `there is no step ${what.step}`;
      this.follow = new FollowStep(past, what.step, undefined, this.#drain);
    } else {
      const [, step, to] = /^(\d+)\/[^>]+>([^/]+)\//.exec(what.message) ?? [];
      if (step === undefined || to === undefined) return 'that is no message';
      this.follow = new FollowStep(past, Number(step), to, this.#drain);
    }
    return undefined;
  }

  beginComparison(first: Past, second: Past, edit: string): void {
    this.comparison = new CompareTask(first, second, edit, this.#drain);
  }

  /** The case gets to its end first, so that the file can say what a replay must come to. */
  beginSaving(past: Past, path: string | undefined): void {
    this.#saving = { past, trail: past.fresh(), path };
  }

  /** The case to be written, once it has come to its end. */
  takeSaved(): ReadyCase | undefined {
    const saving = this.#saving;
    if (saving?.trail.done !== true) return undefined;
    this.#saving = undefined;
    const { trail, path, past } = saving;
    // A run in which the harness failed has no outcome that a replay could be held against.
    const caseFile = trail.fault === undefined ? trail.result().caseFile : past.caseFile;
    return { caseFile, path };
  }

  /** The past was changed: what was found in it is true no more. */
  forget(): void {
    this.search = undefined;
    this.follow = undefined;
    this.comparison = undefined;
    this.#refill = undefined;
  }

  get #current(): ((steps: number) => void) | undefined {
    const saving = this.#saving;
    if (saving !== undefined) {
      return saving.trail.done ? undefined : (steps) => saving.trail.advance(steps);
    }
    for (const task of [this.search, this.follow, this.comparison]) {
      if (task !== undefined && !task.complete) return (steps) => task.go(steps);
    }
    return undefined;
  }
}
