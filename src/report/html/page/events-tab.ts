import { eventText } from '../../event-line.ts';
import { count, instant } from '../../format.ts';
import { lowerBoundOf } from '../model/time-axis.ts';
import type { App } from './app.ts';
import { make } from './dom.ts';
import { VirtualList } from './virtual-list.ts';

/** All events of interest, one a line; the chosen one stays in sight. */
export class EventsTab {
  readonly title = 'Events';
  readonly follows = true;
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #list: VirtualList;
  readonly #count: HTMLElement = make('div', { class: 'tab-note' });

  constructor(app: App) {
    this.#app = app;
    this.#list = new VirtualList(22, (index) => this.#row(this.#positionOf(index)));
    this.element = make('div', { class: 'tab-body column' }, this.#count, this.#list.element);
    app.onChange((change) => {
      if (change === 'query') this.show();
      if (change === 'cursor') this.#list.reveal(this.#indexOf(app.cursor));
    });
    this.show();
  }

  /** Draws it anew. */
  show(): void {
    const { events, trace } = this.#app.timeline;
    const shown = this.#app.passing?.length ?? events.length;
    this.#list.setCount(shown);
    this.#list.reveal(this.#indexOf(this.#app.cursor));
    const whole = shown === events.length ? '' : ` of ${count(events.length)}`;
    const dropped = trace.dropped === 0 ? '' : `; ${count(trace.dropped)} earlier ones left out`;
    this.#count.textContent = `${count(shown)}${whole} events${dropped}`;
  }

  #positionOf(index: number): number {
    return this.#app.passing === undefined ? index : this.#app.passing[index]!;
  }

  #indexOf(at: number): number {
    const { passing } = this.#app;
    return passing === undefined ? at : lowerBoundOf(passing, at);
  }

  #row(at: number): HTMLElement {
    const event = this.#app.timeline.events[at]!;
    const cause = event.type === 'step' ? event.cause : event.type;
    const chosen = at === this.#app.cursor;
    const broke = at === this.#app.timeline.violationAt;
    const text = eventText(event);
    return make(
      'div',
      {
        class: `event-row ${cause}${chosen ? ' chosen' : ''}${broke ? ' broke' : ''}`,
        role: 'option',
        'aria-selected': String(chosen),
        title: text,
        click: () => this.#app.choose(at),
      },
      make('span', { class: 'event-time' }, instant(event.timeUs).slice(0, -2)),
      make('span', { class: 'event-node' }, event.node ?? ''),
      make('span', { class: 'event-cause' }, cause),
      make('span', { class: 'event-what' }, text.replace(/ \(of step [\d,]+\)/, '')),
    );
  }
}
