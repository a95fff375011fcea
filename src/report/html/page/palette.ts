import type { FaultSort } from '../model/packed-faults.ts';

/** Colours of what is drawn on canvas: the variables of the style sheet, as the theme has them. */
export interface Palette {
  readonly background: string;
  readonly panel: string;
  readonly raised: string;
  readonly text: string;
  readonly muted: string;
  readonly faint: string;
  readonly line: string;
  readonly grid: string;
  readonly accent: string;
  readonly bad: string;
  readonly ok: string;
  readonly fail: string;
  readonly info: string;
  /** Of kinds of messages and of roles, in turn. */
  readonly series: readonly string[];
  readonly faults: Readonly<Record<FaultSort, string>>;
  /** Patterns of the sorts of faults, so that colour is not all that tells them apart. */
  readonly hatches: Readonly<Record<FaultSort | 'down' | 'far', CanvasPattern>>;
  readonly font: string;
  readonly mono: string;
}

/** Reads the palette of the theme in force. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const faults = {
    process: colour('fault-process'),
    network: colour('fault-network'),
    clock: colour('fault-clock'),
    disk: colour('fault-disk'),
    operator: colour('fault-operator'),
  };
  return {
    background: colour('background'),
    panel: colour('panel'),
    raised: colour('raised'),
    text: colour('text'),
    muted: colour('muted'),
    faint: colour('faint'),
    line: colour('line'),
    grid: colour('grid'),
    accent: colour('accent'),
    bad: colour('bad'),
    ok: colour('ok'),
    fail: colour('fail'),
    info: colour('info'),
    series: [1, 2, 3, 4, 5, 6].map((index) => colour(`series-${index}`)),
    faults,
    hatches: {
      process: hatch(faults.process, 'cross'),
      network: hatch(faults.network, 'up'),
      far: hatch(faults.network, 'down'),
      clock: hatch(faults.clock, 'dots'),
      disk: hatch(faults.disk, 'rows'),
      operator: hatch(faults.operator, 'columns'),
      down: hatch(colour('faint'), 'up'),
    },
    font: style.getPropertyValue('--sans').trim(),
    mono: style.getPropertyValue('--mono').trim(),
  };
}

type Weave = 'up' | 'down' | 'cross' | 'dots' | 'rows' | 'columns';

function hatch(colour: string, weave: Weave): CanvasPattern {
  const size = 6;
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d')!;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1.2;
  const line = (...points: readonly [number, number, number, number]): void => {
    context.beginPath();
    context.moveTo(points[0], points[1]);
    context.lineTo(points[2], points[3]);
    context.stroke();
  };
  if (weave === 'dots') {
    context.fillRect(1, 1, 2, 2);
    context.fillRect(4, 4, 2, 2);
  } else if (weave === 'rows') line(0, 3, size, 3);
  else if (weave === 'columns') line(3, 0, 3, size);
  if (weave === 'up' || weave === 'cross') {
    // Each stroke again in the corners, where the pattern meets its neighbours.
    for (const shift of [-size, 0, size]) line(shift - 1, size + 1, shift + size + 1, -1);
  }
  if (weave === 'down' || weave === 'cross') {
    for (const shift of [-size, 0, size]) line(shift - 1, -1, shift + size + 1, size + 1);
  }
  return context.createPattern(canvas, 'repeat')!;
}

/** Colours of roles: the most common one is left without. */
export function roleColours(roles: readonly string[], palette: Palette): Map<string, string> {
  const colours = new Map<string, string>();
  roles.forEach((role, index) => {
    const colour = index === 0 ? palette.muted : palette.series[(index - 1) % 6]!;
    colours.set(role, colour);
  });
  return colours;
}

/** The stem of a kind of message: a request and its reply share a colour. */
export function stemOf(kind: string): string {
  return kind.replace(/[-_. ]?(?:reply|response|ack|result|answer)$/i, '') || kind;
}

/** Whether a kind is a reply: drawn with broken lines. */
export function isReply(kind: string): boolean {
  return stemOf(kind) !== kind;
}

/** Colours of kinds of messages, in the order given. */
export function kindColours(kinds: readonly string[], palette: Palette): Map<string, string> {
  const stems = [...new Set(kinds.map(stemOf))];
  const { series } = palette;
  return new Map(
    kinds.map((kind) => [kind, series[stems.indexOf(stemOf(kind)) % series.length]!] as const),
  );
}
