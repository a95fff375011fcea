import type { EntryState } from './tracker.ts';

/** What each state is called; negations before what they negate. */
const names: readonly (readonly [EntryState, RegExp])[] = [
  [
    'broken',
    /❌|🔴|💥|\b(?:broken|failing|fails|failed|regressed|(?:does|do)(?:n't| not) (?:compile|build|work|pass)|[1-9]\d* (?:\w+ )?(?:errors?|failures?|failing tests?))\b/giu,
  ],
  ['blocked', /⛔|🚫|\bblocked\b/giu],
  [
    'open',
    /⬜|☐|🔲|📋|\b(?:not (?:yet )?(?:started|done|implemented|completed?|finished|begun)|incomplete|unfinished|unstarted|to-?do|pending|planned|outstanding)\b/giu,
  ],
  [
    'started',
    /🚧|🔄|🟡|⏳|\b(?:in[- ]progress|wip|ongoing|under ?way|partial(?:ly)?|half[- ]done|started)\b/giu,
  ],
  [
    'done',
    /✅|✔|☑|✓|🟢|\b(?:done|completed?|finished|implemented|shipped|passing|closed|resolved)\b/giu,
  ],
];

/** The states that a text names, and where the first of them stands. */
export interface StateWords {
  readonly states: readonly EntryState[];
  readonly at: number;
  /** The text with those words left out. */
  readonly rest: string;
}

/** Finds the words for states in a text. */
export function stateWords(text: string): StateWords {
  // "60 % complete" does not say that anything is.
  let rest = text.replaceAll(/\d\s*%\s*(?:complet\w*|done|finished|implemented)/gi, blank);
  const found: { state: EntryState; at: number }[] = [];
  for (const [state, pattern] of names) {
    rest = rest.replaceAll(pattern, (match, ...more: (string | number)[]) => {
      const at = more.findLast((part) => typeof part === 'number') as number;
      found.push({ state, at });
      return blank(match);
    });
  }
  found.sort((a, b) => a.at - b.at);
  const states = [...new Set(found.map(({ state }) => state))];
  return { states, at: found[0]?.at ?? -1, rest };
}

/** Places in the text stay what they are. */
function blank(text: string): string {
  return ' '.repeat(text.length);
}

/** Whether two states of one thing cannot both be true: done, and anything else. */
export function disagree(one: EntryState, other: EntryState): boolean {
  return (one === 'done') !== (other === 'done');
}

const ticket = /\b[A-Z][A-Z0-9]*(?:[-_][A-Z][A-Z0-9]*){0,3}[-_]\d+(?:[.-]\d+)*\b/;
const leading = /^(?:[A-Z]{1,4}\d{1,4}[a-z]?|\d+(?:\.\d+)+)\b/;

/** The id of a piece of work: `RAFT-12` anywhere, `T3` or `2.4` where the text begins. */
export function idIn(text: string): string | undefined {
  return ticket.exec(text)?.[0] ?? leading.exec(text.trimStart())?.[0];
}

/** All ids of the form `RAFT-12`. */
export function ticketsIn(text: string): readonly string[] {
  return text.match(new RegExp(ticket, 'g')) ?? [];
}

/** A text without marks of Markdown. */
export function plain(text: string): string {
  return text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*`]+|~~|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])/g, '')
    .trim();
}

/** Where the name ends and the evidence begins. */
const pointers = /[,;]?\s+(?:see|commit|seeds?|PR|run)\s.*$/i;

/** A name in small letters, without states, numbers of progress and punctuation. */
export function nameOf(text: string): string {
  return stateWords(plain(text).replace(pointers, ''))
    .rest.replaceAll(/\([^)]*\)|[~≈]?\s*\d+(?:\.\d+)?\s*%|\b\d+\s*(?:\/|of)\s*\d+\b/g, ' ')
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}.]+/gu, ' ')
    .trim();
}

const numbered =
  /\b(phase|milestone|sprint|stage|epic|iteration|part|module|level|week)\s+(\d+)\b/i;

/** The phase that a text names: `phase 2`; undefined: none with a number. */
export function phaseIn(text: string): string | undefined {
  const [, word, number] = numbered.exec(text) ?? [];
  return word === undefined ? undefined : `${word.toLowerCase()} ${number}`;
}

const progress =
  /\b(?:complet\w*|done|progress|finished|overall|implemented|status|total|stands? at)\b/i;
const otherShares =
  /\b(?:coverage|latency|cpu|memory|p\d\d|loss|confidence|of (?:nodes|seeds|messages|requests)|uptime)\b/i;

/** A percentage of work done. */
export interface Share {
  readonly percent: number;
  readonly approximate: boolean;
}

/**
 * The percentages of work done that a text names.
 *
 * @param isAbout true where the place says already that it is progress, such as a column
 */
export function sharesIn(text: string, isAbout: boolean): readonly Share[] {
  return sentencesOf(text).flatMap((sentence) => sharesInSentence(sentence, isAbout));
}

/** The sentences of a line. */
export function sentencesOf(text: string): readonly string[] {
  return text.split(/(?<=[.;!?])\s+/);
}

function sharesInSentence(text: string, isAbout: boolean): readonly Share[] {
  if (otherShares.test(text) || !(isAbout || progress.test(text))) return [];
  // "99 % of writes" is a share of something else.
  const pattern =
    /(~|≈|\babout |\baround |\broughly |\bnearly |\balmost )?\s*(\d{1,3}(?:\.\d+)?)\s*%(?!\s+of\s+(?!(?:the|all|our)\b|tasks|items|work))/g;
  return [...text.matchAll(pattern)]
    .map(([, near, number]) => ({ percent: Number(number), approximate: near !== undefined }))
    .filter(({ percent }) => percent <= 100);
}

/** Whether a text names something that one could look at: a command, a file, a commit, a seed. */
export function namesEvidence(text: string): boolean {
  return (
    /\]\([^)]+\)|https?:\/\//.test(text) ||
    /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b/.test(text) ||
    /`[^`]*(?:\s|\/|\.(?:log|json|ts|js|md|txt|html|xml))[^`]*`/.test(text) ||
    /\b(?:logs?|test|tests|src|reports?)\/[\w./-]+/.test(text) ||
    /\bseeds?\s+\d/i.test(text) ||
    /\b(?:commit|run|build|PR|pull request)\s+#?\w*\d\w*/.test(text)
  );
}
