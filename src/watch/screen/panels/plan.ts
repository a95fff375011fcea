import { duration, instant } from '../../../report/format.ts';
import type { PlanLine, TimelineSnapshot, WorldStatus } from '../../snapshot.ts';
import type { Look, Tone } from '../look.ts';
import {
  cursorSign,
  firstShown,
  type PanelText,
  type PanelView,
  passes,
  within,
} from '../panel.ts';
import { fill, Row } from '../row.ts';
import { axisRows, columnOf } from './timeline.ts';

/** The parts of a snapshot that the plan is drawn from. */
export interface PlanData {
  readonly plan: readonly PlanLine[];
  readonly timeline: TimelineSnapshot;
  readonly status: WorldStatus;
}

/** The run from left to right: phases, activity, notable moments, and a lane for each fault. */
export function planPanel(data: PlanData, view: PanelView): PanelText {
  const { look, width, height } = view;
  const label = Math.max(16, Math.min(46, Math.floor(width * 0.36)));
  const bar = Math.max(8, width - label - 2);
  const blank = ' '.repeat(Math.max(0, width - label - 1 - bar));
  const shown = shownFaults(data.plan, view.filter);
  const axis = axisRows(
    data,
    look,
    label,
    bar,
    Math.min(3, Math.max(height >= 9 ? 3 : height >= 6 ? 2 : 1, height - shown.length)),
  );
  const selected = shown[within(view.cursor, shown.length)];
  const detail = view.focused && height >= 8 && selected !== undefined;
  const room = height - axis.length - (detail ? 2 : 0);
  const inSight = view.focused
    ? shown.slice(firstShown(shown.length, view.cursor, room)).slice(0, room)
    : mostTelling(shown, room);
  const lanes = inSight.map((line) => lane({ line, data, view, label, bar }, line === selected));
  const inForce = data.plan.filter(({ state }) => state === 'in force').length;
  const hidden = shown.length - lanes.length;
  const note = hidden > 0 ? `${inForce} in force, ${hidden} more` : `${inForce} in force`;
  return {
    title: 'plan',
    note,
    noteTone: inForce > 0 ? 'doubtful' : 'faint',
    rows: [
      ...[...axis, ...fill(lanes, detail ? room : lanes.length, label + 1 + bar)].map(
        (row) => row + blank,
      ),
      ...(detail ? detailLines(selected, view) : []),
    ],
  };
}

/** Faults that the filter lets through. */
export function shownFaults(plan: readonly PlanLine[], filter: string): readonly PlanLine[] {
  if (filter === '') return plan;
  return plan.filter(({ family, text, state, nodes }) =>
    passes(filter, `${family} ${text} ${state} ${nodes.join(' ')}`),
  );
}

/** All that is known of the selected fault. */
function detailLines(line: PlanLine, { look, width }: PanelView): readonly string[] {
  const { trigger, fromUs, untilUs, refusal, state, byHand, nodes } = line;
  const from = fromUs === undefined ? '' : `from ${instant(fromUs)}`;
  const until = untilUs === undefined ? '' : `to ${instant(untilUs)}`;
  const parts = [
    byHand ? 'by hand' : '',
    state,
    trigger === undefined ? '' : `at ${trigger}`,
    `${from} ${until}`.trim(),
    nodes.length > 0 ? `on ${nodes.join(' ')}` : '',
    refusal ?? '',
  ];
  return [
    new Row(look, width)
      .put(` ${line.index + 1} `, 'faint')
      .put(laneText(line), 'strong')
      .end(),
    new Row(look, width).put(`   ${parts.filter((part) => part !== '').join(', ')}`, 'faint').end(),
  ];
}

const worth: readonly PlanLine['state'][] = ['in force', 'waiting', 'over', 'refused', 'never'];

/** While nobody chooses: what is in force, what comes next, what was last; in the order of the plan. */
function mostTelling(shown: readonly PlanLine[], room: number): readonly PlanLine[] {
  if (shown.length <= room) return shown;
  const rank = ({ state }: PlanLine): number => worth.indexOf(state);
  const late = ({ fromUs = 0 }: PlanLine): number => fromUs;
  const ranked = [...shown].sort((a, b) => {
    if (a.state !== b.state) return rank(a) - rank(b);
    return a.state === 'waiting' ? soon(a) - soon(b) : late(b) - late(a);
  });
  return ranked.slice(0, Math.max(0, room)).sort((a, b) => a.index - b.index);
}

/** A fault that waits for a meaning may come at any time: it comes after those with a time. */
function soon({ fromUs = Number.MAX_SAFE_INTEGER }: PlanLine): number {
  return fromUs;
}

const signs: Readonly<Record<PlanLine['state'], readonly [sign: string, tone: Tone]>> = {
  waiting: [' ', 'faint'],
  'in force': ['!', 'doubtful'],
  over: [' ', 'plain'],
  refused: ['-', 'faint'],
  never: ['?', 'faint'],
};

interface LanePlace {
  readonly line: PlanLine;
  readonly data: PlanData;
  readonly view: PanelView;
  readonly label: number;
  readonly bar: number;
}

function lane({ line, data, view, label, bar }: LanePlace, selected: boolean): string {
  const { look } = view;
  const [sign, tone] = signs[line.state];
  const number = `${line.byHand ? '+' : ''}${line.index + 1}`.padStart(3);
  const row = new Row(look, label + 1 + bar)
    .put(cursorSign(view, selected), 'accent')
    .put(sign, tone)
    .put(`${number} `, line.byHand ? 'accent' : 'faint')
    .cell(laneText(line), label - 6, tone === 'faint' ? 'faint' : tone)
    .to(label + 1);
  return putSpan(row, look, line, data.status, bar).end();
}

function laneText({ family, text, nodes, state, refusal }: PlanLine): string {
  if (state === 'refused' && refusal !== undefined) return `${family}: refused, ${refusal}`;
  if (text === '') return `${family} ${nodes.join(' ')}`.trim();
  return text.startsWith(family) ? text : `${family}: ${text}`;
}

/** The time that a fault is in force: solid where it has been, dashed where it will be. */
function putSpan(row: Row, look: Look, line: PlanLine, status: WorldStatus, bar: number): Row {
  const { glyphs } = look;
  const start = row.column;
  const at = (us: number): number => columnOf(us, status.phases.endUs, bar);
  if (line.fromUs === undefined) {
    return row.put(line.trigger === undefined ? '' : `${glyphs.future} ${line.trigger}`, 'faint');
  }
  const from = at(line.fromUs);
  const until = Math.max(from, at(line.untilUs ?? line.fromUs));
  const now = at(status.timeUs);
  if (line.state === 'refused' || line.state === 'never') {
    return row.to(start + from).put(line.state === 'refused' ? '-' : '?', 'faint');
  }
  const tone: Tone = line.state === 'in force' ? 'doubtful' : 'plain';
  for (let column = from; column <= until; column++) {
    row.to(start + column);
    const done = line.state !== 'waiting' && column <= now;
    row.put(done ? glyphs.bar : glyphs.future, done ? tone : 'faint');
  }
  const length = line.untilUs === undefined ? 0 : line.untilUs - line.fromUs;
  if (length > 0 && row.room > 10) row.put(` ${duration(length)}`, 'faint');
  return row;
}
