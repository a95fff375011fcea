import type { Key } from 'ink';
import type { KeyName } from './pressed.ts';

/** The names of what ink read: several when a fast typist, or a program, sent them at once. */
export function keyNames(input: string, key: Key): readonly KeyName[] {
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.leftArrow) return ['left'];
  if (key.rightArrow) return ['right'];
  if (key.pageUp) return ['page-up'];
  if (key.pageDown) return ['page-down'];
  if (key.home) return ['home'];
  if (key.end) return ['end'];
  if (key.return) return ['enter'];
  if (key.escape) return ['escape'];
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  if (key.backspace) return ['backspace'];
  if (key.delete) return ['delete'];
  if (key.ctrl) return input === '' ? [] : [`ctrl-${input}`];
  if (key.meta) return [];
  return [...input].map((character) => {
    if (character === '\r' || character === '\n') return 'enter';
    if (character === '\t') return 'tab';
    if (character === '\u007f' || character === '\b') return 'backspace';
    return character;
  });
}

/** Pasted text as keys: one line of it, without controls. */
export function pastedKeys(text: string): readonly KeyName[] {
  const line = text.split(/[\r\n]/, 1)[0]!;
  return [...line].filter((character) => character >= ' ' && character !== '\u007f');
}
