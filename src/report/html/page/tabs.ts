import { fill, make } from './dom.ts';

/** One page of the side panel. */
export interface Tab {
  readonly title: string;
  readonly element: HTMLElement;
  /** Whether it tells of the chosen event. */
  readonly follows?: boolean;
  /** Called whenever it comes into sight. */
  show?(): void;
}

/** The side panel: one of several pages at a time. */
export class Tabs {
  readonly element: HTMLElement;
  readonly #tabs: readonly Tab[];
  readonly #buttons: readonly HTMLButtonElement[];
  readonly #body: HTMLElement;
  #open = 0;

  constructor(tabs: readonly Tab[]) {
    this.#tabs = tabs;
    this.#buttons = tabs.map(({ title }, index) =>
      make(
        'button',
        {
          class: 'tab',
          type: 'button',
          role: 'tab',
          title: `${title} (key ${index + 1})`,
          click: () => this.open(index),
        },
        title,
      ),
    );
    this.#body = make('div', { class: 'tab-place', role: 'tabpanel' });
    this.element = make(
      'aside',
      { class: 'side' },
      make('div', { class: 'tabs', role: 'tablist' }, ...this.#buttons),
      this.#body,
    );
    this.open(0);
  }

  /** Shows the one that tells of the chosen event, unless one that follows it is open. */
  follow(): void {
    const isFollowing = this.#tabs[this.#open]?.follows === true;
    if (!isFollowing) this.open(this.#tabs.findIndex(({ follows }) => follows === true));
  }

  /** Shows one of them. */
  open(index: number): void {
    const tab = this.#tabs[index];
    if (tab === undefined) return;
    this.#open = index;
    this.#buttons.forEach((button, at) => {
      button.setAttribute('aria-selected', String(at === index));
    });
    fill(this.#body, tab.element);
    tab.show?.();
  }
}
