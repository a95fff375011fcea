import { themeStyle } from '../html/theme.ts';

/** The style sheet of the page of benchmarks. */
export const benchStyle: string = `${themeStyle}* { box-sizing: border-box; }
body { margin: 0; background: var(--background); color: var(--text); font: 14px/1.5 var(--sans); }
header { border-bottom: 1px solid var(--line); background: var(--panel); }
header > div, main { max-width: 1500px; margin: 0 auto; padding: 14px 20px; }
h1, h2, h3, p { margin: 0; }
h1 { font-size: 18px; font-weight: 650; }
h2 { font-size: 17px; font-weight: 650; margin: 30px 0 10px; scroll-margin-top: 10px; }
h3 { font-size: 14px; font-weight: 650; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.facts, .about { color: var(--muted); font-variant-numeric: tabular-nums; }
.about { font-size: 12.5px; }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; margin-top: 6px; }
.summary { font-size: 15px; margin: 6px 0 12px; }
.alarm { border: 1px solid var(--bad); background: var(--bad-soft); border-radius: 6px; padding: 10px 14px; margin: 12px 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 430px), 1fr)); gap: 16px; align-items: start; }
.card { border: 1px solid var(--line); border-radius: 8px; background: var(--panel); padding: 12px 14px 10px; min-width: 0; }
.card > svg { display: block; width: 100%; height: auto; margin: 8px 0 2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.card table { width: 100%; margin-top: 8px; font-size: 13px; }
th, td { padding: 3px 8px; text-align: left; border-bottom: 1px solid var(--line); vertical-align: baseline; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--muted); font-weight: 400; font-size: 12px; white-space: nowrap; }
tbody th { font-weight: 400; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; }
.bar { display: block; height: 3px; border-radius: 2px; background: currentcolor; margin: 1px 0 3px auto; min-width: 1px; }
.old { color: var(--muted); }
.label { overflow-wrap: anywhere; }
.card tbody th { min-width: 80px; }
.detail { color: var(--muted); font-size: 12px; white-space: nowrap; }
.change { white-space: nowrap; color: var(--muted); }
.card td:nth-child(2) { width: 30%; }
.card .change { font-size: 12px; }
.change.better { color: var(--good); font-weight: 600; }
.change.worse { color: var(--bad); font-weight: 600; }
.swatch { width: 22px; height: 8px; margin-right: 7px; vertical-align: middle; flex: none; }
.line { fill: none; stroke: currentcolor; stroke-width: 2; stroke-linejoin: round; }
.band { fill: currentcolor; opacity: .13; stroke: none; }
.dot { fill: currentcolor; }
.dot.best { fill: var(--panel); stroke: currentcolor; stroke-width: 2; }
.grid { stroke: var(--line); stroke-width: 1; }
.tick, .commit { fill: var(--muted); font: 11px var(--sans); }
.tick { text-anchor: end; }
.commit { font-family: var(--mono); font-size: 10.5px; }
.commit.middle { text-anchor: middle; }
.commit.end { text-anchor: end; }
${[1, 2, 3, 4, 5, 6].map((one) => `.series-${one} { color: var(--series-${one}); }`).join('\n')}
details { margin: 30px 0; }
summary { cursor: pointer; color: var(--muted); }
details table { margin-top: 8px; font-size: 13px; }
code { font: 12.5px var(--mono); }
@media (max-width: 560px) {
  .card td:nth-child(2) { width: auto; }
  .card .change { white-space: normal; }
  .card th, .card td { padding: 3px 5px; }
}
@media print { header, .card { background: none; } .card { break-inside: avoid; } }
`;
