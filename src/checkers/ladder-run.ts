import type { Lifecycle, Step } from '../sim/observer.ts';
import type { WorldView } from '../sim/world-view.ts';
import { failureKey } from './failure-key.ts';
import { HarnessFault } from './harness-fault.ts';
import type { LadderOptions, LadderRun, Phase, RungReport, Violation } from './ladder-contract.ts';
import type { Ledger, LedgerDefinition, NoteBroken } from './ledger.ts';
import type { Broken } from './outcome.ts';
import type { AnyProbe, AnyRung, Moment } from './rung.ts';
import { type Watcher, Watchers } from './watchers.ts';

/** Steps between two audits of the whole cluster. */
const auditEverySteps = 10_000;

/** One rung during one run. */
interface Climbed<M extends Moment> extends Watcher {
  readonly rung: AnyRung<M>;
  readonly ghost: unknown;
  premise: number;
  /** Why it cannot be green any more, when a check gave up. */
  unknown: string | undefined;
  violation: Violation | undefined;
}

interface Probed<M extends Moment> extends Watcher {
  readonly probe: AnyProbe<M>;
  readonly ghost: unknown;
}

/** A ladder at work on one run: wakes the rungs that an event concerns and keeps what they say. */
export class LadderAtWork<M extends Moment> implements LadderRun {
  violation: Violation | undefined = undefined;
  readonly violations: Violation[] = [];
  readonly probes: Map<string, number> = new Map();

  readonly #world: WorldView;
  readonly #stopAtFirst: boolean;
  /** Rungs were left out: a law that nobody watches may be broken. */
  readonly #isPartial: boolean;
  readonly #ledger: Ledger<M>;
  readonly #climbed: readonly Climbed<M>[];
  readonly #rungs: Watchers<Climbed<M>>;
  readonly #probed: Watchers<Probed<M>>;
  readonly #noteBroken: NoteBroken;
  #phase: Phase = 'form';
  #step = 0;
  #timeUs = 0;
  #nextAuditStep = auditEverySteps;

  constructor(
    options: LadderOptions,
    definition: LedgerDefinition<M>,
    rungs: readonly AnyRung<M>[],
    probes: readonly AnyProbe<M>[],
  ) {
    this.#world = options.world;
    this.#stopAtFirst = options.stopAtFirst ?? true;
    this.#isPartial = options.only !== undefined;
    this.#ledger = definition.begin(options);
    this.#climbed = rungs.map((rung, order) => ({
      rung,
      ghost: rung.ghost?.(),
      order,
      watches: rung.watches,
      asleep: false,
      premise: 0,
      unknown: undefined,
      violation: undefined,
    }));
    this.#rungs = new Watchers(this.#climbed, definition.triggers);
    this.#probed = new Watchers(
      probes.map((probe, order) => {
        this.probes.set(probe.name, 0);
        return { probe, ghost: probe.ghost?.(), order, watches: probe.watches, asleep: false };
      }),
      definition.triggers,
    );
    const byId = new Map(this.#climbed.map((climbed) => [climbed.rung.id, climbed]));
    this.#noteBroken = (id, what) => {
      const climbed = byId.get(id);
      if (climbed !== undefined) this.#note(climbed, what);
    };
  }

  afterStep(step: Step): void {
    if (this.#isOver()) return;
    this.#step = step.index;
    this.#timeUs = step.timeUs;
    const { moment } = this.#ledger;
    moment.message = undefined;
    this.#wake(this.#ledger.afterStep(step));
    if (step.node < this.#world.serverCount) {
      if (step.received !== undefined) this.#wakeForReceived(step);
      for (let at = 0; at < step.sentCount; at += 1) this.#wakeForSent(step, at);
    }
    if (step.index >= this.#nextAuditStep) {
      this.#nextAuditStep = step.index + auditEverySteps;
      this.#audit(undefined);
    }
    this.#settle();
  }

  promised(node: number, file: string, from: number, to: number): void {
    if (this.#isOver()) return;
    this.#between();
    this.#wake(this.#ledger.promised(node, file, from, to));
    this.#settle();
  }

  directoryPromised(node: number, directory: string): void {
    if (this.#isOver()) return;
    this.#between();
    this.#wake(this.#ledger.directoryPromised(node, directory));
    this.#settle();
  }

  lifecycle(node: number, what: Lifecycle, timeUs: number): void {
    if (this.#isOver() || node >= this.#world.serverCount) return;
    this.#between(timeUs);
    this.#wake(this.#ledger.lifecycle(node, what, timeUs));
    // A life that ends is the last chance to compare what it had with what is known of it.
    if (what === 'killed' || what === 'power-lost') this.#audit(node);
    this.#settle();
  }

  threw(node: number, error: unknown, timeUs: number): void {
    if (this.#isOver()) return;
    this.#between(timeUs);
    this.#wake(this.#ledger.threw(node, error, timeUs));
    this.#settle();
  }

  stuck(reason: string, timeUs: number): void {
    if (this.#isOver()) return;
    this.#between(timeUs);
    this.#wake(this.#ledger.stuck(reason, timeUs));
    this.#settle();
  }

  phase(phase: Phase, timeUs: number): void {
    if (this.#isOver()) return;
    this.#between(timeUs);
    this.#phase = phase;
    this.#wake(this.#ledger.phase(phase, timeUs));
    this.#settle();
  }

  finish(): void {
    if (this.#isOver()) return;
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

  /** After the first violation the ghost state may be wrong, so nothing more is looked at. */
  #isOver(): boolean {
    return this.#stopAtFirst && this.violation !== undefined;
  }

  /** What happens between two steps counts to the step that is about to run. */
  #between(timeUs: number = this.#world.timeUs): void {
    this.#step = this.#world.steps + 1;
    this.#timeUs = timeUs;
    this.#ledger.moment.message = undefined;
  }

  #wake(changed: number): void {
    if (changed === 0) return;
    for (const climbed of this.#rungs.of(changed)) this.#look(climbed);
    if (this.#phase !== 'storm') return;
    for (const probed of this.#probed.of(changed)) this.#lookFor(probed);
  }

  #wakeForReceived(step: Step): void {
    const message = step.received as NonNullable<Step['received']>;
    const rungs = this.#rungs.ofReceived(message.kind);
    const probes = this.#probed.ofReceived(message.kind);
    if (rungs === undefined && probes === undefined) return;
    this.#wakeForMessage(rungs, probes, message, step.from);
  }

  #wakeForSent(step: Step, at: number): void {
    const { message, to } = step.sent[at] as Step['sent'][number];
    const rungs = this.#rungs.ofSent(message.kind);
    const probes = this.#probed.ofSent(message.kind);
    if (rungs === undefined && probes === undefined) return;
    this.#wakeForMessage(rungs, probes, message, to);
  }

  #wakeForMessage(
    rungs: readonly Climbed<M>[] | undefined,
    probes: readonly Probed<M>[] | undefined,
    message: NonNullable<Moment['message']>,
    peer: number,
  ): void {
    const { moment } = this.#ledger;
    moment.message = message;
    moment.peer = peer;
    if (rungs !== undefined) for (const climbed of rungs) this.#look(climbed);
    if (probes !== undefined && this.#phase === 'storm') {
      for (const probed of probes) this.#lookFor(probed);
    }
    moment.message = undefined;
  }

  #look(climbed: Climbed<M>): void {
    if (climbed.asleep) return;
    const { rung } = climbed;
    try {
      const outcome = rung.check(this.#ledger.moment, climbed.ghost);
      if (outcome.kind === 'held') {
        if (this.#phase === 'storm' || rung.kind === 'eventually') climbed.premise += 1;
      } else if (outcome.kind === 'broken') this.#note(climbed, outcome);
      else if (outcome.kind === 'unknown') climbed.unknown = outcome.reason;
    } catch (error) {
      this.#blame(`rung ${rung.id} threw`, error, climbed);
    }
  }

  #lookFor(probed: Probed<M>): void {
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
  #blame(what: string, cause: unknown, watcher: Watcher): void {
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
    if (this.#stopAtFirst) this.violations.splice(0, Number.POSITIVE_INFINITY, this.violation!);
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
