import type { CaseFile } from '../../record/case-file.ts';
import { buildCase, phaseTimes } from '../../run/build-case.ts';
import type { RunInput } from '../../run/run-contract.ts';
import type { Scenario } from '../../run/scenario-contract.ts';
import type { Intervention, PlanEdit, WatchCommand } from '../commands.ts';
import type { Notice, RunOutcome, WatchSnapshot } from '../snapshot.ts';
import { Background } from './background.ts';
import { Cursor } from './cursor.ts';
import { editedCase } from './edits.ts';
import type { WindowWish } from './event-window.ts';
import { outcomeOf } from './frame.ts';
import { stepGoal, timeGoal } from './goals.ts';
import { wishOf } from './interventions.ts';
import { Moves } from './moves.ts';
import { Past } from './past.ts';
import { Player } from './player.ts';
import { assemble } from './snapshots.ts';
import type { Trail } from './trail.ts';

/** What a session needs from where it runs. */
export interface SessionOptions {
  readonly scenario: Scenario;
  readonly input: RunInput;
  /** Name of the scenario, for the case file. */
  readonly name: string;
  /** Milliseconds of real time. */
  readonly nowMs: () => number;
  /** Runs pending promises of components. */
  readonly drain?: () => void;
  /** Writes a case file; gives back where. May throw a UsageError. */
  readonly save: (caseFile: CaseFile, path: string | undefined) => string;
}

/**
 * Drives one world for a person who watches: plays it, goes anywhere in its past, and changes it.
 *
 * It does its work in slices (`work`) between which commands may come, in one thread and without a
 * clock of its own, so that it can be tested step by step. Where the run stands is the moment that
 * is shown; whatever is searched, followed or compared runs beside it in runs of its own.
 */
export class Session {
  /** Rises with whatever a person could see. */
  version = 0;
  readonly #options: SessionOptions;
  readonly #cursor: Cursor;
  readonly #player: Player;
  readonly #background: Background;
  readonly #moves: Moves;
  readonly #marks = new Map<number, number>();
  #playing = false;
  #window: WindowWish = { rows: 40, back: 0, filter: {} };
  #notice: Notice | undefined;
  #saved: string | undefined;
  #unsaved = 0;

  /** @throws UsageError when the input does not fit the scenario */
  constructor(options: SessionOptions) {
    this.#options = options;
    const { scenario, input, name, nowMs, drain } = options;
    const past = new Past(scenario, buildCase(scenario, input, name), drain);
    this.#cursor = new Cursor(scenario, past, (trail, missed) => {
      if (missed === undefined) this.#sayHowItEnded(trail);
      else this.#say('warning', missed);
    });
    this.#moves = new Moves(this.#cursor, phaseTimes(scenario).endUs, {
      warn: (text) => this.#say('warning', text),
      over: (trail) => this.#sayHowItEnded(trail),
    });
    this.#player = new Player(nowMs);
    this.#background = new Background(nowMs, drain);
  }

  /** The case of what is shown, with all that was done by hand. */
  get caseFile(): CaseFile {
    return this.#cursor.past.caseFile;
  }

  /** Whether it neither plays nor is on its way anywhere. */
  get isStill(): boolean {
    return !this.#playing && this.#cursor.way === undefined;
  }

  /** How the run ended, if its end was ever reached. */
  get outcome(): RunOutcome | undefined {
    const { trail, past } = this.#cursor;
    const last = trail?.done === true ? trail : past.atFurthest();
    return last === undefined ? undefined : outcomeOf(last);
  }

  /** How many paused runs are kept. */
  get keptRuns(): number {
    return this.#cursor.past.trails.length;
  }

  // ---------------------------------------------------------------- work

  /**
   * Works for at most so many milliseconds.
   * @returns milliseconds until there is more to do; Infinity: nothing until a command comes
   */
  work(budgetMs: number): number {
    const { nowMs } = this.#options;
    const untilMs = nowMs() + budgetMs;
    const { way, trail } = this.#cursor;
    if (way !== undefined) {
      this.version++;
      this.#cursor.work(way, untilMs, nowMs);
      return 0;
    }
    const waitMs = this.#playing && trail !== undefined ? this.#play(trail, budgetMs) : undefined;
    if (this.#background.work(untilMs)) {
      this.version++;
      this.#finishSaving();
      return 0;
    }
    if (waitMs !== undefined) return waitMs;
    const { past, place } = this.#cursor;
    const isRefilling = this.#background.refill(past, past.missingBehind(place.step), untilMs);
    return isRefilling ? 0 : Number.POSITIVE_INFINITY;
  }

  #play(trail: Trail, budgetMs: number): number {
    const share = this.#background.isBusy ? budgetMs / 2 : budgetMs;
    const waitMs = this.#player.play(trail, this.#options.nowMs() + share);
    this.#cursor.past.noteReached(trail);
    this.version++;
    if (!trail.done) return waitMs;
    this.#playing = false;
    this.#sayHowItEnded(trail);
    return 0;
  }

  // ---------------------------------------------------------------- commands

  /** Does what a person asks, or begins to. */
  command(command: WatchCommand): void {
    this.version++;
    switch (command.kind) {
      case 'play':
        this.#startPlaying();
        return;
      case 'pause':
        this.#stop();
        return;
      case 'toggle':
        if (this.#playing) this.#stop();
        else this.#startPlaying();
        return;
      case 'speed':
        this.#player.setSpeed(command.index);
        return;
      case 'faster':
        this.#player.setSpeed(this.#player.speed + 1);
        return;
      case 'slower':
        this.#player.setSpeed(this.#player.speed - 1);
        return;
      case 'step':
        this.#stop();
        this.#moves.step(command);
        return;
      case 'jump':
        this.#stop();
        this.#moves.jump(command, this.#marks);
        return;
      case 'seek':
        this.#stop();
        this.#moves.seek(command.to);
        return;
      case 'mark':
        this.#mark(command.step);
        return;
      default:
        this.#ask(command);
        return;
    }
  }

  /** Commands that are not about where the run stands. */
  #ask(command: WatchCommand): void {
    switch (command.kind) {
      case 'filter':
        this.#window = { ...this.#window, filter: command.filter };
        return;
      case 'window':
        this.#window = { ...this.#window, rows: command.rows, back: command.back };
        return;
      case 'search':
        this.#background.beginSearch(this.#cursor.past, command.filter);
        return;
      case 'follow':
        this.#sayIf(this.#background.beginFollow(this.#cursor.past, command.what));
        return;
      case 'intervene':
        this.#cursor.withTrail((trail) => this.#intervene(trail, command.what));
        return;
      case 'undo':
        this.#undo();
        return;
      case 'compare':
        this.#sayIf(this.#compare(command.edit));
        return;
      case 'adopt':
        this.#adopt();
        return;
      case 'dismiss':
        this.#background.comparison = undefined;
        return;
      case 'save':
        this.#background.beginSaving(this.#cursor.past, command.path);
        return;
      default:
        // The host follows directories and ends sessions.
        return;
    }
  }

  #startPlaying(): void {
    this.#cursor.withTrail((trail) => {
      this.#player.reset();
      if (trail.done) this.#sayHowItEnded(trail);
      else this.#playing = true;
    });
  }

  /** Ends playing, and gives up a way that somebody is on. */
  #stop(): void {
    this.#playing = false;
    this.#cursor.halt();
    this.#player.reset();
  }

  #mark(step: number = this.#cursor.place.step): void {
    if (this.#marks.delete(step)) return;
    const traced = this.#cursor.traced?.run.world.trace.step(step);
    this.#marks.set(step, traced?.timeUs ?? this.#cursor.place.timeUs);
  }

  // ---------------------------------------------------------------- changing

  #intervene(trail: Trail, what: Intervention): void {
    if (trail.done) {
      this.#say('warning', 'the run is over: go back to change something');
      return;
    }
    const wish = wishOf(trail.run.world, this.#options.scenario, what);
    if ('refused' in wish) {
      this.#say('warning', wish.refused);
      return;
    }
    const { past } = this.#cursor;
    past.amend(trail, [wish.fault]);
    this.#forget();
    this.#unsaved++;
    // Shown at once, and not only when somebody goes on.
    trail.advance(Number.POSITIVE_INFINITY, wish.atUs);
    past.noteReached(trail);
    this.#player.reset();
    const story = trail.chronicle.faults[past.caseFile.plan.length - 1];
    if (story === undefined) this.#say('warning', 'it does not happen');
    else this.#say(story.state === 'refused' ? 'warning' : 'good', story.text);
  }

  #undo(): void {
    const cursor = this.#cursor;
    this.#stop();
    const { timeUs } = cursor.place;
    const { past } = cursor;
    cursor.takeUp(past);
    const fault = past.takeBack();
    if (fault === undefined) {
      this.#say('warning', 'nothing was done by hand');
      cursor.go(timeGoal(timeUs));
      return;
    }
    this.#unsaved = Math.max(0, this.#unsaved - 1);
    this.#forget();
    this.#say('good', `taken back: ${fault.kind}`);
    cursor.go(timeGoal('atUs' in fault.when ? Math.min(timeUs, fault.when.atUs - 1) : timeUs));
  }

  /** @returns why not */
  #compare(edit: PlanEdit): string | undefined {
    const { past } = this.#cursor;
    const edited = editedCase(past.caseFile, edit, past.handmade);
    if ('refused' in edited) return edited.refused;
    const second = new Past(this.#options.scenario, edited.caseFile, this.#options.drain);
    second.handmade = edited.handmade;
    this.#background.beginComparison(past, second, edited.text);
    return undefined;
  }

  #adopt(): void {
    const { comparison } = this.#background;
    if (comparison === undefined) {
      this.#say('warning', 'nothing is compared');
      return;
    }
    const cursor = this.#cursor;
    this.#stop();
    const step = comparison.partingStep ?? cursor.place.step;
    cursor.takeUp(comparison.second);
    this.#forget();
    this.#unsaved++;
    this.#say('good', `this is the run ${comparison.edit} now`);
    cursor.go(stepGoal(step));
  }

  /** What was known of the time after a change is true no more. */
  #forget(): void {
    this.#cursor.forget();
    this.#background.forget();
  }

  #finishSaving(): void {
    const ready = this.#background.takeSaved();
    if (ready === undefined) return;
    try {
      this.#saved = this.#options.save(ready.caseFile, ready.path);
      this.#unsaved = 0;
      this.#say('good', `saved: seedstorm replay ${this.#saved}`);
    } catch (error) {
      this.#say('bad', error instanceof Error ? error.message : String(error));
    }
  }

  // ---------------------------------------------------------------- telling

  /** Everything that a screen shows now. */
  snapshot(): WatchSnapshot {
    return assemble({
      scenario: this.#options.scenario,
      cursor: this.#cursor,
      playing: this.#playing,
      player: this.#player,
      window: this.#window,
      marks: this.#marks,
      background: this.#background,
      notice: this.#notice,
      unsaved: this.#unsaved,
      saved: this.#saved,
    });
  }

  #sayIf(refusal: string | undefined): void {
    if (refusal !== undefined) this.#say('warning', refusal);
  }

  #say(tone: Notice['tone'], text: string): void {
    this.#notice = { number: (this.#notice?.number ?? 0) + 1, tone, text };
  }

  #sayHowItEnded(trail: Trail): void {
    const outcome = outcomeOf(trail);
    if (outcome === undefined) return;
    const { verdict, violation, reasons } = outcome;
    const tone = verdict === 'held' ? 'good' : verdict === 'inconclusive' ? 'warning' : 'bad';
    const why =
      violation === undefined ? (reasons[0] ?? '') : `${violation.rung} ${violation.title}`;
    this.#say(tone, why === '' ? `the run is over: ${verdict}` : `${verdict}: ${why}`);
  }
}
