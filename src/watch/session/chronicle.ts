import { EventRecorder, errorText } from '../../run/event-recorder.ts';
import { Histogram } from '../../run/histogram.ts';
import type { LogValue } from '../../sim/env.ts';
import type { FaultEvent, Lifecycle, Step, WorldObserver } from '../../sim/observer.ts';
import type { World } from '../../sim/world.ts';
import type { HistoryLike } from '../../workload/clients-definition.ts';
import type { TimelineMoment } from '../snapshot.ts';
import { type PlainLine, recordedLine, toneOf } from './event-lines.ts';

/** Slices of the run for which steps and latencies are counted. */
export const slices: number = 64;
/** Lines of what happened outside of steps that are kept, and lines of steps. */
const keptOutside = 1_024;
const keptDetails = 1_024;
/** Notable moments that are kept; beyond that the commonest kinds are thinned out. */
const mostMoments = 20_000;

/** What became of one fault of the plan. */
export interface FaultStory {
  state: 'in force' | 'over' | 'refused';
  text: string;
  fromUs: number;
  untilUs: number | undefined;
  nodes: readonly string[];
}

/** A notable moment, and which one of the run it is, from 1. */
export interface NumberedMoment extends TimelineMoment {
  readonly number: number;
}

/**
 * What a session has to remember of a run up to where it stands: bounded, whatever the length of the
 * run, and cheap enough to be on at full speed. It is a function of the run, so that it is the same
 * again after a re-run.
 */
export class Chronicle implements WorldObserver {
  /** By index of the plan. */
  readonly faults: FaultStory[] = [];
  /** Length of a slice. */
  readonly sliceUs: number;
  readonly density: Float64Array = new Float64Array(slices);
  readonly latencies: Histogram = new Histogram();
  readonly sliceLatencies: (Histogram | undefined)[] = [];
  ok = 0;
  fail = 0;
  /** How many became leader, how many faults began, how many lives ended. */
  leaders = 0;
  begun = 0;
  deaths = 0;
  /** Notable moments so far, those that were thinned out included. */
  momentCount = 0;
  moments: NumberedMoment[] = [];
  /** Told of each notable moment, and of each step, when somebody waits for one. */
  onMoment: ((moment: NumberedMoment) => void) | undefined;
  onStep: ((step: Step) => void) | undefined;

  readonly #world: () => World;
  #seen: World | undefined;
  #slice = 0;
  #sliceEndUs: number;
  readonly #roles: (string | undefined)[] = [];
  #outside: PlainLine[] = [];
  #lastStep = 0;
  #places = 0;
  #recorder: EventRecorder | undefined;
  #details: (PlainLine | undefined)[] = [];

  /** @param endUs when the run ends if nothing breaks */
  constructor(world: () => World, endUs: number) {
    this.#world = world;
    this.sliceUs = Math.max(1, endUs / slices);
    this.#sliceEndUs = this.sliceUs;
  }

  /** Follows the clients' operations too. */
  attach(history: HistoryLike): void {
    history.onComplete?.((index) => this.#completed(history, index));
  }

  /** Whether lines of steps tell what changed and what was sent; several times slower. */
  set detailed(wanted: boolean) {
    if (wanted === (this.#recorder !== undefined)) return;
    this.#details = [];
    this.#recorder = wanted
      ? new EventRecorder(this.#world(), (event) => {
          if (event.type !== 'step') return;
          // Roles have lines of their own, and a recorder that joins late takes each for a new one.
          const { role: _, ...rest } = event;
          this.#details[event.step % keptDetails] = recordedLine(rest, 0);
        })
      : undefined;
  }

  afterStep(step: Step): void {
    this.#seen ??= this.#world();
    const world = this.#seen;
    const { node } = step;
    if (step.timeUs >= this.#sliceEndUs) this.#nextSlice(step.timeUs);
    this.density[this.#slice]! += 1;
    if (node < world.serverCount) {
      const role = world.component(node).role?.(step.state);
      if (role !== this.#roles[node] && role !== undefined) this.#tookRole(step, role);
    }
    if (this.#recorder !== undefined) this.#recorder.afterStep(step);
    if (this.onStep !== undefined) this.onStep(step);
  }

  fault(event: FaultEvent): void {
    const world = this.#world();
    const nodes = event.nodes.map((node) => world.nodeId(node));
    this.#note('fault', nodes[0] ?? '', event.family, `${event.phase} ${event.text}`);
    if (event.planIndex >= 0) this.#noteFault(event, nodes);
    if (event.phase === 'refused') return;
    if (event.phase === 'begin') this.begun++;
    const kind = event.phase === 'begin' ? 'fault' : 'fault-end';
    this.#moment(kind, nodes[0] ?? '', event.text);
  }

  lifecycle(node: number, what: Lifecycle): void {
    const id = this.#world().nodeId(node);
    this.#note('lifecycle', id, what, what);
    if (what === 'killed' || what === 'power-lost') {
      this.deaths++;
      this.#roles[node] = undefined;
    }
    if (this.#world().timeUs > 0) this.#moment('life', id, what);
  }

  threw(node: number, error: unknown): void {
    this.#note('threw', this.#world().nodeId(node), 'error', errorText(error));
  }

  probe(node: number, name: string): void {
    this.#note('probe', this.#world().nodeId(node), name, name);
  }

  log(node: number, text: string, fields: Readonly<Record<string, LogValue>> | undefined): void {
    const extra = Object.entries(fields ?? {}).map(([name, value]) => ` ${name}=${value}`);
    this.#note('log', this.#world().nodeId(node), text, text + extra.join(''));
  }

  /** Lines of what happened outside of steps, oldest first. */
  get outside(): readonly PlainLine[] {
    return this.#outside;
  }

  /** The line of a step, when it was recorded with details and is still kept. */
  detailOf(step: number): PlainLine | undefined {
    const line = this.#details[step % keptDetails];
    return line?.step === step ? line : undefined;
  }

  #nextSlice(timeUs: number): void {
    this.#slice = Math.min(slices - 1, Math.floor(timeUs / this.sliceUs));
    this.#sliceEndUs =
      this.#slice === slices - 1 ? Number.POSITIVE_INFINITY : (this.#slice + 1) * this.sliceUs;
  }

  #tookRole(step: Step, role: string): void {
    const before = this.#roles[step.node];
    this.#roles[step.node] = role;
    const node = this.#world().nodeId(step.node);
    const text = before === undefined ? `is ${role}` : `${before} -> ${role}`;
    this.#note('role', node, role, text);
    if (role === 'leader') {
      this.leaders++;
      this.#moment('leader', node, `${node} leads`);
    } else if (before !== undefined) this.#moment('role', node, `${node}: ${text}`);
  }

  #noteFault(event: FaultEvent, nodes: readonly string[]): void {
    const { planIndex, phase, timeUs, text } = event;
    const story = this.faults[planIndex];
    if (phase === 'end' && story !== undefined) {
      this.faults[planIndex] = { ...story, state: 'over', untilUs: timeUs };
    } else if (phase !== 'end') {
      const state = phase === 'begin' ? 'in force' : 'refused';
      this.faults[planIndex] = { state, text, fromUs: timeUs, untilUs: undefined, nodes };
    }
  }

  #completed(history: HistoryLike, index: number): void {
    const operation = history.shownAt?.(index);
    if (operation === undefined) return;
    if (operation.outcome === 'ok') this.ok++;
    else if (operation.outcome === 'fail') this.fail++;
    const { invokedUs, completedUs } = operation;
    if (completedUs === null || operation.outcome !== 'ok') return;
    this.latencies.add(completedUs - invokedUs);
    const slice = Math.min(slices - 1, Math.floor(completedUs / this.sliceUs));
    this.sliceLatencies[slice] ??= new Histogram();
    this.sliceLatencies[slice].add(completedUs - invokedUs);
  }

  #note(type: string, node: string, what: string, text: string): void {
    const { steps: step, timeUs } = this.#world();
    if (step !== this.#lastStep) this.#places = 0;
    this.#lastStep = step;
    const place = ++this.#places;
    this.#outside.push({ step, place, timeUs, node, type, what, text, tone: toneOf(type) });
    if (this.#outside.length > 2 * keptOutside) this.#outside = this.#outside.slice(-keptOutside);
  }

  #moment(kind: TimelineMoment['kind'], node: string, text: string): void {
    const { steps: step, timeUs } = this.#world();
    const moment = { number: ++this.momentCount, step, timeUs, kind, node, text };
    this.moments.push(moment);
    if (this.moments.length > mostMoments) this.moments = thinnedOut(this.moments, mostMoments / 2);
    this.onMoment?.(moment);
  }
}

const commonFirst: readonly TimelineMoment['kind'][] = ['role', 'life', 'fault-end', 'fault'];

/** At most so many moments: of the commonest kinds every second one goes, as often as needed. */
export function thinnedOut<M extends TimelineMoment>(moments: readonly M[], most: number): M[] {
  let kept = [...moments];
  while (kept.length > most) {
    const before = kept.length;
    for (const kind of commonFirst) {
      let odd = false;
      kept = kept.filter((moment) => {
        if (moment.kind !== kind) return true;
        odd = !odd;
        return odd;
      });
      if (kept.length <= most) return kept;
    }
    if (kept.length === before) kept = kept.slice(-most);
  }
  return kept;
}
