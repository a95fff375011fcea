import type { Story, StoryLine, WhatIf } from '../../record/story.ts';
import { count } from '../format.ts';
import { type Paint, plainPaint } from '../paint.ts';
import { wrap } from '../table.ts';
import { seconds } from './tell-story.ts';

/** How to print a story. */
export interface StoryTextOptions {
  readonly paint?: Paint;
  /** Columns of the screen; default 100. */
  readonly width?: number;
}

/** A story on a screen. */
export function storyText(story: Story, options: StoryTextOptions = {}): string[] {
  const paint = options.paint ?? plainPaint;
  const width = options.width ?? 100;
  const { broken } = story;
  return [
    ...wrap(story.headline, width).map(paint.strong),
    '',
    ...story.cluster.flatMap((sentence) => wrap(sentence, width)),
    '',
    paint.strong('What happened'),
    ...story.lines.flatMap((line) => lineText(line, width, paint)),
    '',
    paint.bad(`What broke, at ${seconds(broken.timeUs)} (step ${count(broken.step)})`),
    ...wrap(`The law: ${broken.statement}`, width, '  '),
    ...broken.facts.flatMap((fact, at) => wrap(at === 0 ? fact : `But: ${fact}`, width, '  ')),
    ...section(
      'What mattered',
      story.mattered.flatMap((one) => wrap(one, width, '  ')),
      paint,
    ),
    ...section('What if', whatIfLines(story.whatIfs, width), paint),
  ];
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : ['', paint.strong(title), ...lines];
}

const margin = 13;

function lineText({ timeUs, text, kind }: StoryLine, width: number, paint: Paint): string[] {
  const lines = wrap(`${text}.`, width, ' '.repeat(margin));
  const [first = '', ...rest] = lines;
  const all = [`${seconds(timeUs).padStart(margin - 3)}   ${first.slice(margin)}`, ...rest];
  if (kind === 'detail') return all.map(paint.faint);
  return kind === 'fault' || kind === 'choice' ? all.map(paint.strong) : all;
}

/** Outcomes in groups, so that each is said once. */
function whatIfLines(whatIfs: readonly WhatIf[], width: number): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const one of whatIfs) {
    const outcome = outcomeText(one);
    const items = groups.get(outcome) ?? [];
    items.push(one.without);
    groups.set(outcome, items);
  }
  return [...groups].flatMap(([outcome, items]) => [
    ...wrap(`${outcome} without`, width, '  '),
    ...items.flatMap((item) => {
      const [first = '', ...rest] = wrap(item, width, '      ');
      return [`    - ${first.trimStart()}`, ...rest];
    }),
  ]);
}

/** What came of it, to be followed by `without`. */
export function outcomeText({ outcome, rung, title }: WhatIf): string {
  switch (outcome) {
    case 'held':
      return 'Nothing breaks';
    case 'same':
      return 'It breaks all the same';
    case 'other':
      return `${rung}${title === undefined ? '' : ` (${title})`} breaks instead`;
    case 'unclear':
      return 'Nothing breaks, though the run cannot be judged to its end,';
  }
}
