import type { LogSnapshot } from '../log-snapshot.ts';
import type { WatchCommand, WatchSnapshot } from '../protocol.ts';
import { argumentOf, matchingEntries, paletteEntries } from './palette.ts';
import { within } from './panel.ts';
import type { KeyName, Pressed, Pressing } from './pressed.ts';
import { type Prompt, parseFilter, type UiState } from './ui-state.ts';

type Shown = WatchSnapshot | LogSnapshot | undefined;

/** Keys while a line is typed. */
export function pressInPrompt(key: KeyName, { ui, snapshot }: Pressing<Shown>): Pressed {
  const prompt = ui.prompt!;
  if (key === 'escape') return dropped(ui, snapshot);
  if (key === 'enter') return entered(ui, snapshot);
  if (prompt.kind === 'palette') {
    if (key === 'down' || key === 'up') return { ui: chosen(ui, prompt, key), commands: [] };
    if (key === 'tab') return { ui: completed(ui, prompt, snapshot), commands: [] };
  }
  const text = typed(key, prompt.text);
  if (text === undefined) {
    // A backspace in an empty line closes it, as in vi.
    return key === 'backspace' && prompt.text === '' ? dropped(ui, snapshot) : { ui, commands: [] };
  }
  const next: Prompt = { ...prompt, text, ...(prompt.kind === 'palette' ? { chosen: 0 } : {}) };
  return narrowed({ ...ui, prompt: next }, text, snapshot);
}

function typed(key: KeyName, text: string): string | undefined {
  if (key === 'backspace' || key === 'delete') {
    return text === '' ? undefined : [...text].slice(0, -1).join('');
  }
  if (key === 'ctrl-u') return '';
  if (key === 'ctrl-w') return text.replace(/\S+\s*$/, '');
  return [...key].length === 1 ? text + key : undefined;
}

/** A filter works while it is typed. */
function narrowed(ui: UiState, text: string, snapshot: Shown): Pressed {
  if (ui.prompt?.kind !== 'filter') return { ui, commands: [] };
  if (snapshot?.kind === 'world' && ui.focus === 'events') {
    const commands: WatchCommand[] = [{ kind: 'filter', filter: parseFilter(text) }];
    return { ui: { ...ui, eventFilter: text }, commands };
  }
  const panel = snapshot?.kind === 'log' ? ui.logFocus : ui.focus;
  const cursors = { ...ui.cursors, [panel]: 0 };
  return { ui: { ...ui, cursors, filters: { ...ui.filters, [panel]: text } }, commands: [] };
}

function withoutPrompt({ prompt: _, ...rest }: UiState): UiState {
  return rest;
}

function dropped(ui: UiState, snapshot: Shown): Pressed {
  const prompt = ui.prompt!;
  if (prompt.kind !== 'filter') return { ui: withoutPrompt(ui), commands: [] };
  const back = narrowed(ui, prompt.before, snapshot);
  return { ui: withoutPrompt(back.ui), commands: back.commands };
}

function entered(ui: UiState, snapshot: Shown): Pressed {
  const prompt = ui.prompt!;
  const rest = withoutPrompt(ui);
  if (prompt.kind === 'filter') return { ui: rest, commands: [] };
  if (prompt.kind === 'search') {
    const filter = parseFilter(prompt.text);
    const cursors = { ...rest.cursors, search: 0 };
    return {
      ui: { ...rest, focus: 'events', cursors },
      commands: [{ kind: 'search', filter }],
    };
  }
  return run(ui, prompt, snapshot);
}

function run(ui: UiState, prompt: Prompt & { kind: 'palette' }, snapshot: Shown): Pressed {
  if (snapshot?.kind !== 'world') return { ui: withoutPrompt(ui), commands: [] };
  const fitting = matchingEntries(paletteEntries(snapshot), prompt.text);
  const entry = fitting[within(prompt.chosen, fitting.length)];
  if (entry === undefined) return { ui, commands: [] };
  if (entry.command !== undefined) {
    return { ui: withoutPrompt(ui), commands: [entry.command] };
  }
  const argument = argumentOf(entry, prompt.text);
  const command = argument === undefined ? undefined : entry.argument!.parse(argument);
  // What is missing still has to be typed: the words are completed, the line stays open.
  if (command === undefined) return { ui: completed(ui, prompt, snapshot), commands: [] };
  return { ui: withoutPrompt(ui), commands: [command] };
}

function completed(ui: UiState, prompt: Prompt & { kind: 'palette' }, snapshot: Shown): UiState {
  if (snapshot?.kind !== 'world') return ui;
  const fitting = matchingEntries(paletteEntries(snapshot), prompt.text);
  const entry = fitting[within(prompt.chosen, fitting.length)];
  if (entry === undefined || argumentOf(entry, prompt.text) !== undefined) return ui;
  const text = entry.argument === undefined ? entry.text : `${entry.text} `;
  return { ...ui, prompt: { ...prompt, text, chosen: 0 } };
}

function chosen(ui: UiState, prompt: Prompt & { kind: 'palette' }, key: 'down' | 'up'): UiState {
  const to = Math.max(0, prompt.chosen + (key === 'down' ? 1 : -1));
  return { ...ui, prompt: { ...prompt, chosen: to } };
}
