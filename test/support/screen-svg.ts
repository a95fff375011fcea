/** Draws what a terminal shows, as `tmux capture-pane -e -p` prints it, as an SVG. */

interface Style {
  bold: boolean;
  faint: boolean;
  underline: boolean;
  inverse: boolean;
  foreground: string | undefined;
  background: string | undefined;
}

/** Text of one style in one row. */
export interface Run {
  readonly column: number;
  readonly text: string;
  readonly style: Readonly<Style>;
}

const plain: Readonly<Style> = {
  bold: false,
  faint: false,
  underline: false,
  inverse: false,
  foreground: undefined,
  background: undefined,
};

const paper = '#12151a';
const ink = '#d5d9e0';

const sixteen = [
  '#1c2026',
  '#d55e00',
  '#009e73',
  '#e69f00',
  '#3f8fd2',
  '#cc79a7',
  '#56b4e9',
  '#c8ccd4',
  '#5c6370',
  '#ff7f50',
  '#3fcf9f',
  '#f0e442',
  '#7fbfff',
  '#e8a6c8',
  '#8fd3f4',
  '#ffffff',
];

/** Colour `n` of the 256 of xterm. */
export function xtermColour(n: number): string {
  if (n < 16) return sixteen[n]!;
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  if (n >= 232) return `#${hex(8 + (n - 232) * 10).repeat(3)}`;
  const level = (digit: number): string => hex(digit === 0 ? 0 : 55 + digit * 40);
  const cube = n - 16;
  return `#${level(Math.floor(cube / 36))}${level(Math.floor(cube / 6) % 6)}${level(cube % 6)}`;
}

/** Applies the numbers of one `ESC [ ... m`. */
function applied(style: Readonly<Style>, codes: readonly number[]): Style {
  const next: Style = { ...style };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 0) Object.assign(next, plain);
    else if (code === 1) next.bold = true;
    else if (code === 2) next.faint = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 22) next.bold = next.faint = false;
    else if (code === 24) next.underline = false;
    else if (code === 27) next.inverse = false;
    else if (code >= 30 && code <= 37) next.foreground = xtermColour(code - 30);
    else if (code >= 90 && code <= 97) next.foreground = xtermColour(code - 82);
    else if (code >= 40 && code <= 47) next.background = xtermColour(code - 40);
    else if (code >= 100 && code <= 107) next.background = xtermColour(code - 92);
    else if (code === 39) next.foreground = undefined;
    else if (code === 49) next.background = undefined;
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(codes.slice(i + 1));
      if (code === 38) next.foreground = colour;
      else next.background = colour;
      i += used;
    }
  }
  return next;
}

function extended([kind, ...rest]: readonly number[]): [colour: string | undefined, used: number] {
  if (kind === 5) return [xtermColour(rest[0] ?? 0), 2];
  if (kind !== 2) return [undefined, 0];
  const hex = (value: number = 0): string => value.toString(16).padStart(2, '0');
  return [`#${hex(rest[0])}${hex(rest[1])}${hex(rest[2])}`, 4];
}

/** The runs of each row. A style goes on over the ends of rows, as tmux prints it. */
export function screenRuns(capture: string): readonly (readonly Run[])[] {
  let style: Readonly<Style> = plain;
  const lines = capture.replace(/\n$/, '').split('\n');
  return lines.map((line) => {
    const runs: Run[] = [];
    let column = 0;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is read here
    for (const part of line.split(/(\u001b\[[\d;:]*m)/)) {
      if (part.startsWith('\u001b[')) {
        style = applied(style, part.slice(2, -1).split(/[;:]/).map(Number));
        continue;
      }
      // Words far apart are runs of their own: a picture squeezes rows of blanks into one.
      for (const text of part.split(/( {2,})/)) {
        if (text !== '') runs.push({ column, text, style });
        column += [...text].length;
      }
    }
    return runs;
  });
}

const cellWidth = 8.4;
const cellHeight = 16;
const margin = 12;

/** The picture of a capture. */
export function screenSvg(capture: string, title: string): string {
  const rows = screenRuns(capture);
  const columns = rows.reduce((most, runs) => {
    const last = runs.at(-1);
    return last === undefined ? most : Math.max(most, last.column + [...last.text].length);
  }, 0);
  const width = Math.ceil(columns * cellWidth + 2 * margin);
  const height = rows.length * cellHeight + 2 * margin;
  const body = rows.flatMap((runs, y) => runs.flatMap((run) => drawn(run, y)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${paper}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" ` +
      `font-size="14" fill="${ink}" xml:space="preserve">`,
    ...body,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawn({ column, text, style }: Run, y: number): string[] {
  const cells = [...text].length;
  const x = margin + column * cellWidth;
  const top = margin + y * cellHeight;
  const front = style.inverse ? (style.background ?? paper) : style.foreground;
  const back = style.inverse ? (style.foreground ?? ink) : style.background;
  const parts: string[] = [];
  const span = round(cells * cellWidth);
  if (back !== undefined) {
    parts.push(
      `<rect x="${round(x)}" y="${top}" width="${span}" height="${cellHeight}" fill="${back}"/>`,
    );
  }
  if (text.trim() === '') return parts;
  const start = cells - [...text.trimStart()].length;
  const word = text.trim();
  const attributes = [
    `x="${round(x + start * cellWidth)}"`,
    `y="${top + 12.5}"`,
    `textLength="${round([...word].length * cellWidth)}"`,
    ...(front === undefined ? [] : [`fill="${front}"`]),
    ...(style.bold ? ['font-weight="bold"'] : []),
    ...(style.faint ? ['opacity="0.6"'] : []),
    ...(style.underline ? ['text-decoration="underline"'] : []),
  ];
  parts.push(`<text ${attributes.join(' ')}>${escaped(word)}</text>`);
  return parts;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
