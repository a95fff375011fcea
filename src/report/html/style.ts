import { themeStyle } from './theme.ts';

/** The style sheet of the report. */
export const pageStyle: string = `${themeStyle}* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr) clamp(400px, 31vw, 600px);
  background: var(--background); color: var(--text); font: 13px/1.45 var(--sans); overflow: hidden; }
h1, h2, h3, p, dl, dd, ol { margin: 0; }
h1 { font-size: 15px; font-weight: 650; }
h2 { font-size: 14px; font-weight: 650; }
h3 { font-size: 11px; font-weight: 650; color: var(--muted); letter-spacing: .02em; margin: 14px 0 4px; }
button, input { font: inherit; color: inherit; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
canvas:focus-visible, .list:focus-visible { outline: 1px solid var(--faint); outline-offset: -1px; }
.link { border: 0; background: none; padding: 0; color: var(--accent); cursor: pointer; text-align: left; }
.link:hover { text-decoration: underline; }
.button { border: 1px solid var(--line); background: var(--raised); border-radius: 5px; padding: 2px 10px;
  min-width: 28px; cursor: pointer; }
.button:hover { border-color: var(--accent); }

.header { grid-column: 1 / -1; border-bottom: 1px solid var(--line); background: var(--panel); }
.header-line { display: flex; align-items: center; gap: 12px; padding: 7px 14px; white-space: nowrap; }
.header-facts, .seed { color: var(--muted); font-variant-numeric: tabular-nums; }
.header-facts { overflow: hidden; text-overflow: ellipsis; }
.seed { color: var(--text); font-family: var(--mono); }
.spring { flex: 1; }
.verdict { border-radius: 4px; padding: 1px 9px; font-weight: 650; color: var(--background); background: var(--doubt); }
.verdict.held { background: var(--good); }
.verdict.broken { background: var(--bad); }
.banner { display: flex; gap: 14px; align-items: baseline; padding: 6px 14px; background: var(--bad-soft);
  border-top: 1px solid var(--line); white-space: nowrap; }
.banner strong { color: var(--bad); }
.banner-law { overflow: hidden; text-overflow: ellipsis; flex: 1; }
.banner .link { font-family: var(--mono); font-size: 12px; }

.pictures { display: grid; grid-template-rows: auto minmax(0, 1fr) 118px 62px; min-width: 0; min-height: 0; }
.filter-bar { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 5px 12px; padding: 7px 10px 7px 14px;
  border-bottom: 1px solid var(--line); }
.search-box { display: flex; align-items: center; gap: 10px; }
.search { flex: 1; min-width: 120px; max-width: 420px; height: 26px; border: 1px solid var(--line); border-radius: 5px;
  background: var(--raised); padding: 0 9px; }
.result { color: var(--muted); white-space: nowrap; font-variant-numeric: tabular-nums; }
.chips { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; }
.chips.kinds { grid-column: 1 / -1; }
.chip { display: inline-flex; align-items: center; gap: 5px; height: 20px; padding: 0 8px; border-radius: 10px;
  border: 1px solid var(--line); background: var(--raised); font-size: 11.5px; cursor: pointer; white-space: nowrap; }
.chip:hover { border-color: var(--accent); }
.chip[aria-pressed="false"] { background: none; color: var(--faint); text-decoration: line-through; }
.chip[aria-pressed="false"] .swatch, .chip[aria-pressed="false"] .glyph { opacity: .3; }
.chip-count { color: var(--muted); font-size: 11px; font-variant-numeric: tabular-nums; }
.swatch { width: 16px; border-top: 2.5px solid; }
.swatch.reply { border-top-style: dashed; }
.glyph { width: 7px; height: 7px; border: 1.5px solid var(--muted); background: none; }
.glyph.timer { border-radius: 50%; }
.glyph.start { border: 0; border-left: 8px solid var(--text); border-top: 4.5px solid transparent; border-bottom: 4.5px solid transparent; width: 0; height: 0; }
.glyph.lifecycle, .glyph.fault, .glyph.phase, .glyph.log, .glyph.probe, .glyph.threw, .glyph.release { display: none; }

.diagram, .latency, .overview { position: relative; min-height: 0; }
.diagram-canvas, .latency-canvas, .overview-canvas { display: block; width: 100%; height: 100%; touch-action: none; }
.overview { border-top: 1px solid var(--line); }
.diagram-note { position: absolute; right: 8px; bottom: 6px; padding: 1px 8px; border-radius: 4px; font-size: 12px;
  background: var(--raised); border: 1px solid var(--line); color: var(--muted); pointer-events: none; }
.tooltip { position: fixed; z-index: 5; max-width: 420px; padding: 8px 11px; border-radius: 6px; pointer-events: none;
  background: var(--raised); border: 1px solid var(--line); box-shadow: var(--shadow); }
.tooltip-title { font-weight: 650; overflow-wrap: anywhere; }
.tooltip-when, .when { color: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 1px 12px; }
dt { color: var(--muted); }
dd { font-family: var(--mono); font-size: 12px; overflow-wrap: anywhere; }
.tooltip dl:not(:empty) { margin-top: 5px; }

.side { display: flex; flex-direction: column; min-height: 0; border-left: 1px solid var(--line); background: var(--panel); }
.tabs { display: flex; border-bottom: 1px solid var(--line); padding: 0 6px; }
.tab { flex: 1; border: 0; background: none; padding: 8px 4px 7px; cursor: pointer; color: var(--muted); border-bottom: 2px solid transparent; }
.tab:hover { color: var(--text); }
.tab[aria-selected="true"] { color: var(--text); font-weight: 650; border-bottom-color: var(--accent); }
.tab-place { flex: 1; min-height: 0; display: flex; }
.tab-body { flex: 1; min-width: 0; overflow: auto; padding: 12px 14px 24px; }
.tab-body.column { display: flex; flex-direction: column; padding: 0; overflow: hidden; }
.tab-body > h3:first-child, .tab-body > section:first-child > h3:first-child { margin-top: 0; }
.tab-note { color: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
.column .tab-note { display: flex; gap: 12px; padding: 8px 14px; border-bottom: 1px solid var(--line); }
.empty { color: var(--muted); padding: 12px 14px; }
.list { flex: 1; overflow: auto; position: relative; }
.list-space { position: relative; }
.event-row { position: absolute; left: 0; right: 0; height: 22px; display: flex; gap: 10px; align-items: center;
  padding: 0 14px; cursor: pointer; white-space: nowrap; font-size: 12px; }
.event-row:hover { background: var(--accent-soft); }
.event-row.chosen { background: var(--accent-soft); box-shadow: inset 3px 0 var(--accent); }
.event-row.broke { box-shadow: inset 3px 0 var(--bad); }
.event-time { font-family: var(--mono); color: var(--muted); font-size: 11.5px; }
.event-node { font-weight: 650; width: 26px; flex: none; }
.event-cause { width: 58px; flex: none; color: var(--muted); }
.event-what { overflow: hidden; text-overflow: ellipsis; flex: 1; }
.event-took { font-family: var(--mono); font-size: 11.5px; color: var(--muted); }
.event-row.fault .event-cause, .event-row.lifecycle .event-cause, .event-row.threw .event-cause { color: var(--bad); }
.outcome { flex: none; min-width: 30px; font-weight: 650; }
.outcome.ok { color: var(--ok); }
.outcome.fail { color: var(--fail); }
.outcome.info, .outcome.open { color: var(--info); }

.chosen-event h2 { overflow-wrap: anywhere; }
.facts h3 { margin-top: 10px; }
.causes { padding: 0; list-style: none; }
.causes li { display: flex; justify-content: space-between; gap: 12px; padding: 1px 0; }
.causes .link { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.causes .when { flex: none; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.table-scroll { overflow-x: auto; margin: 0 -14px; padding: 0 14px; }
.states { width: 100%; font-size: 12px; }
.states th, .states td { padding: 2px 5px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; }
.states td { font-family: var(--mono); font-size: 11.5px; max-width: 150px; }
.states th[scope="row"] { text-align: left; font-weight: 400; color: var(--muted); padding-left: 0; white-space: nowrap;
  position: sticky; left: -14px; background: var(--panel); }
.states .here { color: var(--accent); }
.states .changed { background: var(--accent-soft); font-weight: 700; box-shadow: inset 0 -2px var(--accent); }
.broken h2 { color: var(--bad); }
.statement { margin: 4px 0 8px; }
.values { width: 100%; }
.values th, .plain th { text-align: left; font-weight: 400; color: var(--muted); padding: 2px 14px 2px 0; vertical-align: top; white-space: nowrap; }
.values td { font-family: var(--mono); font-size: 12px; padding: 2px 0; overflow-wrap: anywhere; }
.story { margin: 0 0 6px; }
.command { display: block; padding: 7px 10px; border: 1px solid var(--line); border-radius: 5px; background: var(--raised);
  font: 12px/1.5 var(--mono); overflow-wrap: anywhere; user-select: all; }
.plain { width: 100%; font-size: 12px; }
.plain td { padding: 2px 0 2px 8px; vertical-align: top; }
.plain td:first-child { padding-left: 0; }
.plain tr { border-bottom: 1px solid var(--line); }
.number { font-family: var(--mono); font-size: 11.5px; text-align: right; white-space: nowrap; }
.fault-cell { display: flex; align-items: baseline; gap: 7px; }
.sort { display: inline-block; flex: none; width: 9px; height: 9px; border-radius: 2px; }
.sort.process { background: var(--fault-process); } .sort.network { background: var(--fault-network); }
.sort.clock { background: var(--fault-clock); } .sort.disk { background: var(--fault-disk); }
.sort.operator { background: var(--fault-operator); }
.ladder { width: 100%; margin-top: 8px; }
.ladder th { text-align: left; font-size: 11px; color: var(--muted); font-weight: 650; padding: 2px 6px; }
.ladder td { padding: 3px 6px; border-top: 1px solid var(--line); vertical-align: top; }
.sign { width: 18px; font-weight: 700; color: var(--good); }
.rung.broken .sign, .rung.broken .rung-title { color: var(--bad); }
.rung.broken { background: var(--bad-soft); }
.rung.broken .rung-title { font-weight: 650; }
.rung.inconclusive .sign { color: var(--doubt); }
.rung.untested { color: var(--muted); }
.rung-id { font-family: var(--mono); font-size: 12px; white-space: nowrap; }
.law { color: var(--muted); font-weight: 400; font-size: 12px; }
.ladder .premise { position: relative; width: 104px; text-align: right; font-family: var(--mono); font-size: 12px; }
.ladder th.premise { font-family: var(--sans); font-size: 11px; }
.premise-bar { position: absolute; right: 0; bottom: 0; height: 3px; background: var(--accent); opacity: .45; }
.help { max-width: 620px; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); color: var(--text);
  box-shadow: var(--shadow); padding: 18px 22px; }
.help::backdrop { background: rgb(0 0 0 / 35%); }
.help dl { margin: 8px 0 14px; gap: 3px 18px; }
.help dd { font-family: var(--sans); font-size: 13px; }
.help p { margin: 4px 0 12px; }
kbd { font: 12px var(--mono); border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 5px; margin-right: 4px; }
@media (max-width: 900px) {
  body { grid-template: auto minmax(420px, 62vh) auto / minmax(0, 1fr); overflow: auto; }
  .side { min-height: 420px; border-left: 0; border-top: 1px solid var(--line); }
}
`;
