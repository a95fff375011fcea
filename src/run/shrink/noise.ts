import type { CaseFile } from '../../record/case-file.ts';
import type { NamedChoice } from '../../sim/choices.ts';
import { minimal, type SearchOptions } from './delta-debugging.ts';

/** Tries a case: the choices that it met if it still fails, else undefined. */
export type TryNoise = (file: CaseFile) => Promise<readonly NamedChoice[] | undefined>;

/** The case with only these choices off their calm values. */
export function withChoices(file: CaseFile, list: readonly NamedChoice[]): CaseFile {
  return { ...file, choices: { kind: 'calm', list } };
}

/**
 * The case with one of its choices made when its key is met for an earlier time: what is there only
 * to be counted can go then.
 */
export function withEarlierChoices(file: CaseFile): readonly CaseFile[] {
  if (file.choices.kind !== 'calm' || file.choices.list.length > fewChoices) return [];
  const { list } = file.choices;
  return list.flatMap((choice, at) => {
    const { occurrence } = choice;
    const earlier = new Set([0, occurrence >> 1, occurrence - 1]);
    return [...earlier]
      .filter((nth) => nth >= 0 && nth < occurrence)
      .map((nth) => withChoices(file, list.with(at, { ...choice, occurrence: nth })));
  });
}

const fewChoices = 30;

/** From coarse to fine: whole kinds of noise are let go before single choices are looked at. */
const groupings: readonly ((choice: NamedChoice) => string)[] = [
  ({ point }) => point,
  ({ stream, point }) => `${point} ${stream.split('/')[0]}`,
  ({ stream, point }) => `${point} ${stream}`,
];

/**
 * Makes the choices of a case calm, group by group and then one by one, until none can be any more.
 *
 * @param list the choices of a run of the case that fails
 * @param onKept told of each shorter list
 */
export async function calmChoices(
  file: CaseFile,
  list: readonly NamedChoice[],
  attempt: TryNoise,
  options: SearchOptions,
  onKept: (list: readonly NamedChoice[]) => void,
): Promise<void> {
  let kept = list;
  const keep = (shorter: readonly NamedChoice[]): void => {
    kept = shorter;
    onKept(kept);
  };
  for (const groupOf of groupings) {
    const all = kept;
    const names = [...new Set(all.map(groupOf))];
    if (names.length < 2 || names.length > all.length / 2) continue;
    const members = (groups: readonly string[]): readonly NamedChoice[] => {
      const set = new Set(groups);
      return all.filter((choice) => set.has(groupOf(choice)));
    };
    const smaller = await minimal(
      names,
      async (groups) => {
        const met = await attempt(withChoices(file, members(groups)));
        return met === undefined ? undefined : groups;
      },
      { ...options, onKept: (groups) => keep(members(groups)) },
    );
    kept = members(smaller.items);
  }
  await minimal(kept, (some) => attempt(withChoices(file, some)), { ...options, onKept: keep });
}
