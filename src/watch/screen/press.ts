import type { LogSnapshot } from '../log-snapshot.ts';
import type { WatchSnapshot } from '../protocol.ts';
import { pressInLog } from './press-log.ts';
import { pressInPrompt } from './press-prompt.ts';
import { pressInWorld } from './press-world.ts';
import type { KeyName, Pressed, Pressing } from './pressed.ts';
import type { UiState } from './ui-state.ts';

/** The meaning of a key, as a pure function of what is shown. */
export function press(
  key: KeyName,
  { ui, snapshot }: Pressing<WatchSnapshot | LogSnapshot | undefined>,
): Pressed {
  if (key === 'ctrl-c') return { ui, commands: [{ kind: 'quit' }] };
  if (ui.question !== undefined) return answered(key, ui);
  if (ui.prompt !== undefined) return pressInPrompt(key, { ui, snapshot });
  if (ui.help) return { ui: inHelp(key, ui), commands: [] };
  if (key === '?') return { ui: { ...ui, help: true, helpTop: 0 }, commands: [] };
  if (snapshot === undefined) {
    return { ui, commands: key === 'q' || key === 'escape' ? [{ kind: 'quit' }] : [] };
  }
  return snapshot.kind === 'log'
    ? pressInLog(key, { ui, snapshot })
    : pressInWorld(key, { ui, snapshot });
}

function answered(key: KeyName, ui: UiState): Pressed {
  const { question, ...rest } = ui;
  if (key === 'y' || key === 'Y') return { ui: rest, commands: [question!.command] };
  const no = key === 'n' || key === 'N' || key === 'q' || key === 'escape';
  return { ui: no ? rest : ui, commands: [] };
}

function inHelp(key: KeyName, ui: UiState): UiState {
  const page = Math.max(1, ui.rows - 8);
  const by: Readonly<Record<string, number>> = {
    down: 1,
    j: 1,
    up: -1,
    k: -1,
    'page-down': page,
    ' ': page,
    'page-up': -page,
  };
  const moved = by[key];
  // The help has under a hundred lines; the panel itself stops at its end.
  if (moved !== undefined) return { ...ui, helpTop: Math.max(0, Math.min(90, ui.helpTop + moved)) };
  return key === '?' || key === 'q' || key === 'escape' ? { ...ui, help: false } : ui;
}
