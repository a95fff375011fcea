/** Fenced blocks of a guide, and what a block means: a file, a change to a file, commands, output. */

export interface Block {
  readonly kind: 'ts' | 'json' | 'clojure' | 'md' | 'diff' | 'sh' | 'text';
  /** The file that a block of code, data or changes is about; `sections` of a text that is a choice of them. */
  readonly file: string;
  readonly lines: readonly string[];
  /** Index of the first line of the content in the document. */
  readonly at: number;
}

/** One command of an `sh` block. */
export interface Command {
  readonly line: string;
  /** The command as the guide has it. */
  readonly given: string;
  readonly words: readonly string[];
  /** Exit code that the guide promises: `# exits with 1`; else 0. */
  readonly exitCode: number;
}

const kinds: readonly string[] = ['ts', 'json', 'clojure', 'md', 'diff', 'sh', 'text'];

/** Kinds of blocks that are whole files when they name one. */
export const fileKinds: readonly string[] = ['ts', 'json', 'clojure', 'md'];

/** All blocks of a document, in order. */
export function blocksOf(document: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = document.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const opening = /^```(\w+) ?(.*)$/.exec(lines[at]!);
    if (opening === null) continue;
    const end = lines.indexOf('```', at + 1);
    const [, kind = '', file = ''] = opening;
    if (!kinds.includes(kind)) throw new Error(`line ${at + 1}: no block is of kind ${kind}`);
    blocks.push({
      kind: kind as Block['kind'],
      file,
      lines: lines.slice(at + 1, end),
      at: at + 1,
    });
    at = end;
  }
  return blocks;
}

/** The commands of an `sh` block. */
export function commandsOf(block: Block): readonly Command[] {
  return block.lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [command = '', comment = ''] = line.split(/\s+#/);
      const promised = /exits with (\d+)/.exec(comment);
      return {
        line: command,
        given: command,
        words: command.trim().split(/\s+/),
        exitCode: promised === null ? 0 : Number(promised[1]),
      };
    });
}

/** Applies a `diff` block to a text: its old lines must occur in it exactly once. */
export function patched(text: string, block: Block): string {
  const side = (sign: string): string =>
    block.lines
      .filter((line) => line.startsWith(' ') || line.startsWith(sign))
      .map((line) => line.slice(1))
      .join('\n');
  const parts = text.split(side('-'));
  if (parts.length !== 2) throw new Error(`the change at line ${block.at} does not fit`);
  return parts.join(side('+'));
}

/**
 * A line without what differs between machines and between versions of the world: figures, digests,
 * units of durations, widths of columns.
 */
export function shapeOf(line: string): string {
  return line
    .replaceAll(/\b[0-9a-f]{16}\b/g, '<digest>')
    .replaceAll(/\d[\d,.]*( (?:us|ms|s|min|h)\b)?/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const eventLine = /^\s*\d+\s+\d+\.\d+ s\s/;

/**
 * The output in the words that a guide uses of it: a line `...` in the guide stands for any number
 * of lines, and events may be others and more or fewer. Undefined when the guide shows something
 * else.
 */
export function inWordsOf(
  shown: readonly string[],
  output: readonly string[],
): readonly string[] | undefined {
  const [first, ...rest] = shown;
  if (first === undefined) return output.length === 0 ? [] : undefined;
  if (first.trim() === '...') {
    for (let skipped = 0; skipped <= output.length; skipped++) {
      const tail = inWordsOf(rest, output.slice(skipped));
      if (tail !== undefined) return [first, ...tail];
    }
    return undefined;
  }
  const [line, ...others] = output;
  if (line === undefined) return undefined;
  if (eventLine.test(first) && eventLine.test(line)) {
    const events = leadingEvents(output);
    const tail = inWordsOf(shown.slice(leadingEvents(shown).length), output.slice(events.length));
    return tail === undefined ? undefined : [...events, ...tail];
  }
  if (shapeOf(line) !== shapeOf(first)) return undefined;
  const tail = inWordsOf(rest, others);
  return tail === undefined ? undefined : [line.trimEnd(), ...tail];
}

function leadingEvents(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => !eventLine.test(line));
  return end < 0 ? lines : lines.slice(0, end);
}

/**
 * Sections of the output (what stands between blank lines) that a guide shows, by their first
 * lines. What stands below is whatever the output has there: a guide that leaves out the middle of
 * a section by a line `...` gets as many lines before and after it. Undefined when a section that
 * the guide shows is missing.
 */
export function sectionsOf(
  shown: readonly string[],
  output: readonly string[],
): readonly string[] | undefined {
  const found: string[] = [];
  let rest = paragraphsOf(output);
  for (const section of paragraphsOf(shown)) {
    const at = rest.findIndex(([title]) => shapeOf(title!) === shapeOf(section[0]!));
    if (at < 0) return undefined;
    const gap = section.findIndex((line) => line.trim() === '...');
    const whole = rest[at]!;
    const after = section.length - gap - 1;
    if (found.length > 0) found.push('');
    if (gap < 0 || whole.length < section.length) found.push(...whole);
    else found.push(...whole.slice(0, gap), '  ...', ...whole.slice(whole.length - after));
    rest = rest.slice(at + 1);
  }
  return found;
}

function paragraphsOf(lines: readonly string[]): readonly (readonly string[])[] {
  const paragraphs: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '') paragraphs.push([]);
    else paragraphs.at(-1)!.push(line.trimEnd());
  }
  return paragraphs.filter((paragraph) => paragraph.length > 0);
}
