import { make } from './dom.ts';

/** Switches between dark and light; until then the system's choice holds. */
export class ThemeSwitch {
  readonly element: HTMLButtonElement;
  readonly #changed: () => void;
  readonly #system: MediaQueryList = window.matchMedia('(prefers-color-scheme: dark)');

  /** @param changed called when other colours are in force */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.element = make('button', {
      class: 'button',
      type: 'button',
      title: 'Dark or light (t)',
      click: () => this.turn(),
    });
    this.#system.addEventListener('change', () => this.#show());
    this.element.textContent = this.#isDark() ? 'Light' : 'Dark';
  }

  /** Takes the other theme. */
  turn(): void {
    document.documentElement.dataset.theme = this.#isDark() ? 'light' : 'dark';
    this.#show();
  }

  #isDark(): boolean {
    const { theme } = document.documentElement.dataset;
    return theme === undefined ? this.#system.matches : theme === 'dark';
  }

  #show(): void {
    this.element.textContent = this.#isDark() ? 'Light' : 'Dark';
    this.#changed();
  }
}
