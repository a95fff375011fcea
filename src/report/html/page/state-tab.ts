import { value } from '../../format.ts';
import { causesOf } from '../model/timeline.ts';
import type { App } from './app.ts';
import { changeText, factsOf, messageFacts, titleOf, whenOf } from './describe.ts';
import { fill, make } from './dom.ts';

/** The chosen event, what it changed, and the state of every node after it. */
export class StateTab {
  readonly title = 'State';
  readonly follows = true;
  readonly element: HTMLElement = make('div', { class: 'tab-body' });
  readonly #app: App;
  readonly #servers: readonly number[];
  readonly #fields: readonly string[];

  constructor(app: App) {
    this.#app = app;
    const { rows, states } = app.timeline;
    this.#servers = rows.flatMap(({ server }, row) => (server ? [row] : []));
    this.#fields = states.fieldNames(this.#servers);
    app.onChange((change) => {
      if (change === 'cursor' && this.element.isConnected) this.show();
      if (change === 'theme' && this.element.isConnected) this.show();
    });
  }

  /** Draws it anew. */
  show(): void {
    if (this.#app.timeline.events.length === 0) {
      fill(this.element, make('p', { class: 'empty' }, 'Nothing happened in this run.'));
      return;
    }
    const { scrollTop } = this.element;
    fill(this.element, this.#event(), this.#causes(), this.#table());
    this.element.scrollTop = scrollTop;
    this.#keepInSight();
  }

  /** Scrolls a table that is too wide to the node of the event. */
  #keepInSight(): void {
    const place = this.element.querySelector('.table-scroll');
    const here = this.element.querySelector<HTMLElement>('.here');
    if (place === null || here === null) return;
    const hidden = here.offsetLeft + here.offsetWidth - place.clientWidth;
    if (hidden > 0) place.scrollLeft = hidden + 8;
  }

  #event(): HTMLElement {
    const { timeline, cursor } = this.#app;
    const event = timeline.events[cursor]!;
    const parts: HTMLElement[] = [];
    if (event.type === 'step') {
      const line = timeline.lines.receivedAt.get(cursor);
      if (line !== undefined) parts.push(facts('message', messageFacts(timeline.events, line)));
      const changes = Object.entries(event.changed ?? {}).map(
        ([name, change]) => [name, changeText(change)] as const,
      );
      if (event.role !== undefined) changes.unshift(['role', changeText(event.role)]);
      if (changes.length > 0) parts.push(facts('changed', changes));
      for (const { to, kind, fields } of event.sent) {
        parts.push(facts(`sends ${kind} to ${to}`, factsOf(fields ?? {})));
      }
    }
    return make(
      'section',
      { class: 'chosen-event' },
      make('h2', {}, titleOf(event)),
      make('div', { class: 'when' }, whenOf(event)),
      ...parts,
    );
  }

  /** The steps that led here, the last first. */
  #causes(): HTMLElement | undefined {
    const { timeline, cursor } = this.#app;
    const chain = causesOf(timeline, cursor, 7).slice(1);
    if (chain.length === 0) return undefined;
    return make(
      'section',
      {},
      make('h3', {}, 'caused by'),
      make(
        'ol',
        { class: 'causes' },
        ...chain.map((at) => {
          const event = timeline.events[at]!;
          return make(
            'li',
            {},
            make(
              'button',
              { class: 'link', type: 'button', click: () => this.#app.choose(at) },
              titleOf(event),
            ),
            make('span', { class: 'when' }, whenOf(event)),
          );
        }),
      ),
    );
  }

  #table(): HTMLElement {
    const { timeline, cursor } = this.#app;
    const now = this.#servers.map((row) => timeline.states.stateAt(row, cursor));
    const before = this.#servers.map((row) => timeline.states.stateAt(row, cursor - 1));
    const line = (
      name: string,
      of: (state: (typeof now)[number]) => unknown,
    ): HTMLElement | undefined => {
      const cells = now.map((state, index) => {
        const text = shown(of(state));
        const changed = text !== shown(of(before[index]!));
        const attributes = { class: changed ? 'changed' : '', title: text };
        return make('td', attributes, text);
      });
      return make('tr', {}, make('th', { scope: 'row' }, name), ...cells);
    };
    const head = this.#servers.map((row) => {
      const here = timeline.rowAt[cursor] === row;
      return make('th', { scope: 'col', class: here ? 'here' : '' }, timeline.rows[row]!.id);
    });
    return make(
      'section',
      {},
      make('h3', {}, 'state after this event'),
      make(
        'div',
        { class: 'table-scroll' },
        make(
          'table',
          { class: 'states' },
          make('thead', {}, make('tr', {}, make('th', {}), ...head)),
          make(
            'tbody',
            {},
            line('status', ({ status }) => status),
            line('life', ({ incarnation }) => incarnation),
            ...this.#fields.map((name) => line(name, ({ fields }) => fields.get(name))),
          ),
        ),
      ),
    );
  }
}

function facts(
  title: string,
  list: readonly (readonly [name: string, value: string])[],
): HTMLElement {
  return make(
    'div',
    { class: 'facts' },
    make('h3', {}, title),
    make('dl', {}, ...list.flatMap(([name, text]) => [make('dt', {}, name), make('dd', {}, text)])),
  );
}

/** A field of a view in a narrow cell. */
function shown(of: unknown): string {
  if (of === undefined || of === null || of === '') return '–';
  if (Array.isArray(of)) return of.length === 0 ? '–' : of.map(shown).join(' ');
  if (typeof of !== 'object') return value(of);
  const parts = Object.entries(of).flatMap(([name, inner]) => {
    const isEmpty = inner === false || (Array.isArray(inner) && inner.length === 0);
    return isEmpty ? [] : [inner === true ? name : `${name} ${shown(inner)}`];
  });
  return parts.length === 0 ? '–' : parts.join(', ');
}
