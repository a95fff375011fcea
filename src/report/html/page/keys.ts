import type { App } from './app.ts';
import { make } from './dom.ts';
import type { FilterBar } from './filter-bar.ts';
import type { Tabs } from './tabs.ts';
import type { ThemeSwitch } from './theme-switch.ts';

/** A key with what it does, for the keyboard and for the help. */
interface Binding {
  /** As `KeyboardEvent.key` has them. */
  readonly keys: readonly string[];
  /** As people read them. */
  readonly shown: string;
  readonly does: string;
  readonly act: (event: KeyboardEvent) => void;
}

/** What keys can reach. */
interface Parts {
  readonly app: App;
  readonly tabs: Tabs;
  readonly filters: FilterBar;
  readonly theme: ThemeSwitch;
}

/** Listens to the keyboard, and explains itself. */
export class Keys {
  readonly help: HTMLDialogElement;
  readonly #bindings: readonly Binding[];

  constructor(parts: Parts) {
    this.help = make('dialog', { class: 'help', 'aria-label': 'Keys' });
    this.#bindings = bindingsOf(parts, () => this.toggleHelp());
    this.help.append(
      make('h2', {}, 'Keys'),
      make(
        'dl',
        {},
        ...this.#bindings.flatMap(({ shown, does }) => [
          make('dt', {}, ...shown.split(' ').map((key) => make('kbd', {}, key))),
          make('dd', {}, does),
        ]),
      ),
      make('h2', {}, 'Pointer'),
      make('p', {}, 'Wheel zooms, drag moves, Shift + wheel moves, a click chooses an event.'),
      make('p', {}, 'Below: drag to scrub; drag an edge of the window to resize it.'),
      make('h2', {}, 'Marks'),
      make(
        'p',
        {},
        'Filled circle: a message is handled. Ring: a timer. Square: the disk. Triangle: a life ' +
          'begins. Cross: a life ends. Dark marks changed the state. A broken arrow is a reply; one ' +
          'that ends in a cross did not arrive. The thick line is what led to the chosen event.',
      ),
      make('button', { type: 'button', class: 'button', click: () => this.help.close() }, 'Close'),
    );
    document.addEventListener('keydown', (event) => this.#press(event));
  }

  /** Opens or closes the list of keys. */
  toggleHelp(): void {
    if (this.help.open) this.help.close();
    else this.help.showModal();
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const inField = event.target instanceof HTMLInputElement;
    if (inField) {
      if (event.key === 'Escape' || event.key === 'Enter') event.target.blur();
      if (event.key !== 'Escape') return;
    }
    if (this.help.open && event.key !== '?') return;
    const binding = this.#bindings.find(({ keys }) => keys.includes(event.key));
    if (binding === undefined) return;
    event.preventDefault();
    binding.act(event);
  }
}

function bindingsOf({ app, tabs, filters, theme }: Parts, help: () => void): readonly Binding[] {
  const span = (): number => app.window.untilUs - app.window.fromUs;
  const middle = (): number => {
    const at = app.timeline.timesUs[app.cursor] ?? app.window.fromUs;
    const visible = at >= app.window.fromUs && at <= app.window.untilUs;
    return visible ? at : (app.window.fromUs + app.window.untilUs) / 2;
  };
  const step = (by: 1 | -1, sameNode: boolean): void => {
    app.step(by, sameNode);
    tabs.follow();
  };
  const bind = (
    keys: readonly string[],
    shown: string,
    does: string,
    act: (event: KeyboardEvent) => void,
  ): Binding => ({ keys, shown, does, act });
  return [
    bind(['ArrowRight', 'l'], '→ l', 'next event; with Shift the next one of this node', (event) =>
      step(1, event.shiftKey),
    ),
    bind(['L'], 'L', 'next event of this node', () => step(1, true)),
    bind(['ArrowLeft', 'h'], '← h', 'previous event; with Shift the one of this node', (event) =>
      step(-1, event.shiftKey),
    ),
    bind(['H'], 'H', 'previous event of this node', () => step(-1, true)),
    bind(['c'], 'c', 'the step that caused this one', () => toCause(app)),
    bind(['v'], 'v', 'the violation', () => {
      if (app.timeline.violationAt < 0) return;
      app.look(app.firstWindow());
      app.choose(app.timeline.violationAt);
    }),
    bind(['Home', 'g'], 'Home g', 'first event', () => app.choose(0)),
    bind(['End', 'G'], 'End G', 'last event', () => app.choose(app.timeline.events.length - 1)),
    bind(['+', '=', 'ArrowUp', 'k'], '+ ↑ k', 'closer', () => app.zoom(0.6, middle())),
    bind(['-', 'ArrowDown', 'j'], '- ↓ j', 'further away', () => app.zoom(1 / 0.6, middle())),
    bind(['0'], '0', 'the whole run', () => app.look(app.limits)),
    bind(['[', 'PageUp'], '[', 'earlier', () => app.pan(-0.5 * span())),
    bind([']', 'PageDown'], ']', 'later', () => app.pan(0.5 * span())),
    bind(['/'], '/', 'search; then n and N go from one to the next', () => filters.focus()),
    bind(['n'], 'n', 'next event of those found', () => filters.next(1)),
    bind(['N'], 'N', 'previous event of those found', () => filters.next(-1)),
    bind(['Escape'], 'Esc', 'show everything again', () => filters.reset()),
    bind(['1', '2', '3', '4', '5', '6'], '1 … 6', 'pages of the side panel', (event) =>
      tabs.open(Number(event.key) - 1),
    ),
    bind(['t'], 't', 'dark or light', () => theme.turn()),
    bind(['?'], '?', 'this help', help),
  ];
}

function toCause(app: App): void {
  const event = app.timeline.events[app.cursor];
  const cause = event?.type === 'step' ? event.causeStep : undefined;
  const at = cause === undefined ? undefined : app.timeline.atStep.get(cause);
  if (at !== undefined) app.choose(at);
}
