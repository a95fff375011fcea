import { readFileSync } from 'node:fs';
import type { ManifestFault } from '../manifests/manifest-fault.ts';
import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';
import { decodeField, encodeField } from '../systems/common/field-bytes.ts';
import { type Wish, wishFaults } from '../systems/orchestrator/apply/wish.ts';
import { type Backup, backupField } from '../systems/orchestrator/backup/backup.ts';
import {
  type OperatorAction,
  type OperatorIntent,
  plainWish,
  type WishFault,
} from '../systems/orchestrator/client/operator-action.ts';
import { labelsFrom } from '../systems/orchestrator/specs/labels.ts';
import { type Availability, availabilities } from '../systems/orchestrator/specs/node-spec.ts';
import { quotaSpec } from '../systems/orchestrator/specs/quota-spec.ts';
import { type Resource, specFault } from '../systems/orchestrator/specs/resource.ts';
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

/** Options of `quota create`, as they are written. */
export interface QuotaOptions {
  readonly selector: string;
  readonly tasks?: string;
  readonly cpu?: string;
  readonly memory?: string;
}

export async function quotaAction(name: string, options: QuotaOptions): Promise<OperatorAction> {
  const { parseBytes, parseCpu } = await import('../manifests/quantities.ts');
  const { selector, tasks, cpu, memory } = options;
  const pairs = selector.split(',').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`${pair} is no label`, '--selector', 'for example team=blue');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  const amount = (text: string | undefined, parse: typeof parseCpu, option: string): number => {
    if (text === undefined) return 0;
    const read = parse(text);
    if ('value' in read) return read.value;
    throw new UsageError(`${text} cannot be read`, option, read.right);
  };
  const limits = {
    tasks: tasks === undefined ? 0 : countOf(tasks, 'tasks'),
    cpuMillis: amount(cpu, parseCpu, '--cpu'),
    memoryBytes: amount(memory, parseBytes, '--memory'),
  };
  return creation({ kind: 'quota', spec: quotaSpec(name, labelsFrom(pairs), limits) });
}

/** @throws UsageError on a file that is no backup, with what is wrong in it */
export function restoreAction(file: string): OperatorAction {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why =
      error instanceof SyntaxError ? error.message : (error as NodeJS.ErrnoException).code;
    throw new UsageError(`the backup cannot be read (${why})`, file, 'what backup has printed');
  }
  let backup: Backup;
  try {
    // Through its bytes: what is no field of it is gone.
    backup = decodeField(backupField, encodeField(backupField, read as Backup));
  } catch {
    throw new UsageError('this is no backup', file, 'what backup has printed');
  }
  for (const resource of resourcesOf(backup)) {
    const fault = specFault(resource);
    if (fault === null) continue;
    const where = `${file}: ${resource.kind} ${resource.spec.name}: ${fault.field}`;
    throw new UsageError(fault.what, where, fault.right);
  }
  return { do: 'restore', backup };
}

function resourcesOf({ nodes, volumes, quotas, services }: Backup): readonly Resource[] {
  return [
    ...nodes.map((spec) => ({ kind: 'node', spec }) as const),
    ...volumes.map((spec) => ({ kind: 'volume', spec }) as const),
    ...quotas.map((spec) => ({ kind: 'quota', spec }) as const),
    ...services.map((spec) => ({ kind: 'service', spec }) as const),
  ];
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
