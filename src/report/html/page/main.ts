import type { RunTrace } from '../../../record/run-trace.ts';
import { App } from './app.ts';
import { Diagram } from './diagram.ts';
import { fill, make } from './dom.ts';
import { EventsTab } from './events-tab.ts';
import { FilterBar } from './filter-bar.ts';
import { headerOf } from './header.ts';
import { HistoryTab } from './history-tab.ts';
import { Keys } from './keys.ts';
import { LadderTab } from './ladder-tab.ts';
import { LatencyPlot } from './latency.ts';
import { Overview } from './overview.ts';
import { RunTab } from './run-tab.ts';
import { StateTab } from './state-tab.ts';
import { Tabs } from './tabs.ts';
import { ThemeSwitch } from './theme-switch.ts';
import { VerdictTab } from './verdict-tab.ts';

/** The trace that the page carries: JSON, deflated, in base 64. */
async function readTrace(): Promise<RunTrace> {
  const text = document.getElementById('trace')?.textContent?.trim() ?? '';
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return (await new Response(inflated).json()) as RunTrace;
}

function show(trace: RunTrace): void {
  const app = new App(trace);
  const theme = new ThemeSwitch(() => app.readTheme());
  const filters = new FilterBar(app);
  const tabs = new Tabs([
    new VerdictTab(app),
    new StateTab(app),
    new EventsTab(app),
    new HistoryTab(app),
    new LadderTab(app),
    new RunTab(app),
  ]);
  const keys = new Keys({ app, tabs, filters, theme });
  const helpButton = make(
    'button',
    { class: 'button', type: 'button', title: 'Keys (?)', click: () => keys.toggleHelp() },
    '?',
  );
  const pictures = make(
    'main',
    { class: 'pictures' },
    filters.element,
    new Diagram(app, () => tabs.follow()).element,
    new LatencyPlot(app).element,
    new Overview(app).element,
  );
  const header = headerOf(app, theme.element, helpButton);
  fill(document.body, header, pictures, tabs.element, keys.help);
  document.body.dataset.ready = 'yes';
}

function fail(error: unknown): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  fill(document.body, make('p', { class: 'empty' }, `This report cannot be shown: ${text}`));
}

readTrace().then(show).catch(fail);
