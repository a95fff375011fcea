import { count } from '../../format.ts';
import { everyEvent, isOpen, kindCounts } from '../model/event-search.ts';
import type { App } from './app.ts';
import { fill, make } from './dom.ts';
import { isReply } from './palette.ts';

/** Search and filters: words, nodes, kinds. The kinds of messages are the diagram's legend too. */
export class FilterBar {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #input: HTMLInputElement;
  readonly #result: HTMLElement = make('span', { class: 'result', 'aria-live': 'polite' });
  readonly #nodes: HTMLElement = make('div', { class: 'chips' });
  readonly #kinds: HTMLElement = make('div', { class: 'chips kinds' });
  readonly #clear: HTMLButtonElement;
  #timer = 0;

  constructor(app: App) {
    this.#app = app;
    this.#input = make('input', {
      type: 'search',
      class: 'search',
      placeholder: 'Search events: vote n2, term=3 …  ( / )',
      'aria-label': 'Search events',
      spellcheck: 'false',
      input: () => this.#typed(),
    });
    this.#clear = make(
      'button',
      { class: 'chip clear', type: 'button', click: () => this.reset() },
      'show all',
    );
    this.element = make(
      'div',
      { class: 'filter-bar' },
      make('div', { class: 'search-box' }, this.#input, this.#result, this.#clear),
      this.#nodes,
      this.#kinds,
    );
    app.onChange((change) => {
      if (change === 'query' || change === 'theme') this.#show();
    });
    this.#show();
  }

  /** Puts the caret into the search field. */
  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  /** Shows everything again. */
  reset(): void {
    this.#input.value = '';
    this.#app.ask(everyEvent);
  }

  /** The next or previous event that was found. */
  next(by: 1 | -1): void {
    this.#app.step(by, false);
  }

  #typed(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#app.ask({ ...this.#app.query, text: this.#input.value });
    }, 120);
  }

  #show(): void {
    const { query, passing, timeline } = this.#app;
    const open = isOpen(query);
    this.#clear.hidden = open;
    this.#result.textContent = open ? '' : `${count(passing?.length ?? 0)} found`;
    const nodes = timeline.rows.map(({ id }) =>
      this.#chip(id, !query.hiddenNodes.has(id), (only) => this.#toggle('hiddenNodes', id, only)),
    );
    fill(this.#nodes, ...nodes);
    const kinds = kindCounts(timeline.events).map(({ kind, count: times, message }) => {
      const shown = !query.hiddenKinds.has(kind);
      const chip = this.#chip(kind, shown, (only) => this.#toggle('hiddenKinds', kind, only));
      chip.append(make('span', { class: 'chip-count' }, count(times)));
      const colour = this.#app.kindColours.get(kind);
      if (message && colour !== undefined) {
        const swatch = make('span', { class: `swatch${isReply(kind) ? ' reply' : ''}` });
        swatch.style.color = colour;
        chip.prepend(swatch);
      } else if (!message) chip.prepend(make('span', { class: `glyph ${kind}` }));
      return chip;
    });
    fill(this.#kinds, ...kinds);
  }

  #chip(text: string, shown: boolean, toggle: (only: boolean) => void): HTMLButtonElement {
    return make(
      'button',
      {
        class: 'chip',
        type: 'button',
        'aria-pressed': String(shown),
        title: `Hide or show ${text}; Alt + click shows it alone`,
        click: (event: MouseEvent) => toggle(event.altKey),
      },
      make('span', {}, text),
    );
  }

  #toggle(which: 'hiddenNodes' | 'hiddenKinds', name: string, only: boolean): void {
    const { query, timeline } = this.#app;
    const hidden = new Set(query[which]);
    if (only) {
      const all =
        which === 'hiddenNodes'
          ? timeline.rows.map(({ id }) => id)
          : kindCounts(timeline.events).map(({ kind }) => kind);
      const isAlone = !hidden.has(name) && hidden.size === all.length - 1;
      hidden.clear();
      if (!isAlone) for (const other of all) if (other !== name) hidden.add(other);
    } else if (!hidden.delete(name)) hidden.add(name);
    this.#app.ask({ ...query, [which]: hidden });
  }
}
