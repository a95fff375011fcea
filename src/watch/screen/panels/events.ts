import { count, instant } from '../../../report/format.ts';
import type {
  EventLine,
  EventTone,
  EventWindow,
  FollowSnapshot,
  SearchSnapshot,
} from '../../snapshot.ts';
import type { Tone } from '../look.ts';
import { cursorSign, firstShown, type PanelText, type PanelView, within } from '../panel.ts';
import { Row } from '../row.ts';

const tones: Readonly<Record<EventTone, Tone>> = {
  plain: 'plain',
  role: 'good',
  fault: 'doubtful',
  life: 'bad',
  probe: 'accent',
  violation: 'alarm',
};

/** A life that begins is no loss. */
function toneOf({ tone, text }: EventLine): Tone {
  return tone === 'life' && /^(re)?start/.test(text) ? 'good' : tones[tone];
}

/** The line of the window that the cursor stands on: it counts back from now. */
export function selectedEvent(events: EventWindow, cursor: number): EventLine | undefined {
  return events.lines[within(events.now - cursor, events.lines.length)];
}

/** What happened around the shown moment; what lies in the future is faint. */
export function eventsPanel(events: EventWindow, view: PanelView): PanelText {
  const { lines, now } = events;
  const { height } = view;
  // Now stands at the bottom, unless there is a future to show.
  const selected = within(now - view.cursor, lines.length);
  const ahead = Math.min(lines.length - 1 - now, Math.floor(height / 4));
  const bottom = Math.max(now + ahead, height - 1);
  const start = Math.max(0, Math.min(bottom - height + 1, lines.length - height));
  const first = view.focused ? Math.min(start, Math.max(0, selected - 1)) : start;
  const rows = lines.slice(first, first + height).map((event, index) => {
    const place = first + index;
    return eventRow(event, view, place === selected, place === now, place > now);
  });
  return { title: 'events', note: filterText(events), noteTone: 'accent', rows };
}

function filterText({ filter }: EventWindow): string {
  const { node, kind, text } = filter;
  const parts = [
    node === undefined ? '' : `node:${node}`,
    kind === undefined ? '' : `kind:${kind}`,
    text ?? '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function eventRow(
  event: EventLine,
  view: PanelView,
  selected: boolean,
  isNow: boolean,
  future: boolean,
): string {
  const { look, width } = view;
  const sign = view.focused && selected ? cursorSign(view, true) : isNow ? look.glyphs.play : ' ';
  const row = new Row(look, width)
    .put(sign, 'accent')
    .put(event.marked ? 'm' : ' ', event.marked ? 'focus' : 'plain');
  const wide = width >= 70;
  if (wide) row.number(count(event.step), 8, 'faint').put(' ');
  row.number(instant(event.timeUs), 12, 'faint').put(' ');
  row.cell(event.node, 4, future ? 'faint' : 'strong');
  if (wide) row.cell(event.type, 10, 'faint');
  return row.cell(event.text, row.room, future ? 'faint' : toneOf(event)).end();
}

/** Hits of a search over the whole run. */
export function searchPanel(search: SearchSnapshot, view: PanelView): PanelText {
  const selected = within(view.cursor, search.hits.length);
  const first = firstShown(search.hits.length, selected, view.height);
  const rows = search.hits
    .slice(first, first + view.height)
    .map((event, index) => eventRow(event, view, first + index === selected, false, false));
  const { node, kind, text } = search.filter;
  const wanted = [node, kind, text].filter((part) => part !== undefined).join(' ');
  const more = search.complete ? '' : `, looked at ${count(search.scanned)} steps`;
  return { title: `found "${wanted}"`, note: `${count(search.total)} hits${more}`, rows };
}

const sides: Readonly<Record<'cause' | 'itself' | 'effect', readonly [string, Tone]>> = {
  cause: ['before ', 'faint'],
  itself: ['itself ', 'focus'],
  effect: ['after  ', 'good'],
};

/** The hop that the cursor stands on; below 0: nobody has moved it, and it stands on what is followed. */
export function followCursor({ hops }: FollowSnapshot, cursor: number): number {
  if (cursor >= 0) return within(cursor, hops.length);
  const itself = hops.findIndex(({ side }) => side === 'itself');
  return itself < 0 ? Math.max(0, hops.length - 1) : itself;
}

/** The way of a message or an entry through the cluster. */
export function followPanel(follow: FollowSnapshot, view: PanelView): PanelText {
  const { look, width, height } = view;
  const selected = followCursor(follow, view.cursor);
  const first = firstShown(follow.hops.length, selected, height);
  const rows = follow.hops.slice(first, first + height).map((hop, index) => {
    const [side, tone] = sides[hop.side];
    return new Row(look, width)
      .put(cursorSign(view, first + index === selected), 'accent')
      .put(side, tone)
      .number(instant(hop.timeUs), 12, 'faint')
      .put(' ')
      .cell(hop.node, 4, 'strong')
      .put(hop.text)
      .end();
  });
  const note = `${follow.hops.length} hops${follow.complete ? '' : ' so far'}`;
  return { title: `following ${follow.title}`, note, rows };
}
