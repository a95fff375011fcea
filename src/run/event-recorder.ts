import type { OutsideEvent, StepEvent, TraceEvent } from '../record/trace-event.ts';
import type { LogValue } from '../sim/env.ts';
import type { FaultEvent, Lifecycle, Step, WorldObserver } from '../sim/observer.ts';
import type { World } from '../sim/world.ts';

/** Tells everything that happens in a world as plain data. */
export class EventRecorder implements WorldObserver {
  readonly #world: World;
  readonly #tell: (event: TraceEvent) => void;
  readonly #roles: string[] = [];

  constructor(world: World, tell: (event: TraceEvent) => void) {
    this.#world = world;
    this.#tell = tell;
  }

  afterStep(step: Step): void {
    const world = this.#world;
    const traced = world.trace.step(step.index);
    const sent = [];
    for (let at = 0; at < step.sentCount; at++) {
      const { to, message } = step.sent[at]!;
      sent.push({ to: world.nodeId(to), kind: message.kind });
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
    const changed = changedMarks(step.before, step.after);
    if (changed !== undefined) event.changed = changed;
    this.#tell(event);
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
    this.#outside('fault', `${event.phase} ${event.family}${where}: ${event.text}`);
  }

  /** The run entered a phase. */
  phase(name: string): void {
    this.#outside('phase', name);
  }

  #outside(type: OutsideEvent['type'], text: string, node?: number): void {
    const base = { type, step: this.#world.steps, timeUs: this.#world.timeUs, text };
    this.#tell(node === undefined ? base : { ...base, node: this.#world.nodeId(node) });
  }
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
