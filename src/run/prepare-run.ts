import type { LadderRun, Phase, RungReport, Violation } from '../checkers/ladder-contract.ts';
import type { CaseFile } from '../record/case-file.ts';
import { HarnessFault } from '../record/harness-fault.ts';
import { combineObservers } from '../sim/combine-observers.ts';
import type { LogValue } from '../sim/env.ts';
import { environmentFromConfig } from '../sim/environment.ts';
import type { Fault } from '../sim/fault-plan.ts';
import { type FaultBudget, OpenBudget, ToleranceBudget } from '../sim/faults/budget.ts';
import { createNemesis } from '../sim/faults/nemesis.ts';
import { KeyedChoices } from '../sim/keyed-choices.ts';
import type { WorldObserver } from '../sim/observer.ts';
import { World } from '../sim/world.ts';
import type { Nemesis } from '../sim/world-control.ts';
import type { SliceEnd } from '../sim/world-options.ts';
import type { HistoryLike } from '../workload/clients-definition.ts';
import { type ActiveRun, whileActive } from './active-run.ts';
import { buildCase, buildNodes, phaseTimes } from './build-case.ts';
import { EventRecorder, errorText } from './event-recorder.ts';
import { everyStepEnds, withEveryStepEnds } from './every-step-ends.ts';
import { PulsingChoices, pulseJudging, pulsingObservers } from './pulse.ts';
import { RunCensus } from './run-census.ts';
import type { Run, RunInput, RunOptions, RunResult } from './run-contract.ts';
import { makeResult } from './run-result.ts';
import type { Scenario } from './scenario-contract.ts';

const defaultStepLimit = 1_000_000;

interface Stage {
  readonly untilUs: number;
  /** What is done when the stage begins. */
  readonly enter: () => void;
}

/**
 * Builds a world for an input and stands before its first step. Nothing here depends on the host,
 * and nothing is shared with other runs.
 *
 * @param drain runs pending promise continuations; without it `advance` returns whenever a
 * component's promises have to run, and is to be called again after they did
 * @throws UsageError when the input does not fit the scenario
 */
export function prepareRun(
  scenario: Scenario,
  input: RunInput,
  options: RunOptions = {},
  drain?: () => void,
): Run {
  return new RunAtWork(scenario, input, options, drain);
}

class RunAtWork implements Run, ActiveRun {
  caseFile: CaseFile;
  readonly world: World;
  phase: Phase = 'form';
  done = false;
  /** Digest at the first violation: a second run must show the same there. */
  digestAtViolation: string | undefined;

  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  readonly #choices: KeyedChoices;
  readonly #history: HistoryLike;
  readonly #census: RunCensus;
  readonly #ladder: LadderRun | undefined;
  readonly #observer: WorldObserver;
  readonly #recorder: EventRecorder | undefined;
  readonly #nemesis: Nemesis;
  readonly #stages: Stage[];
  readonly #stepLimit: number;
  readonly #reasons: string[] = [];
  readonly #stopAtFirst: boolean;
  #ownViolation: Violation | undefined;
  #entered = false;
  #hasBegun = false;
  #interrupted = false;
  #result: RunResult | undefined;

  constructor(
    scenario: Scenario,
    input: RunInput,
    options: RunOptions,
    drain: (() => void) | undefined,
  ) {
    this.#scenario = scenario;
    this.#options = options;
    this.#stopAtFirst = options.stopAtFirst ?? true;
    this.#stepLimit = options.stepLimit ?? scenario.stepLimit ?? defaultStepLimit;
    this.caseFile = buildCase(scenario, input, options.name ?? 'inline');
    const { config, choices } = this.caseFile;
    this.#history = scenario.clients.newHistory();
    options.onHistory?.(this.#history);
    const { pulse, onChoice } = options;
    this.#choices =
      pulse === undefined
        ? new KeyedChoices(choices, onChoice)
        : new PulsingChoices(choices, pulse, onChoice);
    const environment = environmentFromConfig(config);
    this.world = new World({
      nodes: buildNodes(scenario, this.caseFile, this.#history, options.rebuild === true),
      choices: this.#choices,
      environment,
      paranoid: options.paranoid === true,
      ...(drain === undefined ? {} : { drain }),
    });
    this.#history.attach?.(this.world);
    this.#census = new RunCensus(this.world);
    this.#ladder = this.#beginLadder();
    this.#recorder =
      options.onEvent === undefined
        ? undefined
        : new EventRecorder(this.world, options.onEvent, options.details === true);
    this.#observer = combineObservers(this.#observers());
    // Nothing has happened yet: the world could not have told an observer anything.
    this.world.observe(this.#observer);
    this.#nemesis = createNemesis(this.world, {
      budget: this.#budget(environment.clockDriftPpm),
      operator: scenario.system.operator,
    });
    this.#stages = this.#makeStages();
  }

  get violations(): readonly Violation[] {
    const own = this.#ownViolation === undefined ? [] : [this.#ownViolation];
    return [...own, ...(this.#ladder?.violations ?? [])];
  }

  get digest(): string {
    return this.world.digest;
  }

  advance(
    maxSteps: number = Number.POSITIVE_INFINITY,
    untilUs: number = Number.POSITIVE_INFINITY,
  ): void {
    try {
      whileActive(this, () => this.#advance(maxSteps, untilUs));
    } catch (error) {
      throw this.#blame(error);
    }
  }

  interrupt(): void {
    this.#interrupted = true;
    this.world.stop();
  }

  amend(faults: readonly Fault[]): void {
    this.caseFile = { ...this.caseFile, plan: [...this.caseFile.plan, ...faults] };
    // Before the first stage nothing is armed yet: the whole plan will be.
    if (this.#hasBegun) this.#nemesis.begin(faults);
  }

  reports(): readonly RungReport[] {
    return withEveryStepEnds(this.#ladder?.reports() ?? [], this.#ownViolation);
  }

  probes(): ReadonlyMap<string, number> {
    const counts = new Map(this.#census.probes);
    for (const [name, count] of this.#ladder?.probes ?? []) {
      counts.set(name, (counts.get(name) ?? 0) + count);
    }
    return counts;
  }

  finish(): RunResult {
    this.#result ??= this.#makeResult();
    return this.#result;
  }

  said(node: string, text: string, fields?: Readonly<Record<string, LogValue>>): void {
    this.#observer.log?.(this.world.nodeIndex(node), text, fields, this.world.timeUs);
  }

  #advance(maxSteps: number, untilUs: number): void {
    const { world } = this;
    const target = Math.min(world.steps + maxSteps, this.#stepLimit);
    while (!this.done) {
      const stage = this.#stages[0];
      if (stage === undefined) {
        this.#end();
        return;
      }
      if (!this.#entered) {
        this.#entered = true;
        stage.enter();
        if (this.#isBroken()) this.done = true;
        if (this.done) return;
      }
      const stopUs = Math.min(stage.untilUs, untilUs);
      const why = world.runUntil(stopUs, Math.max(0, target - world.steps));
      if (why === 'time') {
        if (stopUs < stage.untilUs) return;
        this.#stages.shift();
        this.#entered = false;
      } else {
        this.#pause(why);
        return;
      }
    }
  }

  /** The world stopped before the time that was asked for. */
  #pause(why: SliceEnd): void {
    const { world } = this;
    if (why === 'stopped' && this.#interrupted && !this.#isBroken()) {
      this.#interrupted = false;
      world.unstop();
    } else if (why === 'stopped') this.done = true;
    else if (why === 'livelock') {
      this.#stuck(`time no longer moves: too many steps at ${world.timeUs} us`);
    } else if (why === 'steps' && world.steps >= this.#stepLimit) {
      this.#reasons.push(`the budget of ${this.#stepLimit} steps is spent`);
      this.done = true;
    }
  }

  #makeStages(): Stage[] {
    const times = phaseTimes(this.#scenario);
    const { world } = this;
    return [
      {
        untilUs: times.stormUs,
        enter: () => {
          this.#enter('form');
          this.#scenario.prepare?.(world);
          this.#hasBegun = true;
          this.#nemesis.begin(this.caseFile.plan);
          world.begin();
        },
      },
      { untilUs: times.healUs, enter: () => this.#enter('storm') },
      {
        untilUs: times.endUs,
        enter: () => {
          this.#enter('heal');
          this.#nemesis.heal();
          this.#enter('settle');
        },
      },
    ];
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.#census.inStorm = phase === 'storm';
    this.#history.enterPhase?.(phase);
    this.#recorder?.phase(phase);
    this.#ladder?.phase(phase, this.world.timeUs);
  }

  #end(): void {
    this.done = true;
    const { pulse } = this.#options;
    pulseJudging(pulse, true);
    this.#enter('end');
    this.#ladder?.finish();
    this.#look();
    pulseJudging(pulse, false);
  }

  #stuck(reason: string): void {
    this.done = true;
    this.#ladder?.stuck(reason, this.world.timeUs);
    if (this.#ladder?.violation === undefined) this.#noteOwn([], { reason });
    this.#look();
  }

  #isBroken(): boolean {
    this.#look();
    return this.#stopAtFirst && this.digestAtViolation !== undefined;
  }

  /** Notices the first violation, wherever it came from. */
  #look(): void {
    if (this.digestAtViolation !== undefined) return;
    if (this.#ladder?.violation === undefined && this.#ownViolation === undefined) return;
    this.digestAtViolation = this.world.digest;
    if (this.#stopAtFirst) this.world.stop();
  }

  /** A break of the rung that every run has, for ladders that do not watch for it. */
  #noteOwn(nodes: readonly number[], values: Readonly<Record<string, unknown>>): void {
    const { only } = this.#options;
    if (this.#ladder === undefined || this.#ownViolation !== undefined) return;
    if (only !== undefined && !only.includes(everyStepEnds.id)) return;
    if (this.#scenario.ladder.rungs.some((rung) => rung.id === everyStepEnds.id)) return;
    this.#ownViolation = everyStepEnds.brokenIn(this.world, nodes, values);
  }

  #budget(driftBoundPpm: number): FaultBudget {
    const { storm, system } = this.#scenario;
    if (!storm.withinTolerance && storm.damage !== 'noticeable damage') return new OpenBudget();
    const countsOnClocks = system.countsOnClocks?.(this.caseFile.config) ?? false;
    const anyNumber = !storm.withinTolerance;
    return new ToleranceBudget(this.world, { system, driftBoundPpm, countsOnClocks, anyNumber });
  }

  #beginLadder(): LadderRun | undefined {
    if (this.#options.ladder === false) return undefined;
    const { only } = this.#options;
    return this.#scenario.ladder.begin({
      world: this.world,
      ...(only === undefined ? {} : { only }),
      damage: this.#scenario.storm.damage,
      anyNumber: !this.#scenario.storm.withinTolerance,
      config: this.caseFile.config,
      history: this.#history,
      stopAtFirst: this.#stopAtFirst,
    });
  }

  #observers(): readonly WorldObserver[] {
    const look = (): void => this.#look();
    const ladder = this.#ladder;
    const watch: WorldObserver = {
      afterStep: () => {
        if (this.digestAtViolation === undefined && ladder?.violation !== undefined) this.#look();
      },
      lifecycle: look,
      threw: (node, error) => {
        if (ladder?.violation === undefined) this.#noteOwn([node], { error: errorText(error) });
        this.#look();
      },
    };
    const { pulse } = this.#options;
    const [first, last] = pulse === undefined ? [] : pulsingObservers(pulse);
    return [
      ...(first === undefined ? [] : [first]),
      ...(this.#recorder === undefined ? [] : [this.#recorder]),
      ...(ladder === undefined ? [] : [ladder]),
      this.#census,
      ...(ladder === undefined ? [] : [watch]),
      ...(this.#options.observer === undefined ? [] : [this.#options.observer]),
      ...(last === undefined ? [] : [last]),
    ];
  }

  #blame(error: unknown): unknown {
    const { choices } = this.caseFile;
    const seed = choices.kind === 'seed' ? choices.seed : undefined;
    const where = `at step ${this.world.steps} of ${seed === undefined ? 'the case' : `seed ${seed}`}`;
    const text = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 8) : [];
    return new HarnessFault(`${text} (${where})`, { seed, details: stack, cause: error });
  }

  #makeResult(): RunResult {
    if (!this.done) this.#reasons.push(`ended by hand at step ${this.world.steps}`);
    const reports = this.#ladder?.reports() ?? [];
    return makeResult({
      scenario: this.#scenario,
      caseFile: this.caseFile,
      world: this.world,
      history: this.#history,
      census: this.#census,
      reasons: this.#reasons,
      reports: withEveryStepEnds(reports, this.#ownViolation),
      violation: this.#ladder?.violation ?? this.#ownViolation,
      ladderProbes: this.#ladder?.probes,
      // A run that ended early need not have met all the choices of its case.
      misfit: this.phase === 'end' ? this.#choices.misfit() : undefined,
    });
  }
}
