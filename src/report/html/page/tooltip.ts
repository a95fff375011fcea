import { fill, make } from './dom.ts';

/** A few lines about what is under the pointer. */
export interface Description {
  readonly title: string;
  readonly when: string;
  /** Names and values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** A box beside the pointer. */
export class Tooltip {
  readonly element: HTMLElement = make('div', { class: 'tooltip', role: 'tooltip', hidden: '' });

  show({ title, when, facts }: Description, x: number, y: number): void {
    fill(
      this.element,
      make('div', { class: 'tooltip-title' }, title),
      make('div', { class: 'tooltip-when' }, when),
      make(
        'dl',
        {},
        ...facts.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]),
      ),
    );
    this.element.hidden = false;
    const { width, height } = this.element.getBoundingClientRect();
    const left = x + 14 + width > window.innerWidth ? x - width - 12 : x + 14;
    const top = Math.min(y + 14, window.innerHeight - height - 8);
    this.element.style.left = `${Math.max(4, left)}px`;
    this.element.style.top = `${Math.max(4, top)}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
