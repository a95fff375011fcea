import { count, duration, instant, value } from '../../format.ts';
import type { App } from './app.ts';
import { make } from './dom.ts';

/** What was drawn for the run: settings, faults, and which rare states it reached. */
export class RunTab {
  readonly title = 'Run';
  readonly element: HTMLElement;

  constructor(app: App) {
    const { record, plan } = app.timeline.trace;
    const faults = app.timeline.faults.map(({ family, text, fromUs, untilUs, at, sort }) =>
      make(
        'tr',
        {},
        make('td', { class: 'number' }, instant(fromUs)),
        make('td', { class: 'number' }, duration(untilUs - fromUs)),
        make(
          'td',
          { class: 'fault-cell' },
          make('span', { class: `sort ${sort}` }),
          make(
            'button',
            {
              class: 'link',
              type: 'button',
              click: () => {
                if (at >= 0) app.choose(at);
              },
            },
            text.startsWith(family) ? text : `${family}: ${text}`,
          ),
        ),
      ),
    );
    const refused = Object.values(record.faults).reduce((sum, fault) => sum + fault.refused, 0);
    const never = Object.values(record.faults).reduce((sum, fault) => sum + fault.never, 0);
    const note = `${count(plan.length)} planned, ${count(faults.length)} struck, ${count(refused)} refused by the budget, ${count(never)} never came`;
    this.element = make(
      'div',
      { class: 'tab-body' },
      make('h3', {}, 'faults'),
      make('div', { class: 'tab-note' }, note),
      make('table', { class: 'plain' }, make('tbody', {}, ...faults)),
      make('h3', {}, 'settings'),
      table(Object.entries(record.config).map(([name, of]) => [name, value(of)])),
      make('h3', {}, 'probes'),
      table(
        Object.entries(record.probes)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, times]) => [name, count(times)]),
      ),
    );
  }
}

function table(rows: readonly (readonly [name: string, text: string])[]): HTMLElement {
  if (rows.length === 0) return make('p', { class: 'empty' }, 'none');
  const lines = rows.map(([name, text]) =>
    make('tr', {}, make('th', { scope: 'row' }, name), make('td', { class: 'number' }, text)),
  );
  return make('table', { class: 'plain' }, make('tbody', {}, ...lines));
}
