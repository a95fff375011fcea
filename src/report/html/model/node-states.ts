import type { RunTrace } from '../../../record/run-trace.ts';
import type { Fields, TraceEvent } from '../../../record/trace-event.ts';

/** Whether a node runs. */
export type Status = 'down' | 'up' | 'stalled' | 'suspended';

/** What a node is like after an event. */
export interface NodeState {
  readonly status: Status;
  /** Which life, from 1; 0 before the first. */
  readonly incarnation: number;
  readonly role: string;
  /** Fields of its view, by name. */
  readonly fields: ReadonlyMap<string, unknown>;
}

/** The values that one thing had in the course of the run. */
class Track<T> {
  readonly at: number[] = [];
  readonly values: T[] = [];

  set(at: number, value: T): void {
    this.at.push(at);
    this.values.push(value);
  }

  /** Its value after an event. */
  get(at: number): T | undefined {
    let low = 0;
    let high = this.at.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : this.values[low - 1];
  }
}

class NodeTracks {
  readonly status: Track<Status> = new Track();
  readonly incarnation: Track<number> = new Track();
  readonly role: Track<string> = new Track();
  readonly fields: Map<string, Track<unknown>> = new Map();
}

/** The state of every node after every event, without a copy for each. */
export class NodeStates {
  readonly #tracks: readonly NodeTracks[];

  constructor(rows: number) {
    this.#tracks = Array.from({ length: rows }, () => new NodeTracks());
  }

  /** Takes an event in; they come in order. */
  add(row: number, at: number, event: TraceEvent): void {
    const tracks = this.#tracks[row]!;
    if (event.type === 'lifecycle') this.#lifecycle(tracks, at, event.text);
    if (event.type !== 'step') return;
    if (tracks.incarnation.get(at) !== event.incarnation) {
      tracks.incarnation.set(at, event.incarnation);
    }
    if (event.role !== undefined) tracks.role.set(at, event.role[1]);
    if (event.view !== undefined) this.setFields(row, at, event.view);
    for (const [name, [, after]] of Object.entries(event.changed ?? {})) {
      fieldOf(tracks, name).set(at, after);
    }
  }

  setFields(row: number, at: number, view: Fields): void {
    const tracks = this.#tracks[row]!;
    for (const [name, value] of Object.entries(view)) fieldOf(tracks, name).set(at, value);
  }

  /** Says how a node stood before the first event. */
  begin(row: number, status: Status, incarnation: number, role: string): void {
    const tracks = this.#tracks[row]!;
    tracks.status.set(-1, status);
    tracks.incarnation.set(-1, incarnation);
    tracks.role.set(-1, role);
  }

  #lifecycle(tracks: NodeTracks, at: number, what: string): void {
    const status = statusAfter[what];
    if (status !== undefined) tracks.status.set(at, status);
    if (status !== 'down') return;
    tracks.role.set(at, '');
    for (const field of tracks.fields.values()) field.set(at, undefined);
  }

  /** The state of a node after an event; -1: before the first one. */
  stateAt(row: number, at: number): NodeState {
    const tracks = this.#tracks[row]!;
    const fields = new Map<string, unknown>();
    for (const [name, track] of tracks.fields) {
      const value = track.get(at);
      if (value !== undefined) fields.set(name, value);
    }
    return {
      status: this.statusAt(row, at),
      incarnation: tracks.incarnation.get(at) ?? 0,
      role: this.roleAt(row, at),
      fields,
    };
  }

  statusAt(row: number, at: number): Status {
    return this.#tracks[row]!.status.get(at) ?? 'down';
  }

  roleAt(row: number, at: number): string {
    return this.#tracks[row]!.role.get(at) ?? '';
  }

  /** One field of a node's view after an event. */
  fieldAt(row: number, name: string, at: number): unknown {
    return this.#tracks[row]!.fields.get(name)?.get(at);
  }

  /** Names of all fields that any of these rows ever had, in the order of their first appearance. */
  fieldNames(rows: readonly number[]): readonly string[] {
    const names = new Set<string>();
    for (const row of rows) for (const name of this.#tracks[row]!.fields.keys()) names.add(name);
    return [...names];
  }
}

const statusAfter: Readonly<Record<string, Status>> = {
  started: 'up',
  killed: 'down',
  'power-lost': 'down',
  stalled: 'stalled',
  suspended: 'suspended',
  resumed: 'up',
};

function fieldOf(tracks: NodeTracks, name: string): Track<unknown> {
  let track = tracks.fields.get(name);
  if (track === undefined) {
    track = new Track();
    tracks.fields.set(name, track);
  }
  return track;
}

/** Follows the state of every node through a trace. */
export function nodeStates(trace: RunTrace, rowOf: ReadonlyMap<string, number>): NodeStates {
  const states = new NodeStates(rowOf.size);
  for (const { node, up, incarnation, role, view } of trace.base) {
    const row = rowOf.get(node);
    if (row === undefined) continue;
    states.begin(row, up ? 'up' : 'down', incarnation, role);
    if (view !== undefined) states.setFields(row, -1, view);
  }
  trace.events.forEach((event, at) => {
    const row = event.node === undefined ? undefined : rowOf.get(event.node);
    if (row !== undefined) states.add(row, at, event);
  });
  return states;
}
