import { entryOf, type Reading } from './entry-of.ts';
import { readCounts, readSums, readTotals } from './read-numbers.ts';
import { readRow, type TableHead, tableHead } from './read-tables.ts';
import type { EntryState, Section, Tracker } from './tracker.ts';
import {
  idIn,
  nameOf,
  namesEvidence,
  phaseIn,
  plain,
  sentencesOf,
  sharesIn,
  stateWords,
  ticketsIn,
} from './words.ts';

/**
 * Reads a tracker in Markdown or plain text: check-mark lists, tables, headings with a status,
 * sentences with ids, percentages and counts. Code blocks are passed over.
 */
export function readTracker(text: string): Tracker {
  const lines = text.split(/\r?\n/);
  const reading: Reading = { entries: [], phases: [], counts: [], totals: [] };
  let section: Section = { title: '', level: 0, line: 0, parent: undefined, key: '' };
  let head: TableHead | undefined;
  let inCode = false;
  for (const [at, raw] of lines.entries()) {
    const line = at + 1;
    if (/^\s*(?:```|~~~)/.test(raw)) inCode = !inCode;
    if (inCode || raw.trim() === '') {
      head = undefined;
      continue;
    }
    if (/^\s*\|/.test(raw)) {
      head = tableLine(raw, lines[at + 1], line, section, head, reading);
      continue;
    }
    head = undefined;
    const [, hashes, title] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(raw) ?? [];
    if (hashes !== undefined) section = opened(section, hashes.length, title!, line, reading);
    else if (!readItem(raw, evidenceBelow(lines, at), line, section, reading)) {
      for (const one of sentencesOf(raw)) readSentence(one, line, section, reading);
    }
    reading.counts.push(...readCounts(raw, line, section));
    reading.totals.push(...readTotals(raw, line, section));
  }
  return { lines, ...reading, sums: readSums(lines) };
}

function tableLine(
  raw: string,
  next: string | undefined,
  line: number,
  section: Section,
  head: TableHead | undefined,
  reading: Reading,
): TableHead | undefined {
  const isRule = /^[\s|:-]+$/.test(raw);
  if (isRule) return head;
  if (head !== undefined) {
    readRow(raw, line, section, head, reading);
    reading.counts.push(...readCounts(raw, line, section));
    return head;
  }
  return next !== undefined && /^[\s|:-]+$/.test(next) ? tableHead(raw) : undefined;
}

/** The section that a heading opens; a heading may say how its phase stands, or be a task itself. */
function opened(
  before: Section,
  level: number,
  title: string,
  line: number,
  reading: Reading,
): Section {
  let parent: Section | undefined = before;
  while (parent !== undefined && parent.level >= level) parent = parent.parent;
  const isTitle = level === 1 && line <= 3;
  const key = isTitle ? '' : (phaseIn(title) ?? nameOf(title));
  const section: Section = { title: plain(title), level, line, parent, key };
  const { states } = stateWords(plain(title));
  const id = idIn(plain(title));
  if (id !== undefined && states.length > 0) {
    reading.entries.push(entryOf(plain(title), states, line, parent ?? section, false));
  } else factsOf(title, key, line, states, reading, true);
  return section;
}

function factsOf(
  text: string,
  key: string,
  line: number,
  states: readonly EntryState[],
  reading: Reading,
  isAbout: boolean,
): void {
  const shares = sharesIn(plain(text), isAbout);
  const [state] = states;
  const said = state === undefined || key === '' ? {} : { state };
  if (shares.length === 0 && state !== undefined && key !== '') {
    reading.phases.push({ key, line, state, approximate: false });
  }
  for (const share of shares) reading.phases.push({ key, line, ...said, ...share });
}

const item = /^(\s*)(?:[-*+•]|\d+[.)])\s+(?:\[([ xX~/-])\]\s*)?(.*)$/;

/** A point of a list; false when it is none, or says nothing of a status. */
function readItem(
  raw: string,
  below: boolean,
  line: number,
  section: Section,
  reading: Reading,
): boolean {
  const [, , box, rest] = item.exec(raw) ?? [];
  if (rest === undefined) return false;
  const text = plain(rest);
  const { states, at } = stateWords(text);
  const hasMark = /^(?:✅|✔|☑|✓|🟢|❌|🔴|⬜|☐|🔲|🚧|🔄|🟡|⏳|⛔|🚫|📋)/u.test(text);
  const isLabel = /^(?:overall|status|progress|completion|total|complete[d]?)\b/i.test(text);
  const boxState = box === undefined ? undefined : stateOfBox(box);
  const isTail = at > 0 && /[:–—(,-]\s*$/.test(text.slice(0, at));
  if (boxState === undefined && (isLabel || !(hasMark || isTail || idIn(text)) || at < 0)) {
    return false;
  }
  // In the name of a task "broken" is what it mends; after a colon or in brackets, what it is.
  const told = boxState === undefined || isTail ? states : [];
  const all = boxState === undefined ? told : [boxState, ...told];
  reading.entries.push(entryOf(text, all, line, section, true, below || namesEvidence(rest)));
  return true;
}

function stateOfBox(box: string): EntryState {
  if (box === ' ') return 'open';
  return box === 'x' || box === 'X' ? 'done' : 'started';
}

/** What is indented below a point belongs to it. */
function evidenceBelow(lines: readonly string[], at: number): boolean {
  const depth = /^\s*/.exec(lines[at]!)![0].length;
  for (const line of lines.slice(at + 1)) {
    if (line.trim() === '' || /^\s*/.exec(line)![0].length <= depth) return false;
    if (/^\s*(?:[-*+•]|\d+[.)])\s+\[[ xX~/-]\]/.test(line)) return false;
    if (namesEvidence(line)) return true;
  }
  return false;
}

/** A sentence: what it says of ids, of phases and of the whole. */
function readSentence(raw: string, line: number, section: Section, reading: Reading): void {
  const text = plain(raw);
  const { states, at } = stateWords(text);
  const ids = at < 0 ? [] : ticketsIn(text.slice(0, at));
  for (const id of ids) {
    const entry = entryOf(text, states, line, section, false, namesEvidence(raw));
    reading.entries.push({ ...entry, id });
  }
  if (ids.length > 0) return;
  const isLabel = /^\W*(?:status|progress|completion)\b/i.test(text);
  const named = phaseIn(text);
  const isWhole = /\b(?:overall|project|in total|altogether)\b/i.test(text);
  const key = named ?? (isWhole ? '' : section.key);
  factsOf(raw, key, line, named !== undefined || isLabel ? states : [], reading, isLabel);
}
