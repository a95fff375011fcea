import { make } from './dom.ts';

/** A list of which only the rows in sight exist, so that its length costs nothing. */
export class VirtualList {
  readonly element: HTMLElement;
  readonly #rowPixels: number;
  readonly #space: HTMLElement;
  readonly #make: (index: number) => HTMLElement;
  #count = 0;
  #waiting = false;

  /** @param row makes the row at an index */
  constructor(rowPixels: number, row: (index: number) => HTMLElement) {
    this.#rowPixels = rowPixels;
    this.#make = row;
    this.#space = make('div', { class: 'list-space' });
    this.element = make('div', { class: 'list', tabindex: '0', role: 'listbox' }, this.#space);
    this.element.addEventListener('scroll', () => this.invalidate());
    new ResizeObserver(() => this.invalidate()).observe(this.element);
  }

  /** Says how many rows there are, and draws those in sight anew. */
  setCount(count: number): void {
    this.#count = count;
    this.#space.style.height = `${count * this.#rowPixels}px`;
    this.invalidate();
  }

  /** Draws anew with the next frame. */
  invalidate(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  /** Brings a row into sight. */
  reveal(index: number): void {
    const { element } = this;
    const top = index * this.#rowPixels;
    const margin = 2 * this.#rowPixels;
    if (top < element.scrollTop + margin) element.scrollTop = top - margin;
    else if (top > element.scrollTop + element.clientHeight - margin - this.#rowPixels) {
      element.scrollTop = top - element.clientHeight + margin + this.#rowPixels;
    }
    this.invalidate();
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.element;
    if (clientHeight === 0) return;
    const first = Math.max(0, Math.floor(scrollTop / this.#rowPixels) - 4);
    const last = Math.min(this.#count, first + Math.ceil(clientHeight / this.#rowPixels) + 8);
    const rows: HTMLElement[] = [];
    for (let index = first; index < last; index++) {
      const row = this.#make(index);
      row.style.top = `${index * this.#rowPixels}px`;
      rows.push(row);
    }
    this.#space.replaceChildren(...rows);
  }
}
