import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';
import type { Scenario } from '../run/scenario-contract.ts';
import { parseNames } from './option-values.ts';

/**
 * What `--rungs` says, for the options of a run.
 * @throws UsageError when the ladder has no such rung
 */
export function chosenRungs(
  { ladder }: Scenario,
  text: string | undefined,
): { readonly only?: readonly string[] } {
  if (text === undefined) return {};
  const ids = ladder.rungs.map(({ id }) => id);
  const only = parseNames(text, '--rungs');
  for (const id of only) {
    if (!ids.includes(id)) {
      throw new UsageError(`there is no rung ${id}`, '--rungs', didYouMean(id, ids));
    }
  }
  return { only };
}
