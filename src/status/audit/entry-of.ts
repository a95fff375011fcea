import type { Count, Entry, EntryState, PhaseFact, Section, Total } from './tracker.ts';
import { idIn, nameOf, namesEvidence, phaseIn } from './words.ts';

/** What has been read so far. */
export interface Reading {
  readonly entries: Entry[];
  readonly phases: PhaseFact[];
  readonly counts: Count[];
  readonly totals: Total[];
}

/** An entry of a text in which its states stand, the first one first. */
export function entryOf(
  text: string,
  [state = 'open', ...also]: readonly EntryState[],
  line: number,
  section: Section,
  member: boolean,
  hasEvidence: boolean = namesEvidence(text),
): Entry {
  const id = idIn(text);
  const phase = phaseIn(text) ?? phaseOfId(id);
  return {
    line,
    ...(id === undefined ? {} : { id }),
    name: nameOf(text),
    state,
    also: also.filter((other) => other !== state),
    section,
    ...(phase === undefined ? {} : { phase }),
    member,
    hasEvidence,
  };
}

/** `2.4` is a task of phase 2. */
function phaseOfId(id: string | undefined): string | undefined {
  const [, number] = /^(\d+)\.\d/.exec(id ?? '') ?? [];
  return number === undefined ? undefined : `phase ${number}`;
}
