import { count, plural, short } from '../../../report/format.ts';
import type {
  Finding,
  FinishedSweep,
  LiveSweep,
  LoggedRung,
  LogSnapshot,
} from '../../log-snapshot.ts';
import type { Look, Tone } from '../look.ts';
import {
  cursorSign,
  firstShown,
  type PanelText,
  type PanelView,
  passes,
  within,
} from '../panel.ts';
import { Row } from '../row.ts';
import { sparkline } from './timeline.ts';

function verdictTone(verdict: string): Tone {
  if (verdict === 'held') return 'good';
  return verdict === 'broken' ? 'bad' : 'doubtful';
}

/** Sweeps that run, two lines each, then those that ended. */
export function sweepsPanel(log: LogSnapshot, view: PanelView): PanelText {
  const rows = [
    ...log.sweeps.flatMap((sweep) => liveLines(sweep, view)),
    ...log.finished.map((sweep) => finishedLine(sweep, view)),
    ...log.troubles.map((text) => new Row(view.look, view.width).put(` ${text}`, 'doubtful').end()),
  ];
  if (rows.length === 0) {
    rows.push(new Row(view.look, view.width).put(' no sweep runs, none has ended', 'faint').end());
  }
  const first = Math.max(0, Math.min(view.cursor, rows.length - view.height));
  const alive = log.sweeps.filter((sweep) => sweep.alive).length;
  const speed = log.sweeps.reduce((sum, sweep) => sum + sweep.seedsPerSecond, 0);
  return {
    title: 'sweeps',
    note: `${alive} live, ${short(speed)} seeds/s`,
    noteTone: alive > 0 ? 'good' : 'faint',
    rows: rows.slice(first, first + view.height),
  };
}

function liveLines(sweep: LiveSweep, { look, width }: PanelView): readonly string[] {
  const { done, total, held, broken, inconclusive, seedsPerSecond, speeds } = sweep;
  const { glyphs } = look;
  const sign = sweep.alive ? glyphs.up : glyphs.down;
  const head = new Row(look, width)
    .put(` ${sign} `, sweep.alive ? 'good' : 'bad')
    .put(sweep.scenario, 'strong')
    .put(
      sweep.alive ? ` process ${sweep.processId}` : ` process ${sweep.processId} is gone`,
      'faint',
    )
    .put(`  ${short(seedsPerSecond)} seeds/s `, 'accent');
  const most = speeds.reduce((top, one) => Math.max(top, one), 0);
  head.put(sparkline(speeds, Math.min(speeds.length, 30), most, look), 'accent');
  const line = new Row(look, width).put('   ');
  if (total !== undefined && total > 0) {
    const cells = Math.max(8, Math.min(40, Math.floor(width / 3)));
    const full = Math.floor((cells * done) / total);
    line.put(glyphs.bar.repeat(full), 'accent').put(glyphs.future.repeat(cells - full), 'faint');
    line.put(` ${count(done)} of ${count(total)}`);
  } else line.put(`${plural(done, 'seed')}`);
  line.put(`  held ${count(held)}`, 'good');
  if (broken > 0) line.put(`  broken ${count(broken)}`, 'alarm');
  if (inconclusive > 0) line.put(`  inconclusive ${count(inconclusive)}`, 'doubtful');
  if (sweep.secondsLeft !== undefined) line.put(`  ${timeLeft(sweep.secondsLeft)} left`, 'faint');
  return [head.end(), line.end()];
}

function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 100 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}

function finishedLine(sweep: FinishedSweep, { look, width }: PanelView): string {
  const row = new Row(look, width)
    .put('   ')
    .cell(sweep.verdict, 13, verdictTone(sweep.verdict))
    .cell(sweep.scenario, 26)
    .put(`seeds ${count(sweep.from)}..${count(sweep.to)}  `, 'faint');
  if (sweep.broken > 0) row.put(`broken ${count(sweep.broken)}  `, 'bad');
  return row.put(`${sweep.at} ${sweep.commit.slice(0, 9)}`, 'faint').end();
}

/** Findings that the filter lets through. */
export function shownFindings(findings: readonly Finding[], filter: string): readonly Finding[] {
  if (filter === '') return findings;
  return findings.filter(({ scenario, seed, rung, path }) =>
    passes(filter, `${scenario} ${seed} ${rung} ${path}`),
  );
}

function seedText(seed: number | null): string {
  return seed === null ? '-' : `seed ${seed}`;
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

/** Failing cases; enter drills down into one. */
export function findingsPanel(log: LogSnapshot, view: PanelView): PanelText {
  const { look, width, height } = view;
  const shown = shownFindings(log.findings, view.filter);
  const selected = within(view.cursor, shown.length);
  const first = firstShown(shown.length, selected, height);
  const names = Math.min(28, 1 + longest(shown.map(({ scenario }) => scenario)));
  const seeds = 1 + longest(shown.map(({ seed }) => seedText(seed)));
  const rows = shown.slice(first, first + height).map((finding, index) => {
    const { scenario, seed, rung, step, faults, operations, shrunk } = finding;
    const parts = [
      `step ${count(step)}`,
      plural(faults, 'fault'),
      plural(operations, 'operation'),
      shrunk ? 'shrunk' : '',
    ];
    return new Row(look, width)
      .put(cursorSign(view, first + index === selected), 'accent')
      .cell(rung, 6, 'bad')
      .cell(scenario, names, 'strong')
      .cell(seedText(seed), seeds)
      .put(parts.filter((part) => part !== '').join(', '), 'faint')
      .end();
  });
  if (rows.length === 0) {
    rows.push(new Row(look, width).put(` ${look.glyphs.held} no failing case`, 'good').end());
  }
  const { length } = log.findings;
  return { title: 'findings', note: count(length), noteTone: length > 0 ? 'bad' : 'good', rows };
}

/** Rungs of the newest sweep that tells them: premises and breaks. */
export function loggedRungsPanel(log: LogSnapshot, view: PanelView): PanelText {
  const { look, width, height } = view;
  const newest = log.finished.find(({ rungs }) => rungs.length > 0);
  const rungs = (newest?.rungs ?? []).filter(({ id, title }) =>
    passes(view.filter, `${id} ${title}`),
  );
  const selected = within(view.cursor, rungs.length);
  const first = firstShown(rungs.length, selected, height);
  const rows = rungs
    .slice(first, first + height)
    .map((rung, index) => loggedRung(rung, view, first + index === selected));
  if (rows.length === 0) {
    rows.push(new Row(look, width).put(' no finished sweep tells its rungs', 'faint').end());
  }
  return { title: 'rungs', note: newest?.scenario ?? '', rows };
}

function loggedRung(rung: LoggedRung, view: PanelView, selected: boolean): string {
  const { look, width } = view;
  const { held, broken, waiting } = look.glyphs;
  const state: readonly [string, Tone] =
    rung.broken > 0 ? [broken, 'bad'] : rung.premise > 0 ? [held, 'good'] : [waiting, 'faint'];
  const end = rung.broken > 0 ? `broken in ${plural(rung.broken, 'seed')}` : count(rung.premise);
  const row = new Row(look, width).put(cursorSign(view, selected), 'accent');
  row.put(`${state[0]} `, state[1]).cell(rung.id, 5, 'faint');
  return row
    .cell(rung.title, row.room - end.length - 2)
    .put(' ')
    .put(end, state[1])
    .end();
}

/** The iteration loop: where it stands, and the end of its journal. */
export function loopPanel(log: LogSnapshot, view: PanelView): PanelText {
  const { look, width, height } = view;
  const { loop } = log;
  if (loop === undefined) {
    return {
      title: 'loop',
      rows: [new Row(look, width).put(' no iteration loop here', 'faint').end()],
    };
  }
  const head = new Row(look, width).put(` ${loop.state}`, 'accent').put('  ');
  for (const { id, state } of loop.rungs) head.put(`${id} `, stateTone(state));
  const room = Math.max(0, height - 1);
  const top = Math.max(0, loop.journal.length - room - view.cursor);
  const journal = loop.journal
    .slice(top, top + room)
    .map((text) => new Row(look, width).put(` ${text}`).end());
  return { title: 'loop', note: `iteration ${loop.iteration}`, rows: [head.end(), ...journal] };
}

function stateTone(state: string): Tone {
  if (/green|held|passed/.test(state)) return 'good';
  return /red|broken|failed/.test(state) ? 'bad' : 'faint';
}

/** The two lines at the top. */
export function logHeadLines(log: LogSnapshot, look: Look, width: number): readonly string[] {
  const steps = log.sweeps.reduce((sum, sweep) => sum + sweep.steps, 0);
  const broken = log.sweeps.reduce((sum, sweep) => sum + sweep.broken, 0);
  const first = new Row(look, width).put(' following ', 'faint').put(log.directory, 'accent').end();
  const row = new Row(look, width);
  if (broken > 0) row.put(` ${look.glyphs.broken} ${plural(broken, 'seed')} broken `, 'alarm');
  else row.put(` ${look.glyphs.held} nothing broken in what runs`, 'good');
  return [first, row.put(`  ${plural(steps, 'step')}`, 'faint').end()];
}
