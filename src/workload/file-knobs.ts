import type { Config, Domain } from '../sim/system-definition.ts';

/** Groups of operations, each of which a seed has or leaves out: rare orders come from few kinds. */
export const fileFeatures = [
  'renames',
  'links',
  'removals',
  'attributes',
  'truncations',
  'appends',
  'syncs',
  'locks',
  'clones',
  'classes',
  'quotas',
] as const;
/** Drains are the scenario's own: what they empty takes nothing any more. */
export type FileFeature = (typeof fileFeatures)[number] | 'drains' | 'trash';

const onOrOff: Domain = { kind: 'one of', values: [true, false] };

/** The settings of clients of files, calm value first; each is drawn per seed. */
export const fileClientKnobs: Readonly<Record<string, Domain>> = {
  'clients.count': { kind: 'between', low: 2, high: 5, calm: 2 },
  'clients.operations': { kind: 'one of', values: [200, 100, 320] },
  /** How many operations of one client may be open at a time. */
  'clients.lanes': { kind: 'one of', values: [1, 2] },
  /** `mixed`: every other client is strict. */
  'clients.mode': { kind: 'one of', values: ['strict', 'close-to-open', 'mixed'] },
  'clients.shape': { kind: 'one of', values: ['steady', 'bursts', 'silences'] },
  /** Files and directories in each directory of the tree. */
  'files.names': { kind: 'one of', values: [3, 1, 5] },
  /** How many chunks files are long, about. */
  'files.chunks': { kind: 'one of', values: [2, 1, 4] },
  /** Share of operations that are about the first file, in per cent. */
  'files.hotPercent': { kind: 'one of', values: [30, 0, 80] },
  /** How much more often clients only look at names and attributes: by what their weights are multiplied. */
  'files.looks': { kind: 'one of', values: [1] },
  /** `mixed`: most reads are of the whole file. `short`: all are of ranges like those that are written. */
  'files.reads': { kind: 'one of', values: ['mixed'] },
  /** Of which classes clients choose: of `all`, or `there and back` between two of them. */
  'files.classChoice': { kind: 'one of', values: ['all'] },
  /** What clients do in any case and much more often: groups and kinds of operations, joined by `+`. */
  'files.often': { kind: 'one of', values: ['nothing'] },
  /** Per thousand of intents. */
  'clients.restarts': { kind: 'one of', values: [0, 5, 20] },
  /** Per thousand of operations, those whose arguments no file service may take. */
  'files.mistakes': { kind: 'one of', values: [0, 15, 50] },
  'clients.settling': { kind: 'one of', values: ['quiet', 'loaded'] },
  ...Object.fromEntries(fileFeatures.map((feature) => [`files.${feature}`, onOrOff])),
  'files.drains': { kind: 'one of', values: [false] },
  /** Removed files wait in the trash, and some come back. */
  'files.trash': { kind: 'one of', values: [false] },
};

/** Typed access to a drawn config; what it leaves out has its calm value. */
export interface FileClientSettings {
  readonly count: number;
  readonly operations: number;
  readonly lanes: number;
  readonly mode: string;
  readonly shape: string;
  readonly names: number;
  readonly chunks: number;
  readonly hotPercent: number;
  readonly looks: number;
  readonly shortReads: boolean;
  readonly twoClasses: boolean;
  readonly often: readonly string[];
  readonly restarts: number;
  readonly mistakes: number;
  readonly loadedSettling: boolean;
  has(feature: FileFeature): boolean;
}

/** The clients' part of a drawn config. */
export function fileClientSettings(config: Config): FileClientSettings {
  const setting = (path: string): number | string | boolean => {
    const value = config[path];
    if (value !== undefined) return value;
    const domain = fileClientKnobs[path]!;
    return domain.kind === 'between' ? (domain.calm ?? domain.low) : domain.values[0]!;
  };
  const often = (setting('files.often') as string).split('+');
  return {
    count: setting('clients.count') as number,
    operations: setting('clients.operations') as number,
    lanes: setting('clients.lanes') as number,
    mode: setting('clients.mode') as string,
    shape: setting('clients.shape') as string,
    names: setting('files.names') as number,
    chunks: setting('files.chunks') as number,
    hotPercent: setting('files.hotPercent') as number,
    looks: setting('files.looks') as number,
    shortReads: setting('files.reads') === 'short',
    twoClasses: setting('files.classChoice') === 'there and back',
    often,
    restarts: setting('clients.restarts') as number,
    mistakes: setting('files.mistakes') as number,
    loadedSettling: setting('clients.settling') === 'loaded',
    has: (feature) => setting(`files.${feature}`) === true || often.includes(feature),
  };
}
