import { treeName } from '../../record/bench-series.ts';
import { type HtmlText, html } from '../html-text.ts';
import type { BenchCard, BenchLine, Comparison } from './bench-cards.ts';
import { benchChart, strokeOf, swatch } from './bench-chart.ts';
import { changeWords, shareText, unitText } from './bench-text.ts';

/** A metric with all its variants: picture and table. @param withMachine several machines measured */
export function benchCard(card: BenchCard, withMachine: boolean): HtmlText {
  const { figure, machine, lines, trees } = card;
  const most = Math.max(...lines.map(({ latest }) => Math.abs(latest.row.value)));
  const many = trees.length > 1;
  const about = [
    `${figure.better} is better`,
    ...(figure.exact ? ['exact: the same on any machine'] : []),
    ...(withMachine && machine !== undefined ? [machine] : []),
  ];
  const heads = many
    ? html`<th scope="col" class="number">before<th scope="col" class="number">change<th scope="col" class="number">best<th scope="col" class="number">to best`
    : '';
  return html`<article class="card"><h3>${figure.metric}</h3>
<p class="about">${about.join(' \u00b7 ')}</p>
${many ? benchChart(card) : ''}<div class="scroll"><table>
<thead><tr><th scope="col"><span hidden>variant</span><th scope="col" class="number">latest${heads}</tr></thead>
<tbody>${lines.map((line, at) => lineRow(line, at, most, many))}</tbody></table></div></article>
`;
}

/** A change with its size, in words and not in colour alone. */
export function changeText(line: BenchLine, comparison: Comparison): HtmlText {
  const { change } = comparison;
  const sign = change === 'better' ? '\u25b2 ' : change === 'worse' ? '\u25bc ' : '';
  const share = shareText(line, comparison);
  return html`<span class="change ${change}">${sign}${share === '' ? '' : `${share} `}${changeWords[change]}</span>`;
}

function lineRow(line: BenchLine, at: number, most: number, many: boolean): HtmlText {
  const { label, latest, previous, best, isOld, series } = line;
  const { seeds } = series.figure;
  const detail = [
    ...(seeds === undefined ? [] : [`seeds ${seeds[0]}..${seeds[1]}`]),
    ...(isOld ? [`last at ${treeName(latest.row)}`] : []),
  ].join(', ');
  const share = most === 0 ? 0 : (100 * Math.abs(latest.row.value)) / most;
  const bar = html`<span class="bar ${strokeOf(at).style}" style="width:${share.toFixed(1)}%"></span>`;
  return html`<tr class="${isOld ? 'old' : ''}"><th scope="row">${many ? swatch(at) : ''}${label} <span class="detail">${detail}</span>
<td class="number">${unitText(latest.row.value, latest.row)}${bar}${many ? comparisons(line, previous, best) : ''}</tr>
`;
}

function comparisons(
  line: BenchLine,
  previous: Comparison | undefined,
  best: Comparison,
): HtmlText {
  const before =
    previous === undefined
      ? html`<td class="number"><td class="number"><span class="change">new</span>`
      : html`<td class="number">${unitText(previous.point.row.value, previous.point.row)}<td class="number">${changeText(line, previous)}`;
  const isBest = best.point === line.latest;
  const toBest = isBest ? html`<span class="change">is the best</span>` : changeText(line, best);
  return html`${before}<td class="number" title="${treeName(best.point.row)}">${unitText(best.point.row.value, best.point.row)}<td class="number">${toBest}`;
}
