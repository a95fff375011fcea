import { count, duration, instant } from '../../format.ts';
import type { App } from './app.ts';
import { make } from './dom.ts';

/** The verdict, what was run, and the broken law in one line. */
export function headerOf(app: App, ...tools: readonly HTMLElement[]): HTMLElement {
  const { record } = app.timeline.trace;
  const { scenario, seed, verdict, steps, virtualUs, digest, violation } = record;
  const facts = [
    `${count(steps)} steps`,
    `${duration(virtualUs)} of virtual time`,
    `digest ${digest}`,
  ];
  const top = make(
    'div',
    { class: 'header-line' },
    make('span', { class: `verdict ${verdict}` }, verdict),
    make('h1', {}, scenario),
    make('span', { class: 'seed' }, seed === null ? 'shrunk case' : `seed ${seed}`),
    make('span', { class: 'header-facts' }, facts.join('  ·  ')),
    make('span', { class: 'spring' }),
    ...tools,
  );
  if (violation === undefined) return make('header', { class: 'header' }, top);
  const { rung, title, statement } = violation;
  const banner = make(
    'div',
    { class: 'banner' },
    make('strong', {}, `${rung} ${title}`),
    make('span', { class: 'banner-law', title: statement }, statement),
    make(
      'button',
      {
        class: 'link',
        type: 'button',
        title: 'Go there (v)',
        click: () => {
          app.look(app.firstWindow());
          app.choose(app.timeline.violationAt);
        },
      },
      `${instant(violation.virtualUs)}, step ${count(violation.step)}`,
    ),
  );
  return make('header', { class: 'header' }, top, banner);
}
