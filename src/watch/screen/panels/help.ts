import type { PanelText, PanelView } from '../panel.ts';
import { Row } from '../row.ts';
import type { KeyHint } from './foot.ts';

interface HelpGroup {
  readonly title: string;
  readonly keys: readonly KeyHint[];
}

const groups: readonly HelpGroup[] = [
  {
    title: 'Time',
    keys: [
      ['space', 'play and pause'],
      ['+ -', 'faster and slower, over five decades'],
      ['. ,', 'one event forward and back'],
      ['> <', 'one message forward and back'],
      ['] [', 'one event of the selected node'],
      ['left right h l', 'scrub by a hundredth of the run'],
      ['{ }', 'scrub by a tenth'],
      ['^ $', 'the start, the furthest moment'],
      ['t T', 'next and previous leader change'],
      ['f F', 'next and previous fault'],
      ['v V', 'next and previous violation'],
      ['m', 'mark this moment, or take the mark off'],
      ['\' "', 'next and previous mark'],
    ],
  },
  {
    title: 'Cluster, now',
    keys: [
      ['I', 'isolate the leader'],
      ['H', 'heal everything in force'],
      ['u', 'take back the last intervention'],
      ['w', 'save a case that replay takes'],
      [':', 'every command, by its words'],
    ],
  },
  {
    title: 'Panels',
    keys: [
      ['1 to 7, tab', 'focus a panel'],
      ['up down j k', 'move in it'],
      ['pgup pgdn g G', 'move far'],
      ['z', 'give it the whole screen, and back'],
      ['enter', 'what suits: go there, follow, compare'],
      ['/', 'narrow it; events take node:n1 kind:vote words'],
      ['S', 'search all events of the run; n N next and previous hit'],
      ['q esc', 'back; q at the top quits'],
      ['ctrl-z', 'to the shell; fg comes back'],
    ],
  },
  {
    title: 'nodes',
    keys: [
      ['i', 'isolate it'],
      ['x', 'partition it from another one'],
      ['c C', 'crash the process, the machine'],
      ['r', 'restart it'],
      ['p', 'stall it, or let it run on'],
      ['s', 'skew its clock'],
      ['o', 'follow its newest entry'],
    ],
  },
  {
    title: 'network',
    keys: [
      ['x', 'lose the message'],
      ['enter o', 'follow the message'],
    ],
  },
  {
    title: 'plan',
    keys: [
      ['enter', 'go to where the fault begins'],
      ['d', 'the past without this fault, side by side'],
      ['( )', 'the past with it 100 ms earlier or later, side by side'],
      ['M', 'move it by a time of your choice'],
    ],
  },
  {
    title: 'events',
    keys: [
      ['enter', 'go to that moment'],
      ['o', 'follow what led to it and what it led to'],
      ['M', 'mark it'],
    ],
  },
  {
    title: 'Side by side',
    keys: [
      ['a', 'go on in the changed past'],
      ['q', 'back to the first one'],
    ],
  },
  {
    title: 'Signs',
    keys: [
      ['ABC', 'committed entries: a letter and a colour for each term'],
      ['abc', 'entries that are not committed; underlined: not durable'],
      ['#3', 'third life of the node'],
    ],
  },
];

/** Lines of the help, in one column or two. */
export function helpPanel(view: PanelView): PanelText {
  const { look, width, height, cursor } = view;
  const columns = width >= 116 ? 2 : 1;
  const each = Math.floor(width / columns);
  const lines = groups.flatMap(({ title, keys }) => [
    new Row(look, each).put(` ${title}`, 'strong').end(),
    ...keys.map(([key, what]) =>
      new Row(look, each).put('   ').cell(key, 16, 'accent').put(what).end(),
    ),
    ' '.repeat(each),
  ]);
  const perColumn = Math.ceil(lines.length / columns);
  const all = Array.from({ length: perColumn }, (_, y) => {
    const parts = Array.from(
      { length: columns },
      (__, x) => lines[y + x * perColumn] ?? ' '.repeat(each),
    );
    return parts.join('') + ' '.repeat(width - each * columns);
  });
  const first = Math.max(0, Math.min(cursor, all.length - height));
  const more = all.length - height - first;
  return {
    title: 'help',
    note: more > 0 ? `${more} lines more: down` : '? or q closes',
    rows: all.slice(first, first + height),
  };
}
