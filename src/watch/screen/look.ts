/** How many colours the terminal shows. */
export type ColourDepth = 'none' | 'basic' | 'full';

/** What a piece of text means; the look decides what that is on a terminal. */
export type Tone =
  | 'plain'
  | 'faint'
  | 'strong'
  | 'good'
  | 'bad'
  | 'doubtful'
  | 'accent'
  | 'focus'
  | 'selected'
  | 'alarm';

/** Signs that carry a meaning without any colour. */
export interface Glyphs {
  readonly horizontal: string;
  readonly vertical: string;
  /** Corners: top left, top right, bottom left, bottom right. */
  readonly corners: readonly [string, string, string, string];
  readonly held: string;
  readonly broken: string;
  readonly waiting: string;
  readonly cut: string;
  readonly clogged: string;
  readonly worse: string;
  readonly idle: string;
  readonly bar: string;
  readonly future: string;
  readonly now: string;
  readonly cursor: string;
  readonly up: string;
  readonly paused: string;
  readonly down: string;
  readonly leader: string;
  readonly arrow: string;
  readonly separator: string;
  readonly ellipsis: string;
  readonly play: string;
  readonly pause: string;
  readonly levels: readonly string[];
}

/** Colours and signs of one terminal. */
export interface Look {
  readonly depth: ColourDepth;
  readonly glyphs: Glyphs;
  /** Escape codes that begin each tone; empty: none. */
  readonly tones: Readonly<Record<Tone, string>>;
  /** Escape codes of a term: for what is committed, and for what is not yet. */
  readonly terms: readonly (readonly [committed: string, uncommitted: string])[];
}

/** Ends every tone. */
export const endTone: string = '\u001b[0m';

const unicodeGlyphs: Glyphs = {
  horizontal: '─',
  vertical: '│',
  corners: ['╭', '╮', '╰', '╯'],
  held: '✓',
  broken: '✗',
  waiting: '·',
  cut: '╳',
  clogged: '▒',
  worse: '≈',
  idle: '·',
  bar: '━',
  future: '╌',
  now: '▼',
  cursor: '›',
  up: '●',
  paused: '◐',
  down: '○',
  leader: '★',
  arrow: '→',
  separator: '·',
  ellipsis: '…',
  play: '▶',
  pause: '■',
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

const asciiGlyphs: Glyphs = {
  horizontal: '-',
  vertical: '|',
  corners: ['+', '+', '+', '+'],
  held: '+',
  broken: 'X',
  waiting: '.',
  cut: 'X',
  clogged: '#',
  worse: '~',
  idle: '.',
  bar: '=',
  future: '-',
  now: 'v',
  cursor: '>',
  up: 'o',
  paused: '%',
  down: '_',
  leader: '*',
  arrow: '>',
  separator: '|',
  ellipsis: '~',
  play: '>',
  pause: '#',
  levels: ['.', ':', '-', '=', '+', '*', '%', '#'],
};

/**
 * Without colour, weight and inversion remain: they are no colour (no-color.org), and every meaning
 * has a sign or a word as well.
 */
const plainTones: Readonly<Record<Tone, string>> = {
  plain: '',
  faint: '\u001b[2m',
  strong: '\u001b[1m',
  good: '',
  bad: '\u001b[1m',
  doubtful: '',
  accent: '\u001b[1m',
  focus: '\u001b[1;7m',
  selected: '\u001b[7m',
  alarm: '\u001b[1;7m',
};

const basicTones: Readonly<Record<Tone, string>> = {
  ...plainTones,
  good: '\u001b[36m',
  bad: '\u001b[1;31m',
  doubtful: '\u001b[33m',
  accent: '\u001b[1;34m',
  focus: '\u001b[1;30;46m',
  alarm: '\u001b[1;37;41m',
};

/** Hues of Okabe and Ito, which the common kinds of colour blindness keep apart, as xterm has them. */
const hue = {
  orange: 214,
  sky: 74,
  green: 36,
  yellow: 227,
  blue: 32,
  vermillion: 202,
  purple: 175,
};

const fullTones: Readonly<Record<Tone, string>> = {
  ...plainTones,
  faint: '\u001b[38;5;245m',
  good: `\u001b[38;5;${hue.green}m`,
  bad: `\u001b[1;38;5;${hue.vermillion}m`,
  doubtful: `\u001b[38;5;${hue.orange}m`,
  accent: `\u001b[1;38;5;${hue.sky}m`,
  focus: `\u001b[1;38;5;16;48;5;${hue.sky}m`,
  selected: '\u001b[48;5;238m',
  alarm: `\u001b[1;38;5;16;48;5;${hue.vermillion}m`,
};

const termHues = [hue.sky, hue.orange, hue.green, hue.yellow, hue.purple, hue.blue, hue.vermillion];
const termBasics = [6, 3, 2, 5, 4, 1];

function termTones(depth: ColourDepth): Look['terms'] {
  if (depth === 'full') {
    return termHues.map((n) => [`\u001b[38;5;16;48;5;${n}m`, `\u001b[38;5;${n}m`] as const);
  }
  if (depth === 'basic') {
    return termBasics.map((n) => [`\u001b[30;4${n}m`, `\u001b[3${n}m`] as const);
  }
  return [['\u001b[7m', '']];
}

const looks = new Map<string, Look>();

/** The look for so many colours; one object for each, so that it can be compared. */
export function lookFor(depth: ColourDepth, unicode: boolean = true): Look {
  const name = `${depth} ${unicode}`;
  const known = looks.get(name);
  if (known !== undefined) return known;
  const tones = depth === 'none' ? plainTones : depth === 'basic' ? basicTones : fullTones;
  const glyphs = unicode ? unicodeGlyphs : asciiGlyphs;
  const look: Look = { depth, glyphs, tones, terms: termTones(depth) };
  looks.set(name, look);
  return look;
}

/** What the environment says of colours and of characters beyond ASCII. */
export function lookOf(environment: Readonly<Record<string, string | undefined>>): Look {
  const { NO_COLOR = '', TERM = '', COLORTERM = '', LC_ALL, LC_CTYPE, LANG } = environment;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  const unicode = locale === '' ? TERM !== 'linux' : /utf-?8/i.test(locale);
  if (NO_COLOR !== '' || TERM === 'dumb') return lookFor('none', unicode);
  const full = COLORTERM !== '' || TERM.includes('256') || TERM.includes('direct');
  return lookFor(full ? 'full' : 'basic', unicode);
}

/** The letter of a term: every seventh has the same colour, every twenty-sixth the same letter. */
export function termLetter(term: number, committed: boolean): string {
  const letter = String.fromCharCode(97 + ((term + 25) % 26));
  return committed ? letter.toUpperCase() : letter;
}

/** The escape code of a term. */
export function termTone(look: Look, term: number, committed: boolean): string {
  return look.terms[term % look.terms.length]![committed ? 0 : 1];
}
