/** The style sheet of pages that are text and tables alone. */
export const plainPageStyle: string = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --doubt: #9a6700; }
@media (prefers-color-scheme: dark) {
  :root { --good: #3fb950; --bad: #ff7b72; --doubt: #d29922; }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: 4px; }
section { border-left: 3px solid var(--bad); padding-left: 1rem; margin: 1.5rem 0; }
.verdict { font-weight: 600; color: var(--doubt); }
.verdict.held, .verdict.HELD { color: var(--good); }
.verdict.broken, .verdict.fault, .verdict.FAILING { color: var(--bad); }
details { margin: 1rem 0; }
summary { cursor: pointer; }
`;
