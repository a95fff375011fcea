import type { CellState } from '../../sim/node-card.ts';
import type { Step, WorldObserver } from '../../sim/observer.ts';
import type { FollowHop, FollowSnapshot } from '../snapshot.ts';
import type { Past, Place } from './past.ts';
import { Trail } from './trail.ts';

const mostHops = 200;
/** Causes shown of a step, and what came of it. */
const mostCauses = 60;

/** Follows one thing through a past, up to where it was known when the task began. */
export interface FollowTask {
  readonly complete: boolean;
  go(steps: number): void;
  snapshot(): FollowSnapshot;
}

/** The way of a cell, such as a log entry: how far it got on which node, and when. */
export class FollowCell implements FollowTask {
  readonly #title: string;
  readonly #until: Place;
  readonly #trail: Trail;
  readonly #hops: FollowHop[] = [];
  readonly #states: (CellState | undefined)[] = [];

  constructor(past: Past, id: number, group: number, drain: (() => void) | undefined) {
    this.#title = `cell ${id} of group ${group}`;
    this.#until = past.furthest;
    this.#trail = new Trail(past.scenario, past.caseFile, drain, (trail) =>
      this.#observer(trail, id, group),
    );
  }

  get complete(): boolean {
    return this.#trail.done || this.#trail.steps >= this.#until.step;
  }

  go(steps: number): void {
    this.#trail.advance(Math.min(steps, this.#until.step - this.#trail.steps));
  }

  snapshot(): FollowSnapshot {
    return { title: this.#title, hops: this.#hops, complete: this.complete };
  }

  #observer(trail: Trail, id: number, group: number): WorldObserver {
    const note = (
      node: number,
      step: number,
      timeUs: number,
      state: CellState | undefined,
    ): void => {
      const before = this.#states[node];
      if (state === before) return;
      this.#states[node] = state;
      if (this.#hops.length >= mostHops) return;
      const text =
        state === undefined
          ? `is gone here (was ${before})`
          : before === undefined
            ? `is here: ${state}`
            : `${before} -> ${state}`;
      const side = this.#hops.length === 0 ? 'itself' : 'effect';
      this.#hops.push({ step, timeUs, node: trail.run.world.nodeId(node), text, side });
    };
    return {
      afterStep({ node, index, timeUs, state }: Step) {
        const { world } = trail.run;
        if (node >= world.serverCount) return;
        note(node, index, timeUs, world.component(node).cellState?.(state, id, group));
      },
      lifecycle(node, what, timeUs) {
        if (what !== 'killed' && what !== 'power-lost') return;
        note(node, trail.run.world.steps, timeUs, undefined);
      },
    };
  }
}

/** What led to a step, and what it led to. */
export class FollowStep implements FollowTask {
  readonly #title: string;
  readonly #step: number;
  /** Only effects at this node, for a message on its way to it. */
  readonly #through: string | undefined;
  readonly #until: Place;
  readonly #trail: Trail;
  /** The cause of each step, by its number; the earlier ones are needed to go back along them. */
  readonly #causes: Uint32Array;
  readonly #texts = new Map<number, FollowHop>();
  #hops: FollowHop[] = [];
  /** Steps that go back to the one that is followed. */
  readonly #effects = new Set<number>();
  readonly #drain: (() => void) | undefined;
  readonly #past: Past;
  /** Second round: the causes are known and their texts are taken down. */
  #told: Trail | undefined;

  constructor(past: Past, step: number, through: string | undefined, drain?: () => void) {
    this.#title =
      through === undefined ? `step ${step}` : `a message of step ${step} to ${through}`;
    this.#step = step;
    this.#through = through;
    this.#until = past.furthest;
    this.#drain = drain;
    this.#past = past;
    this.#causes = new Uint32Array(step + 1);
    this.#trail = new Trail(past.scenario, past.caseFile, drain, (trail) => this.#observer(trail));
  }

  get complete(): boolean {
    const told = this.#told;
    return told !== undefined && (told.done || told.steps >= this.#step);
  }

  go(steps: number): void {
    const trail = this.#trail;
    if (!trail.done && trail.steps < this.#until.step) {
      trail.advance(Math.min(steps, this.#until.step - trail.steps));
      return;
    }
    this.#told ??= this.#begin();
    this.#told.advance(Math.min(steps, this.#step - this.#told.steps));
    if (this.complete) this.#hops = this.#sorted();
  }

  snapshot(): FollowSnapshot {
    return { title: this.#title, hops: this.#hops, complete: this.complete };
  }

  #observer(trail: Trail): WorldObserver {
    return {
      afterStep: (step) => {
        const { world } = trail.run;
        const causeStep = world.trace.step(step.index)?.causeStep ?? 0;
        if (step.index <= this.#step) {
          this.#causes[step.index] = causeStep < step.index ? causeStep : 0;
          return;
        }
        if (this.#effects.size >= mostHops - mostCauses) return;
        const isFirst = causeStep === this.#step && this.#isThrough(trail, step);
        if (!isFirst && !this.#effects.has(causeStep)) return;
        this.#effects.add(step.index);
        this.#texts.set(step.index, hopOf(trail, step, 'effect'));
      },
    };
  }

  #isThrough(trail: Trail, { node }: Step): boolean {
    return this.#through === undefined || trail.run.world.nodeId(node) === this.#through;
  }

  #begin(): Trail {
    const causes = new Set<number>([this.#step]);
    let at = this.#causes[this.#step] ?? 0;
    while (at > 0 && causes.size < mostCauses) {
      causes.add(at);
      at = this.#causes[at] ?? 0;
    }
    return new Trail(this.#past.scenario, this.#past.caseFile, this.#drain, (trail) => ({
      afterStep: (step) => {
        if (!causes.has(step.index)) return;
        const side = step.index === this.#step ? 'itself' : 'cause';
        this.#texts.set(step.index, hopOf(trail, step, side));
      },
    }));
  }

  #sorted(): FollowHop[] {
    return [...this.#texts.values()].sort((a, b) => a.step - b.step);
  }
}

function hopOf(trail: Trail, step: Step, side: FollowHop['side']): FollowHop {
  const { world } = trail.run;
  const what = world.trace.step(step.index)?.what ?? '';
  const from = step.from < 0 ? '' : ` from ${world.nodeId(step.from)}`;
  const sent: string[] = [];
  for (let at = 0; at < step.sentCount; at++) {
    const { to, message } = step.sent[at]!;
    sent.push(`${message.kind} to ${world.nodeId(to)}`);
  }
  const sends = sent.length === 0 ? '' : `; sends ${sent.slice(0, 4).join(', ')}`;
  const text = `${step.cause === 'message' ? '' : `${step.cause} `}${what}${from}${sends}`;
  return { step: step.index, timeUs: step.timeUs, node: world.nodeId(step.node), text, side };
}
