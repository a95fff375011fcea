import { treeName } from '../../record/bench-series.ts';
import { type HtmlText, html } from '../html-text.ts';
import type { BenchCard, BenchLine, Comparison } from './bench-cards.ts';
import { benchChart, strokeOf, swatch } from './bench-chart.ts';
import { changeWords, figureText, shareText } from './bench-text.ts';

/** A metric with all its variants: picture and table. @param withMachine several machines measured */
export function benchCard(card: BenchCard, withMachine: boolean): HtmlText {
  const { figure, machine, lines, trees, treeCount } = card;
  const most = Math.max(...lines.map(({ latest }) => Math.abs(latest.row.value)));
  const many = trees.length > 1;
  const seeds = new Set(lines.map(seedsText));
  const about = [
    ...(figure.unit === '' ? [] : [figure.unit]),
    `${figure.better} is better`,
    ...(figure.exact ? ['exact: the same on any machine'] : []),
    ...(seeds.size === 1 ? [...seeds].filter((text) => text !== '') : []),
    ...(treeCount > trees.length ? [`the last ${trees.length} of ${treeCount} commits`] : []),
    ...(withMachine && machine !== undefined ? [machine] : []),
  ];
  const heads = many
    ? html`<th scope="col" class="number">commit before<th scope="col" class="number">best`
    : '';
  return html`<article class="card"><h3>${figure.metric}</h3>
<p class="about">${about.join(' \u00b7 ')}</p>
${many ? benchChart(card) : ''}<div class="scroll"><table>
<thead><tr><td></td><th scope="col" class="number">latest${heads}</tr></thead>
<tbody>${lines.map((line, at) => lineRow(line, at, { most, many, withSeeds: seeds.size > 1 }))}</tbody></table></div></article>
`;
}

/** A change with its size, in words and not in colour alone. */
export function changeText(line: BenchLine, comparison: Comparison): HtmlText {
  const { change } = comparison;
  const sign = change === 'better' ? '\u25b2 ' : change === 'worse' ? '\u25bc ' : '';
  const share = shareText(line, comparison);
  return html`<span class="change ${change}">${sign}${share === '' ? '' : `${share} `}${changeWords[change]}</span>`;
}

function seedsText({ series }: BenchLine): string {
  const { seeds } = series.figure;
  if (seeds === undefined) return '';
  return seeds[0] === seeds[1] ? `seed ${seeds[0]}` : `seeds ${seeds[0]}..${seeds[1]}`;
}

interface Layout {
  readonly most: number;
  readonly many: boolean;
  readonly withSeeds: boolean;
}

function lineRow(line: BenchLine, at: number, { most, many, withSeeds }: Layout): HtmlText {
  const { label, latest, previous, best, isOld } = line;
  const details = [
    withSeeds ? seedsText(line) : '',
    isOld ? `last at ${treeName(latest.row)}` : '',
  ].filter((text) => text !== '');
  const share = most === 0 ? 0 : (100 * Math.abs(latest.row.value)) / most;
  const bar = html`<span class="bar ${strokeOf(at).style}" style="width:${share.toFixed(1)}%"></span>`;
  return html`<tr class="${isOld ? 'old' : ''}"><th scope="row">${many ? swatch(at) : ''}<span class="label">${label}</span>${details.map((text) => html` <span class="detail">${text}</span>`)}
<td class="number">${figureText(latest.row.value)}${bar}${many ? comparisons(line, previous, best) : ''}</tr>
`;
}

/** The commit before and the best one, each with how the latest stands to it. */
function comparisons(
  line: BenchLine,
  previous: Comparison | undefined,
  best: Comparison,
): HtmlText {
  const isBest = best.point === line.latest;
  return html`<td class="number">${previous === undefined ? 'none' : comparison(line, previous)}
<td class="number">${isBest ? html`${figureText(best.point.row.value)}<div class="change">the latest</div>` : comparison(line, best)}`;
}

function comparison(line: BenchLine, other: Comparison): HtmlText {
  const { row } = other.point;
  return html`<span title="${treeName(row)}">${figureText(row.value)}</span><div>${changeText(line, other)}</div>`;
}
