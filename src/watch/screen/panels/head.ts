import { count, duration, instant, short } from '../../../report/format.ts';
import { speeds } from '../../commands.ts';
import type { WatchSnapshot, WorldStatus } from '../../snapshot.ts';
import type { Look, Tone } from '../look.ts';
import { Row } from '../row.ts';

/** How fast virtual time is to pass, as people say it: `x10`, `1/100`, `full speed`. */
export function speedText(index: number): string {
  const speed = speeds[index];
  if (speed === undefined || speed === Number.POSITIVE_INFINITY) return 'full speed';
  return speed >= 1 ? `x${speed}` : `1/${Math.round(1 / speed)}`;
}

function modeText({ mode, progress, speed }: WorldStatus, look: Look): readonly [string, Tone] {
  const { play, pause } = look.glyphs;
  if (mode === 'playing') return [`${play} ${speedText(speed)}`, 'good'];
  if (mode === 'working') return [`working ${Math.floor((progress ?? 0) * 100)} %`, 'doubtful'];
  if (mode === 'ended') return [`${pause} ended`, 'accent'];
  return [`${pause} paused ${speedText(speed)}`, 'doubtful'];
}

/** The two lines at the top: what runs and where it is; how it stands. */
export function headLines(snapshot: WatchSnapshot, look: Look, width: number): readonly string[] {
  const { status } = snapshot;
  const dot = ` ${look.glyphs.separator} `;
  const [mode, tone] = modeText(status, look);
  const row = new Row(look, width)
    .put(' ')
    .put(status.scenario, 'accent')
    .put(status.seed === null ? dot.trimEnd() : ` seed ${status.seed}`, 'strong')
    .put(dot, 'faint')
    .put(instant(status.timeUs), 'strong')
    .put(dot, 'faint')
    .put(`step ${count(status.step)}`)
    .put(dot, 'faint')
    .put(mode, tone);
  if (status.mode === 'playing' && status.speedUp > 0) {
    row.put(
      ` (${short(status.speedUp)}x, ${count(Math.round(status.stepsPerSecond))} steps/s)`,
      'faint',
    );
  }
  const digest = width >= 100 ? status.digest : status.digest.slice(0, 8);
  if (row.room >= digest.length + 9) row.right(`digest ${digest} `, 'faint');
  return [row.end(), verdictLine(snapshot, look, width)];
}

function verdictLine({ status, ladder }: WatchSnapshot, look: Look, width: number): string {
  const { glyphs } = look;
  const row = new Row(look, width);
  const lowest = ladder.rungs[ladder.lowestBroken];
  const violation = status.outcome?.violation;
  if (violation !== undefined) {
    const where = `${violation.rung} ${violation.title}`;
    const when = `at ${instant(violation.timeUs)}, step ${count(violation.step)}`;
    const who = violation.nodes.length > 0 ? ` on ${violation.nodes.join(', ')}` : '';
    row.put(` ${glyphs.broken} BROKEN ${where} `, 'alarm').put(` ${when}${who}`, 'bad');
    const values = violation.values.map(([name, value]) => `${name} ${value}`).join(', ');
    return row.put('  ').cell(values, row.room, 'plain').end();
  }
  if (lowest !== undefined) {
    return row.put(` ${glyphs.broken} BROKEN ${lowest.id} ${lowest.title} `, 'alarm').end();
  }
  if (status.outcome !== undefined) {
    const { verdict, reasons } = status.outcome;
    const tone: Tone = verdict === 'held' ? 'good' : verdict === 'broken' ? 'alarm' : 'doubtful';
    const sign = verdict === 'held' ? glyphs.held : verdict === 'broken' ? glyphs.broken : '?';
    row.put(` ${sign} ${verdict} `, tone);
    return row.cell(` ${reasons.join('; ')}`, row.room, 'faint').end();
  }
  row.put(` ${glyphs.held} nothing broken so far`, 'good').put(`  phase ${status.phase}`, 'faint');
  const behind = status.furthest.timeUs - status.timeUs;
  if (behind > 0) row.put(`  ${duration(behind)} behind the furthest moment`, 'doubtful');
  if (status.unsaved > 0) row.put(`  ${status.unsaved} by hand, not saved`, 'doubtful');
  return row.end();
}
