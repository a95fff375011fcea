import {
  type ApplyPlan,
  type Current,
  type FingerprintOf,
  planApply,
} from '../systems/orchestrator/apply/plan.ts';
import { type Wish, wishFaults, wishName } from '../systems/orchestrator/apply/wish.ts';
import type { SpecFault } from '../systems/orchestrator/specs/fault.ts';
import type { ManifestFault } from './manifest-fault.ts';
import { ManifestValue } from './map-reader.ts';
import { type Metadata, readers } from './read-kinds.ts';
import { readLabels, text, word } from './read-parts.ts';
import { type SourceDocument, YamlSource } from './yaml-source.ts';

/** A file that a person wrote. */
export interface ManifestFile {
  /** As it is named in messages. */
  readonly file: string;
  readonly text: string;
}

/** What one document asks for. */
export interface Manifest {
  readonly wish: Wish;
  /** A fault of the wish, at the place of its field. */
  readonly placed: (fault: SpecFault) => ManifestFault;
}

/** All that files ask for; with a single fault nothing of them counts. */
export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly faults: readonly ManifestFault[];
}

const versions = ['seedstorm/v1', 'warren.io/v1', 'v1'] as const;

/** Reads manifests of all kinds from YAML with any number of documents. */
export function readManifests(files: readonly ManifestFile[]): Manifests {
  const manifests: Manifest[] = [];
  const faults: ManifestFault[] = [];
  const first = new Map<string, ManifestFault>();
  for (const { file, text: content } of files) {
    const source = new YamlSource(file, content);
    for (const document of source.documents) {
      const before = source.faults.length;
      const wish = readDocument(source, document);
      if (wish === undefined || source.faults.length > before) continue;
      const placed = (fault: SpecFault): ManifestFault => source.place(document, fault);
      for (const fault of wishFaults(wish)) source.faults.push(placed(fault));
      const key = `${wish.kind} ${wishName(wish)}`;
      const name = placed({ field: 'metadata.name', what: '', right: '' });
      const other = first.get(key);
      if (other === undefined) first.set(key, name);
      else {
        const what = `there is a ${key} already, at ${other.file}:${other.line}`;
        source.faults.push({ ...name, what, right: 'one of each kind and name' });
      }
      manifests.push({ wish, placed });
    }
    faults.push(...source.faults.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return faults.length > 0 ? { manifests: [], faults } : { manifests, faults };
}

function readDocument(source: YamlSource, { root, document }: SourceDocument): Wish | undefined {
  const value = new ManifestValue(source, document, root, '');
  return value.map((fields) => {
    fields.required('apiVersion', word(versions), 'v1');
    const kind = fields.required('kind', word(Object.keys(readers)), '');
    const none: Metadata = { name: '', labels: [] };
    const metadata = fields.required('metadata', readMetadata, none);
    const read = readers[kind];
    if (read === undefined) {
      // Its fields cannot be judged: one fault, not ten.
      fields.get('spec');
      return undefined;
    }
    return fields.required('spec', (spec) => spec.map((inner) => read(inner, metadata)), undefined);
  });
}

function readMetadata(value: ManifestValue): Metadata | undefined {
  return value.map((fields) => ({
    name: fields.required('name', text, ''),
    labels: fields.optional('labels', readLabels, []),
  }));
}

/**
 * What has to be done so that what the files ask for is there. Faults that show only beside what is
 * there already, a missing secret for instance, are placed in the files too; then there is no plan.
 */
export function planManifests(
  files: readonly ManifestFile[],
  current: Current,
  fingerprintOf: FingerprintOf,
): { readonly plan: ApplyPlan } | { readonly faults: readonly ManifestFault[] } {
  const { manifests, faults } = readManifests(files);
  if (faults.length > 0) return { faults };
  const wishes = manifests.map((manifest) => manifest.wish);
  const plan = planApply(wishes, current, fingerprintOf);
  if (plan.faults.length === 0) return { plan };
  return { faults: plan.faults.map(({ at, fault }) => manifests[at]!.placed(fault)) };
}
