import type { Lifecycle, Step } from '../sim/observer.ts';
import type { WorldView } from '../sim/world-view.ts';
import { failureKey } from './failure-key.ts';
import { HarnessFault } from './harness-fault.ts';
import type { LadderOptions, LadderRun, Phase, RungReport, Violation } from './ladder-contract.ts';
import type { Ledger, LedgerDefinition, NoteBroken } from './ledger.ts';
import { type Broken, premiseFalse } from './outcome.ts';
import type { AnyProbe, AnyRung, Moment } from './rung.ts';
import type { Audience, Watchers } from './watchers.ts';

/** Steps between two audits of the whole cluster. */
const auditEverySteps = 10_000;

/** Something that may be silenced. */
interface Sleeper {
  asleep: boolean;
}

/** One rung during one run. */
interface Climbed<M extends Moment> extends Sleeper {
  readonly rung: AnyRung<M>;
  /** Of the rung. Read from here, since all of these have one shape and rungs have several. */
  readonly check: AnyRung<M>['check'];
  readonly ghost: unknown;
  /** Whether its premises count outside the storm too. */
  readonly countsAlways: boolean;
  premise: number;
  /** Why it cannot be green any more, when a check gave up. */
  unknown: string | undefined;
  violation: Violation | undefined;
}

interface Probed<M extends Moment> extends Sleeper {
  readonly probe: AnyProbe<M>;
  readonly ghost: unknown;
}

/** A ladder at work on one run: wakes the rungs that an event concerns and keeps what they say. */
export class LadderAtWork<M extends Moment> implements LadderRun {
  violation: Violation | undefined = undefined;
  readonly violations: Violation[] = [];
  readonly probes: Map<string, number> = new Map();

  readonly #world: WorldView;
  readonly #servers: number;
  readonly #stopAtFirst: boolean;
  /** Rungs were left out: a law that nobody watches may be broken. */
  readonly #isPartial: boolean;
  readonly #ledger: Ledger<M>;
  readonly #climbed: readonly Climbed<M>[];
  readonly #probed: readonly Probed<M>[];
  readonly #watchers: Watchers;
  readonly #noteBroken: NoteBroken;
  #inStorm = false;
  /** After the first violation the ghost state may be wrong, so nothing more is looked at. */
  #isOver = false;
  #step = 0;
  #timeUs = 0;
  #nextAuditStep = auditEverySteps;

  constructor(
    options: LadderOptions,
    definition: LedgerDefinition<M>,
    rungs: readonly AnyRung<M>[],
    probes: readonly AnyProbe<M>[],
    watchers: Watchers,
  ) {
    this.#world = options.world;
    this.#servers = options.world.serverCount;
    this.#stopAtFirst = options.stopAtFirst ?? true;
    this.#isPartial = options.only !== undefined;
    this.#ledger = definition.begin(options);
    this.#climbed = rungs.map((rung) => ({
      rung,
      check: rung.check,
      ghost: rung.ghost?.(),
      countsAlways: rung.kind === 'eventually',
      asleep: false,
      premise: 0,
      unknown: undefined,
      violation: undefined,
    }));
    this.#probed = probes.map((probe) => {
      this.probes.set(probe.name, 0);
      return { probe, ghost: probe.ghost?.(), asleep: false };
    });
    this.#watchers = watchers;
    const byId = new Map(this.#climbed.map((climbed) => [climbed.rung.id, climbed]));
    // Assigned in two steps, or V8 puts it into its old space: see `OperationQueue`.
    const noteBroken: NoteBroken = (id, what) => {
      const climbed = byId.get(id);
      if (climbed !== undefined) this.#note(climbed, what);
    };
    this.#noteBroken = noteBroken;
  }

  afterStep(step: Step): void {
    if (this.#isOver) return;
    const { index, sentCount } = step;
    this.#step = index;
    this.#timeUs = step.timeUs;
    this.#ledger.moment.message = undefined;
    const changed = this.#ledger.afterStep(step);
    if (changed !== 0) this.#wake(changed);
    if (step.node < this.#servers) {
      const watchers = this.#watchers;
      if (watchers.watchReceived && step.received !== undefined) this.#wakeForReceived(step);
      if (sentCount > 0 && watchers.watchSent) this.#wakeForSent(step, sentCount);
    }
    if (index >= this.#nextAuditStep) {
      this.#nextAuditStep = index + auditEverySteps;
      this.#audit(undefined);
    }
    if (this.violations.length > 0) this.#settle();
  }

  promised(node: number, file: string, from: number, to: number): void {
    if (this.#isOver) return;
    this.#between();
    this.#wake(this.#ledger.promised(node, file, from, to));
    this.#settle();
  }

  directoryPromised(node: number, directory: string): void {
    if (this.#isOver) return;
    this.#between();
    this.#wake(this.#ledger.directoryPromised(node, directory));
    this.#settle();
  }

  lifecycle(node: number, what: Lifecycle, timeUs: number): void {
    if (this.#isOver || node >= this.#servers) return;
    this.#between(timeUs);
    this.#wake(this.#ledger.lifecycle(node, what, timeUs));
    // A life that ends is the last chance to compare what it had with what is known of it.
    if (what === 'killed' || what === 'power-lost') this.#audit(node);
    this.#settle();
  }

  threw(node: number, error: unknown, timeUs: number): void {
    if (this.#isOver) return;
    this.#between(timeUs);
    this.#wake(this.#ledger.threw(node, error, timeUs));
    this.#settle();
  }

  stuck(reason: string, timeUs: number): void {
    if (this.#isOver) return;
    this.#between(timeUs);
    this.#wake(this.#ledger.stuck(reason, timeUs));
    this.#settle();
  }

  phase(phase: Phase, timeUs: number): void {
    if (this.#isOver) return;
    this.#between(timeUs);
    this.#inStorm = phase === 'storm';
    this.#wake(this.#ledger.phase(phase, timeUs));
    this.#settle();
  }

  finish(): void {
    if (this.#isOver) return;
    this.#between();
    this.#audit(undefined);
    this.#wake(this.#ledger.finish());
    this.#settle();
  }

  reports(): readonly RungReport[] {
    return this.#climbed.map(({ rung, premise, violation, unknown }) => ({
      id: rung.id,
      title: rung.title,
      verdict: violation !== undefined ? 'broken' : unknown !== undefined ? 'inconclusive' : 'held',
      premise,
      ...(unknown === undefined ? {} : { reason: unknown }),
    }));
  }

  /** What happens between two steps counts to the step that is about to run. */
  #between(timeUs: number = this.#world.timeUs): void {
    this.#step = this.#world.steps + 1;
    this.#timeUs = timeUs;
    this.#ledger.moment.message = undefined;
  }

  #wake(changed: number): void {
    if (changed !== 0) this.#tell(this.#watchers.of(changed));
  }

  #tell({ rungs, probes }: Audience): void {
    for (let at = 0; at < rungs.length; at += 1) this.#look(rungs[at] as number);
    if (!this.#inStorm) return;
    for (let at = 0; at < probes.length; at += 1) this.#lookFor(probes[at] as number);
  }

  #wakeForReceived(step: Step): void {
    const message = step.received as NonNullable<Step['received']>;
    const audience = this.#watchers.ofReceived(message.kind);
    if (audience !== undefined) this.#wakeForMessage(audience, message, step.from);
  }

  #wakeForSent({ sent }: Step, sentCount: number): void {
    for (let at = 0; at < sentCount; at += 1) {
      const { message, to } = sent[at] as Step['sent'][number];
      const audience = this.#watchers.ofSent(message.kind);
      if (audience !== undefined) this.#wakeForMessage(audience, message, to);
    }
  }

  #wakeForMessage(audience: Audience, message: NonNullable<Moment['message']>, peer: number): void {
    const { moment } = this.#ledger;
    moment.message = message;
    moment.peer = peer;
    this.#tell(audience);
    moment.message = undefined;
  }

  #look(place: number): void {
    const climbed = this.#climbed[place] as Climbed<M>;
    if (climbed.asleep) return;
    try {
      const outcome = climbed.check.call(climbed.rung, this.#ledger.moment, climbed.ghost);
      if (outcome === premiseFalse) return;
      if (outcome.kind === 'held') {
        if (this.#inStorm || climbed.countsAlways) climbed.premise += 1;
      } else if (outcome.kind === 'broken') this.#note(climbed, outcome);
      else if (outcome.kind === 'unknown') climbed.unknown = outcome.reason;
    } catch (error) {
      this.#blame(`rung ${climbed.rung.id} threw`, error, climbed);
    }
  }

  #lookFor(place: number): void {
    const probed = this.#probed[place] as Probed<M>;
    const { probe } = probed;
    try {
      if (!probe.seen(this.#ledger.moment, probed.ghost)) return;
      this.probes.set(probe.name, (this.probes.get(probe.name) as number) + 1);
    } catch (error) {
      this.#blame(`probe ${probe.name} threw`, error, probed);
    }
  }

  /**
   * Once a law is broken a check may stumble over the wreck: then it is silenced, not blamed. Where
   * rungs were left out nobody can tell, and the rung is not green any more.
   */
  #blame(what: string, cause: unknown, watcher: Sleeper): void {
    const isWreck = this.#climbed.some(({ violation }) => violation !== undefined);
    if (!isWreck && !this.#isPartial)
      throw new HarnessFault(`${what} at step ${this.#step}: ${cause}`, { cause });
    watcher.asleep = true;
    if (!isWreck && 'unknown' in watcher) watcher.unknown = `${what}: ${cause}`;
  }

  #note(climbed: Climbed<M>, { nodes, values }: Broken): void {
    if (climbed.violation !== undefined) return;
    const { rung } = climbed;
    const world = this.#world;
    const names = nodes.map((node) => world.nodeId(node));
    climbed.asleep = true;
    climbed.violation = {
      rung: rung.id,
      title: rung.title,
      statement: rung.statement,
      virtualUs: this.#timeUs,
      step: this.#step,
      nodes: names,
      values,
      key: failureKey({
        rung: rung.id,
        // Who happens to lead while progress is missing is an accident.
        roles: rung.kind === 'eventually' ? [] : nodes.map((node) => roleOf(world, node)),
        messageKind: this.#ledger.moment.message?.kind,
        values,
        isName: (text) => this.#names().has(text),
      }),
      clientVisible: rung.clientVisible ?? false,
    };
    this.violations.push(climbed.violation);
  }

  #names(): ReadonlySet<string> {
    const names = new Set<string>();
    for (let node = 0; node < this.#world.nodeCount; node += 1) names.add(this.#world.nodeId(node));
    return names;
  }

  /** The headline is the lowest rung among those that the earliest broken step broke. */
  #settle(): void {
    if (this.violation !== undefined || this.violations.length === 0) return;
    this.violation = this.#climbed.find(({ violation }) => violation !== undefined)?.violation;
    if (!this.#stopAtFirst) return;
    this.violations.splice(0, Number.POSITIVE_INFINITY, this.violation!);
    this.#isOver = true;
  }

  #audit(node: number | undefined): void {
    let disagreement: string | undefined;
    try {
      disagreement = this.#ledger.audit(node, this.#noteBroken);
    } catch (error) {
      disagreement = `the audit threw: ${error}`;
    }
    if (disagreement === undefined || this.violations.length > 0) return;
    // That the laws hold is the premise of the books; a rung that was left out might deny it.
    if (this.#isPartial) return;
    throw new HarnessFault(`ghost state is wrong at step ${this.#step}: ${disagreement}`);
  }
}

function roleOf(world: WorldView, node: number): string {
  const state = world.state(node);
  if (state === undefined) return 'down';
  return world.component(node).role?.(state) ?? 'node';
}
