import { readFileSync } from 'node:fs';
import type { ManifestFault } from '../manifests/manifest-fault.ts';
import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';
import { type Wish, wishFaults } from '../systems/orchestrator/apply/wish.ts';
import {
  type OperatorAction,
  type OperatorIntent,
  plainWish,
  type WishFault,
} from '../systems/orchestrator/client/operator-action.ts';
import { type Availability, availabilities } from '../systems/orchestrator/specs/node-spec.ts';
import { serviceSpec } from '../systems/orchestrator/specs/service-spec.ts';
import {
  type VolumeDriver,
  volumeDrivers,
  volumeSpec,
} from '../systems/orchestrator/specs/volume-spec.ts';

/** Finds the place of a fault in the files that were applied. */
export type Placed = (fault: WishFault) => ManifestFault;

/** Reads manifests. @throws UsageError with file, line and field of everything that is wrong */
export async function applyAction(
  files: readonly string[],
): Promise<{ readonly action: OperatorAction; readonly placed: Placed }> {
  const { manifestFile } = await import('../manifests/manifest-files.ts');
  const { readManifests } = await import('../manifests/read-manifests.ts');
  const { faultsError } = await import('../manifests/manifest-fault.ts');
  const { manifests, faults } = readManifests(files.map((file) => manifestFile(file)));
  if (faults.length > 0) throw faultsError(faults);
  if (manifests.length === 0) {
    throw new UsageError('there is no document', files.join(', '), 'kind: Service, for example');
  }
  const wishes = manifests.map(({ wish }) => plainWish(wish));
  return { action: { do: 'apply', wishes }, placed: (fault) => manifests[fault.at]!.placed(fault) };
}

export function countOf(text: string, what: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new UsageError(`${text} is no number of ${what}`, what, 'an integer from 0 on');
}

function wordOf<Word extends string>(text: string, words: readonly Word[], option: string): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const hint = didYouMean(text, words);
  throw new UsageError(`${text} is none of ${words.join(', ')}`, option, hint);
}

export function availabilityOf(text: string): Availability {
  return wordOf(text, availabilities, '--availability');
}

/** Something that is to be made. @throws UsageError on the first thing that is wrong with it */
function creation(wish: Wish): OperatorAction {
  const [fault] = wishFaults(wish);
  if (fault !== undefined) throw new UsageError(fault.what, fault.field, fault.right);
  return { do: 'create', wish: plainWish(wish) };
}

export function serviceAction(
  name: string,
  options: { readonly image: string; readonly replicas: string; readonly global?: true },
): OperatorAction {
  const replicas = countOf(options.replicas, 'replicas');
  const mode =
    options.global === true
      ? ({ kind: 'global' } as const)
      : ({ kind: 'replicated', replicas } as const);
  return creation({ kind: 'service', spec: serviceSpec(name, options.image, { mode }) });
}

export function volumeAction(
  name: string,
  options: { readonly driver: string; readonly exclusive?: true },
): OperatorAction {
  const driver: VolumeDriver = wordOf(options.driver, volumeDrivers, '--driver');
  const spec = volumeSpec(name, { driver, exclusive: options.exclusive === true });
  return creation({ kind: 'volume', spec });
}

export function secretAction(name: string, file: string, isNew: boolean): OperatorAction {
  let value: Uint8Array;
  try {
    value = Uint8Array.from(readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`the value cannot be read (${code})`, file, '--from FILE');
  }
  const action = creation({ kind: 'secret', name, labels: [], value });
  if (isNew || action.do !== 'create') return action;
  return { do: 'apply', wishes: [action.wish] };
}

/** Names of volumes that a session ever made: managers list none. */
export function volumeNames(intents: readonly OperatorIntent[]): readonly string[] {
  const names = new Set<string>();
  for (const intent of intents) {
    const wishes =
      intent.do === 'apply' ? intent.wishes : intent.do === 'create' ? [intent.wish] : [];
    for (const wish of wishes) if (wish.kind === 'volume') names.add(wish.spec.name);
  }
  return [...names].sort();
}
