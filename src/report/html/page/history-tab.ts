import { count, duration, instant } from '../../format.ts';
import type { App } from './app.ts';
import { make } from './dom.ts';
import { VirtualList } from './virtual-list.ts';

/** What clients did, in order of invocation. */
export class HistoryTab {
  readonly title = 'History';
  readonly follows = true;
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #list: VirtualList;

  constructor(app: App) {
    this.#app = app;
    const { all } = app.timeline.operations;
    this.#list = new VirtualList(22, (index) => this.#row(index));
    this.#list.setCount(all.length);
    const totals = (['ok', 'fail', 'info', 'open'] as const).map((outcome) => {
      const number = all.filter(({ operation }) => operation.outcome === outcome).length;
      return make('span', { class: `outcome ${outcome}` }, `${outcome} ${count(number)}`);
    });
    const note =
      all.length === 0
        ? make('p', { class: 'empty' }, 'The clients of this scenario keep no history to be shown.')
        : make('div', { class: 'tab-note' }, `${count(all.length)} operations`, ...totals);
    this.element = make('div', { class: 'tab-body column' }, note, this.#list.element);
    app.onChange((change) => {
      if (change === 'cursor') this.#list.invalidate();
    });
  }

  /** Draws it anew, with the operation of the chosen event in sight. */
  show(): void {
    const { timeline, cursor } = this.#app;
    const step = timeline.events[cursor]?.step ?? 0;
    const { all } = timeline.operations;
    const near = all.findIndex(({ operation }) => operation.invokedStep >= step);
    this.#list.reveal(near < 0 ? all.length - 1 : near);
  }

  #row(index: number): HTMLElement {
    const { timeline, cursor } = this.#app;
    const { operation, text } = timeline.operations.all[index]!;
    const { client, process, outcome, invokedUs, completedUs, invokedStep, completedStep } =
      operation;
    const at = timeline.atStep.get(invokedStep);
    const end = completedStep === null ? undefined : timeline.atStep.get(completedStep);
    const chosen = cursor === at || cursor === end;
    const took = completedUs === null ? '' : duration(completedUs - invokedUs);
    return make(
      'div',
      {
        class: `event-row operation${chosen ? ' chosen' : ''}`,
        role: 'option',
        'aria-selected': String(chosen),
        title: text,
        click: () => {
          if (at !== undefined) this.#app.choose(at);
        },
      },
      make('span', { class: 'event-time' }, instant(invokedUs).slice(0, -2)),
      make('span', { class: 'event-node' }, client ?? String(process)),
      make('span', { class: `outcome ${outcome}` }, outcome),
      make('span', { class: 'event-what' }, text),
      make('span', { class: 'event-took' }, took),
    );
  }
}
