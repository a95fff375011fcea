import type {
  FaultNote,
  Fields,
  OutsideEvent,
  StepEvent,
  TraceEvent,
} from '../record/trace-event.ts';
import type { LogValue } from '../sim/env.ts';
import type { Message } from '../sim/message.ts';
import type { FaultEvent, Lifecycle, Step, WorldObserver } from '../sim/observer.ts';
import type { World } from '../sim/world.ts';
import { plainFields } from './plain-fields.ts';

/** Tells everything that happens in a world as plain data. */
export class EventRecorder implements WorldObserver {
  readonly #world: World;
  readonly #tell: (event: TraceEvent) => void;
  readonly #details: boolean;
  readonly #roles: string[] = [];
  /** With details: what was last told of each node's view, field by field as JSON. */
  readonly #told: Map<string, string>[] = [];
  /** Directed links that were closed when the last fault was told of. */
  #closed: ReadonlySet<string> = new Set();

  /** @param details tells what messages say and whole views too */
  constructor(world: World, tell: (event: TraceEvent) => void, details: boolean = false) {
    this.#world = world;
    this.#tell = tell;
    this.#details = details;
  }

  afterStep(step: Step): void {
    const world = this.#world;
    const traced = world.trace.step(step.index);
    const sent = [];
    for (let at = 0; at < step.sentCount; at++) {
      const { to, message } = step.sent[at]!;
      const base = { to: world.nodeId(to), kind: message.kind };
      sent.push(this.#details ? { ...base, fields: messageFields(message) } : base);
    }
    const event: { -readonly [Key in keyof StepEvent]: StepEvent[Key] } = {
      type: 'step',
      step: step.index,
      timeUs: step.timeUs,
      node: world.nodeId(step.node),
      incarnation: step.incarnation,
      cause: step.cause,
      sent,
    };
    if (traced !== undefined && step.cause !== 'start') event.what = traced.what;
    if (traced !== undefined && traced.causeStep > 0 && traced.causeStep < step.index) {
      event.causeStep = traced.causeStep;
    }
    if (step.from >= 0) event.from = world.nodeId(step.from);
    const role = world.component(step.node).role?.(step.state);
    const before = this.#roles[step.node];
    if (role !== undefined && role !== before) {
      this.#roles[step.node] = role;
      event.role = [before ?? '', role];
    }
    if (this.#details) this.#noteView(step, event);
    else {
      const changed = changedMarks(step.before, step.after);
      if (changed !== undefined) event.changed = changed;
    }
    this.#tell(event);
  }

  /** The whole view at the first step of a life, then what differs from what was told before. */
  #noteView(step: Step, event: { -readonly [Key in keyof StepEvent]: StepEvent[Key] }): void {
    const { after } = step;
    if (typeof after !== 'object' || after === null || step.cause === 'release') return;
    const fields = plainFields(after);
    const told = this.#told[step.node];
    const now = new Map<string, string>();
    const changed: Record<string, readonly [unknown, unknown]> = {};
    for (const [name, value] of Object.entries(fields)) {
      const text = JSON.stringify(value);
      now.set(name, text);
      const before = told?.get(name);
      if (before !== text)
        changed[name] = [before === undefined ? null : JSON.parse(before), value];
    }
    this.#told[step.node] = now;
    if (step.cause === 'start' || told === undefined) event.view = fields;
    else if (Object.keys(changed).length > 0) event.changed = changed;
  }

  lifecycle(node: number, what: Lifecycle): void {
    this.#outside('lifecycle', what, node);
    this.#roles.length = Math.max(this.#roles.length, node + 1);
    if (what === 'killed' || what === 'power-lost') delete this.#roles[node];
  }

  threw(node: number, error: unknown): void {
    this.#outside('threw', errorText(error), node);
  }

  probe(node: number, name: string): void {
    this.#outside('probe', name, node);
  }

  log(node: number, text: string, fields: Readonly<Record<string, LogValue>> | undefined): void {
    const extra = Object.entries(fields ?? {}).map(([name, value]) => ` ${name}=${value}`);
    this.#outside('log', text + extra.join(''), node);
  }

  fault(event: FaultEvent): void {
    const names = event.nodes.map((node) => this.#world.nodeId(node)).join(',');
    const where = names === '' ? '' : ` [${names}]`;
    const cut = this.#details ? this.#newlyClosed() : [];
    this.#outside('fault', `${event.phase} ${event.family}${where}: ${event.text}`, undefined, {
      plan: event.planIndex,
      family: event.family,
      phase: event.phase,
      nodes: event.nodes.map((node) => this.#world.nodeId(node)),
      ...(event.phase === 'begin' && cut.length > 0 ? { cut } : {}),
    });
  }

  /** Links that are closed now and were open when the last fault was told of. */
  #newlyClosed(): readonly (readonly [string, string])[] {
    const world = this.#world;
    const closed = new Set<string>();
    const fresh: (readonly [string, string])[] = [];
    for (let from = 0; from < world.nodeCount; from++) {
      for (let to = 0; to < world.nodeCount; to++) {
        if (from === to || world.linkOpen(from, to)) continue;
        const link = `${from}>${to}`;
        closed.add(link);
        if (!this.#closed.has(link)) fresh.push([world.nodeId(from), world.nodeId(to)]);
      }
    }
    this.#closed = closed;
    return fresh;
  }

  /** The run entered a phase. */
  phase(name: string): void {
    this.#outside('phase', name);
  }

  #outside(type: OutsideEvent['type'], text: string, node?: number, fault?: FaultNote): void {
    const { steps: step, timeUs } = this.#world;
    const base = { type, step, timeUs, text, ...(fault === undefined ? {} : { fault }) };
    this.#tell(node === undefined ? base : { ...base, node: this.#world.nodeId(node) });
  }
}

/** What a message says, without its kind. */
function messageFields(message: Message): Fields {
  const { kind: _, ...fields } = plainFields(message);
  return fields;
}

/** An error as one line, with its name. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return `a value was thrown: ${String(error)}`;
  return error.message === '' ? error.name : `${error.name}: ${error.message}`;
}

/** Scalar fields that differ between two views. */
function changedMarks(before: unknown, after: unknown): StepEvent['changed'] | undefined {
  if (typeof before !== 'object' || before === null || before === after) return undefined;
  if (typeof after !== 'object' || after === null) return undefined;
  const changed: Record<string, readonly [unknown, unknown]> = {};
  let any = false;
  for (const [name, now] of Object.entries(after)) {
    const was = (before as Record<string, unknown>)[name];
    if (was === now || typeof now === 'object' || typeof now === 'function') continue;
    changed[name] = [was, now];
    any = true;
  }
  return any ? changed : undefined;
}
