import type { RunRecord, ViolationRecord } from '../../../record/run-record.ts';
import type { StoryRecord } from '../../../record/story-record.ts';
import type { TraceEvent } from '../../../record/trace-event.ts';
import { count, duration, instant, value } from '../../format.ts';
import type { App } from './app.ts';
import { titleOf } from './describe.ts';
import { make } from './dom.ts';

/** What came of the run: the broken law and what contradicts it, the story, how to run it again. */
export class VerdictTab {
  readonly title = 'Verdict';
  readonly element: HTMLElement;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    const { record, story, replay, dropped, events } = app.timeline.trace;
    const { violation, aftermath, reasons, divergence } = record;
    const parts: (HTMLElement | undefined)[] = [];
    if (violation !== undefined) parts.push(...this.#broken(violation));
    if (violation === undefined) parts.push(held(record));
    // The law that broke is the first reason, and stands above already.
    const others = reasons.filter((text) => !text.startsWith(`rung ${violation?.rung} broke`));
    if (others.length > 0) parts.push(section('reasons', ...others.map(paragraph)));
    if (story !== undefined) parts.push(...this.#story(story));
    if (aftermath !== undefined) parts.push(this.#past(aftermath.events));
    if (aftermath !== undefined) parts.push(later(aftermath.violations, violation?.rung));
    if (divergence !== undefined) {
      const { point, stream, key } = divergence;
      const text = `The case no longer fits: ${point} of ${stream}, key ${key}, was not met.`;
      parts.push(section('divergence', paragraph(text)));
    }
    if (dropped > 0) {
      const text = `Only the last ${count(events.length)} events are kept; ${count(dropped)} before them are left out.`;
      parts.push(section('left out', paragraph(text)));
    }
    this.element = make(
      'div',
      { class: 'tab-body' },
      ...parts,
      section('run it again', make('code', { class: 'command' }, replay)),
      this.#facts(),
    );
  }

  #broken(violation: ViolationRecord): readonly HTMLElement[] {
    const { rung, title, statement, virtualUs, step, nodes, values } = violation;
    const rows = Object.entries(values).map(([name, of]) =>
      make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, value(of))),
    );
    const where = nodes.length === 0 ? '' : ` at ${nodes.join(', ')}`;
    return [
      make(
        'section',
        { class: 'broken' },
        make('h2', {}, `${rung} ${title}`),
        make('p', { class: 'statement' }, statement),
        make(
          'p',
          {},
          'Broken ',
          this.#jump(step, `at ${instant(virtualUs)}, step ${count(step)}`),
          `${where}.`,
        ),
        rows.length === 0 ? undefined : make('h3', {}, 'what disagrees'),
        make('table', { class: 'values' }, make('tbody', {}, ...rows)),
      ),
    ];
  }

  #jump(step: number, text: string): HTMLElement {
    const at = this.#app.timeline.atStep.get(step);
    if (at === undefined) return make('span', {}, text);
    const click = (): void => this.#app.choose(at);
    return make('button', { class: 'link', type: 'button', click }, text);
  }

  #story({ sections }: StoryRecord): readonly HTMLElement[] {
    return sections.map(({ title, sentences }) =>
      section(
        title,
        ...sentences.map(({ text, step }) =>
          make('p', { class: 'story' }, step === undefined ? text : this.#jump(step, text)),
        ),
      ),
    );
  }

  #past(events: readonly TraceEvent[]): HTMLElement | undefined {
    if (events.length === 0) return undefined;
    const items = events.map((event) =>
      make(
        'li',
        {},
        this.#jump(event.step, titleOf(event)),
        make('span', { class: 'when' }, instant(event.timeUs)),
      ),
    );
    return section('led to it', make('ol', { class: 'causes' }, ...items));
  }

  #facts(): HTMLElement {
    const { record } = this.#app.timeline.trace;
    const { clients } = record;
    const rows: (readonly [string, string])[] = [
      ['scenario', record.scenario],
      ['seed', record.seed === null ? 'none: calm but for a list' : String(record.seed)],
      ['digest', record.digest],
      ['steps', count(record.steps)],
      ['virtual time', duration(record.virtualUs)],
    ];
    if (clients !== undefined) {
      const { ok, fail, unknown } = clients;
      rows.push(['operations', `${count(ok)} ok, ${count(fail)} fail, ${count(unknown)} unknown`]);
    }
    const list = rows.flatMap(([name, text]) => [make('dt', {}, name), make('dd', {}, text)]);
    return make('section', { class: 'facts' }, make('h3', {}, 'run'), make('dl', {}, ...list));
  }
}

function held({ verdict, rungs, reasons }: RunRecord): HTMLElement {
  const tested = rungs.filter(({ premise }) => premise > 0).length;
  const all = `${count(tested)} of the ${count(rungs.length)} rungs were put to the test`;
  const text = verdict === 'held' ? `No rung broke; ${all}.` : `Nothing broke, and yet: ${all}.`;
  const title = reasons.length === 0 && verdict === 'held' ? 'The ladder held' : verdict;
  return make('section', {}, make('h2', {}, title), make('p', {}, text));
}

function later(violations: readonly ViolationRecord[], rung: string | undefined) {
  const others = violations.filter((other) => other.rung !== rung);
  if (others.length === 0) return undefined;
  const items = others.map((other) => {
    const seen = other.clientVisible ? ', a client sees it' : '';
    return paragraph(`${other.rung} ${other.title}, at ${instant(other.virtualUs)}${seen}`);
  });
  return section('broke later, when the run went on', ...items);
}

function section(title: string, ...children: readonly HTMLElement[]): HTMLElement {
  return make('section', {}, make('h3', {}, title), ...children);
}

function paragraph(text: string): HTMLElement {
  return make('p', {}, text);
}
