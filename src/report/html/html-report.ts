import { deflateRawSync } from 'node:zlib';
import type { RunTrace } from '../../record/run-trace.ts';
import { count, instant } from '../format.ts';
import { jsonLine } from '../json.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './style.ts';

/** Nothing is fetched from anywhere: even a page that were tricked into trying could not. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; " +
  "form-action 'none'";

/**
 * A run as one HTML file that needs nothing else: pictures, code and data in one, no network. The data
 * stands in it deflated and in base 64, so that no text of a run can be read as HTML.
 */
export function htmlReport(trace: RunTrace): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const script = pageScript(new URL(`./page/main.${extension}`, import.meta.url));
  // The page draws operations from their records; the text for `check` stays out.
  const { history: _, ...shown } = trace;
  const data = deflateRawSync(jsonLine(shown) ?? 'null').toString('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="seedstorm">
<title>${escaped(titleOf(trace))}</title>
<style>
${pageStyle}</style>
</head>
<body>
<noscript>${escaped(summaryOf(trace))} This report draws with JavaScript, which is switched off.</noscript>
<script type="text/plain" id="trace">${data}</script>
<script>
${script}</script>
</body>
</html>
`;
}

function titleOf({ record }: RunTrace): string {
  const { scenario, seed, verdict, violation } = record;
  const what = violation === undefined ? verdict : `${violation.rung} ${verdict}`;
  return `${what}: ${scenario}${seed === null ? '' : ` seed ${seed}`} - seedstorm`;
}

function summaryOf(trace: RunTrace): string {
  const { violation, steps } = trace.record;
  if (violation === undefined) return `${titleOf(trace)}, ${count(steps)} steps.`;
  const { rung, title, statement, virtualUs, step } = violation;
  return `${rung} ${title} broke at ${instant(virtualUs)}, step ${count(step)}: ${statement}`;
}

/** A text as HTML shows it. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
