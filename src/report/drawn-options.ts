import { value } from './format.ts';
import { type Paint, plainPaint } from './paint.ts';
import { wrapItems } from './table.ts';

/** Every drawn option, those of one part of the system together: `net  latencyUs 300, ...`. */
export function drawnOptions(
  config: Readonly<Record<string, number | string | boolean>>,
  paint: Paint = plainPaint,
  width: number = 100,
): string[] {
  const groups = new Map<string, string[]>();
  for (const [path, setting] of Object.entries(config)) {
    const dot = path.indexOf('.');
    const group = dot < 0 ? '' : path.slice(0, dot);
    const entry = `${path.slice(dot + 1)} ${value(setting)}`;
    const entries = groups.get(group);
    if (entries === undefined) groups.set(group, [entry]);
    else entries.push(entry);
  }
  const widest = [...groups.keys()].reduce((most, group) => Math.max(most, group.length), 0);
  const indent = ' '.repeat(widest + 4);
  return [...groups].flatMap(([group, entries]) =>
    wrapItems(entries, ', ', width, indent).map((line, index) => {
      const name = index === 0 ? group : '';
      return `  ${paint.strong(name.padEnd(widest))}  ${paint.faint(line.slice(indent.length))}`;
    }),
  );
}
