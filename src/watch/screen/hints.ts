import type { LogSnapshot } from '../log-snapshot.ts';
import type { WatchSnapshot } from '../snapshot.ts';
import type { KeyHint } from './panels/foot.ts';
import type { PanelId, UiState } from './ui-state.ts';

const everywhere: readonly KeyHint[] = [
  ['?', 'help'],
  [':', 'commands'],
];

const playing: readonly KeyHint[] = [
  ['space', 'play'],
  ['. ,', 'step'],
  ['+ -', 'speed'],
  ['h l', 'scrub'],
  ['t f v', 'next leader fault violation'],
];

const byPanel: Readonly<Record<PanelId, readonly KeyHint[]>> = {
  nodes: [
    ['I', 'isolate leader'],
    ['i', 'isolate'],
    ['x', 'partition'],
    ['c', 'crash'],
    ['r', 'restart'],
    ['p', 'stall'],
    ['s', 'skew'],
    ['H', 'heal'],
  ],
  network: [
    ['x', 'lose message'],
    ['o', 'follow it'],
    ['I', 'isolate leader'],
    ['H', 'heal'],
  ],
  plan: [
    ['d', 'past without it'],
    ['( )', 'earlier later'],
    ['enter', 'go there'],
  ],
  ladder: [
    ['enter', 'go to the break'],
    ['/', 'filter'],
    ['z', 'zoom'],
  ],
  clients: [
    ['enter', 'go there'],
    ['/', 'filter'],
    ['z', 'zoom'],
  ],
  probes: [
    ['/', 'filter'],
    ['z', 'zoom'],
  ],
  events: [
    ['enter', 'go there'],
    ['o', 'follow'],
    ['/', 'filter'],
    ['S', 'search all'],
    ['M', 'mark'],
  ],
};

/** The keys that matter most right now, the most telling ones first. */
export function keyHints(snapshot: WatchSnapshot | LogSnapshot, ui: UiState): readonly KeyHint[] {
  if (ui.help) {
    return [
      ['?', 'close'],
      ['j k', 'scroll'],
    ];
  }
  if (snapshot.kind === 'log') {
    const open: readonly KeyHint[] = ui.logFocus === 'findings' ? [['enter', 'watch it']] : [];
    return [
      ...open,
      ['1-4', 'panels'],
      ['/', 'filter'],
      ['z', 'zoom'],
      ['?', 'help'],
      ['q', 'quit'],
    ];
  }
  if (snapshot.comparison !== undefined) {
    return [
      ['a', 'go on in the changed past'],
      ['q', 'back'],
    ];
  }
  const back: KeyHint = ['q', isBack(snapshot, ui) ? 'back' : 'quit'];
  return [...everywhere, ...playing.slice(0, 3), ...byPanel[ui.focus], ...playing.slice(3), back];
}

/** Whether `q` leaves something smaller than the program. */
export function isBack({ search, follow }: WatchSnapshot, ui: UiState): boolean {
  if (ui.zoomed || ui.fromLog || search !== undefined || follow !== undefined) return true;
  return ui.focus === 'events' ? ui.eventFilter !== '' : (ui.filters[ui.focus] ?? '') !== '';
}
