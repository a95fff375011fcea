import type { StoryEvent } from '../../record/story.ts';
import type { TraceEvent } from '../../record/trace-event.ts';
import type { NamedChoice } from '../../sim/choices.ts';
import type { AnyComponent } from '../../sim/component.ts';
import type { Message } from '../../sim/message.ts';
import type { FaultEvent, Step, WorldObserver } from '../../sim/observer.ts';
import type { Narrator, Remark } from '../../sim/system-definition.ts';

/** Something told, before it is known what it led to. */
export type Told = Omit<StoryEvent, 'inPast' | 'inChain'>;

/** A choice that was not calm, and the step in which it was made. */
export interface MadeChoice {
  readonly choice: NamedChoice;
  readonly step: number;
  readonly timeUs: number;
  /** The message or operation that it is about. */
  readonly what: string | undefined;
}

/** Families whose end is the start of a node. */
const comesBack: ReadonlySet<string> = new Set([
  'kill',
  'power-loss',
  'zone-power-loss',
  'whole-cluster',
]);

/** Of more choices than these none is told: nobody could see which of them matter. */
export const mostChoices = 200;

/** Watches a run and puts it into words as it goes. */
export class StoryRecorder implements WorldObserver {
  /** Names of all nodes, servers first. */
  readonly names: readonly string[];
  readonly told: Told[] = [];
  readonly choices: MadeChoice[] = [];
  /** Faults that began, by index in the plan: when, and what they did. */
  readonly faults: Map<number, { readonly timeUs: number; readonly nodes: readonly string[] }> =
    new Map();
  choiceCount = 0;
  readonly nodes: number[] = [-1];
  readonly causes: number[] = [0];
  readonly #components: readonly AnyComponent[];
  readonly #narrator: Narrator | undefined;
  readonly #servers: number;
  #pending: NamedChoice[] = [];
  #step = 0;
  #timeUs = 0;

  /**
   * @param components of all nodes, servers first
   * @param servers how many servers there are
   */
  constructor(
    names: readonly string[],
    components: readonly AnyComponent[],
    servers: number,
    narrator: Narrator | undefined,
  ) {
    this.names = names;
    this.#servers = servers;
    this.#components = components;
    this.#narrator = narrator;
  }

  /** For the run's `onEvent`, which knows causes and roles. */
  onEvent(event: TraceEvent): void {
    if (event.type === 'step') {
      this.nodes[event.step] = this.names.indexOf(event.node);
      this.causes[event.step] = event.causeStep ?? 0;
      if (event.role !== undefined && this.#narrator === undefined && event.role[0] !== '') {
        this.#tell('turn', event.timeUs, event.step, `is now ${event.role[1]}`, event.node);
      }
    } else if (event.type === 'threw') {
      this.#tell('turn', event.timeUs, event.step, `throws: ${event.text}`, event.node);
    } else if (event.type === 'log') {
      this.#tell('detail', event.timeUs, event.step, `says "${event.text}"`, event.node);
    }
  }

  /** For the run's `onChoice`. */
  onChoice(choice: NamedChoice): void {
    this.choiceCount += 1;
    if (this.choiceCount <= mostChoices) this.#pending.push(choice);
  }

  afterStep(step: Step): void {
    this.#step = step.index;
    this.#timeUs = step.timeUs;
    const node = this.names[step.node];
    const remarks = this.#narrator?.step(step) ?? generic(step, this.names, this.#servers);
    for (const { says, isDetail = false } of remarks) {
      this.#tell(isDetail ? 'detail' : 'turn', step.timeUs, step.index, says, node);
    }
    for (const choice of this.#pending) {
      const what = this.#subject(choice, step);
      this.choices.push({ choice, step: step.index, timeUs: step.timeUs, what });
    }
    this.#pending = [];
  }

  probe(node: number, name: string): void {
    this.#narrator?.probe?.(node, name);
  }

  fault({ planIndex, phase, family, text, timeUs, nodes }: FaultEvent): void {
    if (phase === 'refused') return;
    // That a node comes back is told by itself, with what it knows then.
    if (phase === 'end' && comesBack.has(family)) return;
    if (phase === 'begin' && !this.faults.has(planIndex)) {
      this.faults.set(planIndex, { timeUs, nodes: nodes.map((node) => this.names[node] ?? '') });
    }
    this.#tell('fault', timeUs, this.#step, text);
  }

  get lastStep(): number {
    return this.#step;
  }

  get timeUs(): number {
    return this.#timeUs;
  }

  /** The message whose fate a choice decided. */
  #subject({ stream, key }: NamedChoice, step: Step): string | undefined {
    const link = /^net\/(.+)>(.+)$/.exec(stream);
    if (link === null) return undefined;
    const from = this.names.indexOf(link[1]!);
    const codec = this.#components[from]?.codec;
    if (from !== step.node || codec === undefined) return undefined;
    for (let at = 0; at < step.sentCount; at++) {
      const { to, message } = step.sent[at]!;
      if (this.names[to] === link[2] && (codec.identity(message) | 0) === key) {
        return `the ${message.kind}`;
      }
    }
    return undefined;
  }

  #tell(kind: Told['kind'], timeUs: number, step: number, text: string, node?: string): void {
    this.told.push({ kind, timeUs, step, text, ...(node === undefined ? {} : { node }) });
  }
}

/**
 * What can be said of a step whose system has no narrator: lives, what clients ask and are told, and
 * as details what nodes say to each other.
 */
function generic(step: Step, names: readonly string[], servers: number): readonly Remark[] {
  if (step.node >= servers) return [];
  const remarks: Remark[] = [];
  if (step.cause === 'start' && step.incarnation > 1) remarks.push({ says: 'starts again' });
  const { received, from } = step;
  if (received !== undefined) {
    const says = `gets ${messageText(received)} from ${names[from] ?? 'nobody'}`;
    remarks.push({ says, isDetail: from < servers });
  }
  for (let at = 0; at < step.sentCount; at++) {
    const { to, message } = step.sent[at]!;
    if (to >= servers) remarks.push({ says: `sends ${messageText(message)} to ${names[to]}` });
  }
  return remarks;
}

const shownFields = 4;
const shownLength = 24;

/** A message with what fits on a line of it: `add (amount 3, request 7)`. */
function messageText(message: Message): string {
  const fields = Object.entries(message).filter(
    ([name, value]) => name !== 'kind' && (typeof value !== 'object' || value === null),
  );
  const shown = fields.slice(0, shownFields).map(([name, value]) => {
    const text = String(value);
    return `${name} ${text.length > shownLength ? `${text.slice(0, shownLength)}...` : text}`;
  });
  return shown.length === 0 ? message.kind : `${message.kind} (${shown.join(', ')})`;
}
