import type { FaultRecord } from '../record/run-record.ts';
import type { Fault } from '../sim/fault-plan.ts';
import { familyOf } from '../sim/faults/nemesis.ts';
import { joinWords, mixWord } from '../sim/hash.ts';
import type { FaultEvent, Lifecycle, Step, WorldObserver } from '../sim/observer.ts';
import type { WorldView } from '../sim/world-view.ts';

/** States of the cluster that one run may add; beyond that they are no longer told apart. */
const mostStates = 100_000;
const downState = -1;

interface Tally {
  begun: number;
  refused: number;
  readonly durationsUs: number[];
}

/** Counts what a run met: probes, faults, abstract states of the cluster. Never changes the run. */
export class RunCensus implements WorldObserver {
  readonly states: Set<number> = new Set();
  /** Probes of components in the storm. */
  readonly probes: Map<string, number> = new Map();
  inStorm = false;
  readonly #world: WorldView;
  readonly #values: Int32Array;
  /** Two sums over mixed values: equal for equal multisets, in whatever order. */
  #sum = 0;
  #otherSum = 0;
  readonly #families = new Map<string, Tally>();
  /** Begin of faults in force, by family and place in the plan. */
  readonly #begun = new Map<string, number>();

  constructor(world: WorldView) {
    this.#world = world;
    this.#values = new Int32Array(world.serverCount).fill(downState);
  }

  afterStep(step: Step): void {
    const { node } = step;
    if (node >= this.#values.length) return;
    const component = this.#world.component(node);
    if (component.abstractState === undefined) return;
    const value = component.abstractState(step.state) | 0;
    if (value !== this.#values[node]) this.#changed(node, value);
  }

  lifecycle(node: number, what: Lifecycle): void {
    if (node >= this.#values.length) return;
    if (what === 'killed' || what === 'power-lost') this.#changed(node, downState);
  }

  probe(_node: number, name: string): void {
    if (this.inStorm) this.probes.set(name, (this.probes.get(name) ?? 0) + 1);
  }

  fault(event: FaultEvent): void {
    if (event.planIndex < 0) return;
    const tally = this.#tally(event.family);
    const place = `${event.planIndex} ${event.family}`;
    if (event.phase === 'refused') tally.refused++;
    else if (event.phase === 'begin') {
      tally.begun++;
      this.#begun.set(place, event.timeUs);
    } else {
      const since = this.#begun.get(place);
      if (since === undefined) return;
      this.#begun.delete(place);
      tally.durationsUs.push(event.timeUs - since);
    }
  }

  /** Faults by family; those still in force count as lasting until now. */
  faults(plan: readonly Fault[]): Record<string, FaultRecord> {
    for (const [place, since] of this.#begun) {
      const family = place.slice(place.indexOf(' ') + 1);
      this.#tally(family).durationsUs.push(this.#world.timeUs - since);
    }
    this.#begun.clear();
    const planned = new Map<string, number>();
    for (const fault of plan) {
      const family = familyOf(fault);
      planned.set(family, (planned.get(family) ?? 0) + 1);
      this.#tally(family);
    }
    const records: Record<string, FaultRecord> = {};
    for (const family of [...this.#families.keys()].sort()) {
      const tally = this.#tally(family);
      const never = Math.max(0, (planned.get(family) ?? 0) - tally.begun - tally.refused);
      records[family] = { ...tally, never };
    }
    return records;
  }

  #tally(family: string): Tally {
    let tally = this.#families.get(family);
    if (tally === undefined) {
      tally = { begun: 0, refused: 0, durationsUs: [] };
      this.#families.set(family, tally);
    }
    return tally;
  }

  #changed(node: number, value: number): void {
    // The names of nodes mean nothing: only which states stand beside which.
    const before = this.#values[node]!;
    this.#values[node] = value;
    this.#sum = (this.#sum + mixWord(value) - mixWord(before)) | 0;
    this.#otherSum = (this.#otherSum + mixWord(~value) - mixWord(~before)) | 0;
    if (this.states.size >= mostStates) return;
    this.states.add(joinWords(joinWords(this.#values.length, this.#sum), this.#otherSum));
  }
}
