/**
 * A captured terminal screen as an SVG, for README and docs:
 * `tmux capture-pane -e -p > screen.ansi`, then `npx node scripts/screen-to-svg.ts screen.ansi > screen.svg`.
 */
import { readFileSync } from 'node:fs';
import { screenSvg } from '../test/support/screen-svg.ts';

const [path, title = 'seedstorm watch'] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: screen-to-svg.ts CAPTURE [TITLE]');
  process.exitCode = 2;
} else process.stdout.write(screenSvg(readFileSync(path, 'utf8'), title));
