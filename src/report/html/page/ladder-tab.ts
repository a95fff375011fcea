import type { RungRecord } from '../../../record/run-record.ts';
import { count } from '../../format.ts';
import type { App } from './app.ts';
import { make } from './dom.ts';

const signs: Readonly<Record<RungRecord['verdict'], string>> = {
  held: '✓',
  broken: '✕',
  inconclusive: '?',
};

/** All rungs, the lowest first, with how often each was put to the test. */
export class LadderTab {
  readonly title = 'Ladder';
  readonly element: HTMLElement;

  constructor({ timeline }: App) {
    const { rungs, violation } = timeline.trace.record;
    const most = rungs.reduce((a, { premise }) => Math.max(a, premise), 1);
    const tested = rungs.filter(({ premise }) => premise > 0).length;
    const rows = rungs.map(({ id, title, verdict, premise, reason }) => {
      const share = premise === 0 ? 0 : Math.max(0.02, Math.log1p(premise) / Math.log1p(most));
      const bar = make('span', { class: 'premise-bar' });
      bar.style.width = `${share * 100}%`;
      const state = premise === 0 && verdict === 'held' ? 'untested' : verdict;
      return make(
        'tr',
        { class: `rung ${state}`, title: reason },
        make('td', { class: 'sign' }, premise === 0 && verdict === 'held' ? '·' : signs[verdict]),
        make('td', { class: 'rung-id' }, id),
        make(
          'td',
          { class: 'rung-title' },
          title,
          violation?.rung === id ? make('div', { class: 'law' }, violation.statement) : undefined,
          reason === undefined ? undefined : make('div', { class: 'law' }, reason),
        ),
        make('td', { class: 'premise' }, bar, make('span', {}, count(premise))),
      );
    });
    const note = `${count(rungs.length)} rungs, ${count(tested)} of them put to the test in this run`;
    this.element = make(
      'div',
      { class: 'tab-body' },
      make('div', { class: 'tab-note' }, note),
      make(
        'table',
        { class: 'ladder' },
        make(
          'thead',
          {},
          make(
            'tr',
            {},
            make('th', {}),
            make('th', {}, 'rung'),
            make('th', {}, 'law'),
            make('th', { class: 'premise' }, 'premise held'),
          ),
        ),
        make('tbody', {}, ...rows),
      ),
    );
  }
}
