import { type ClientsDefinition, type Domain, fileClients, seconds } from '../../src/index.ts';
import { fileProtocol } from '../../src/systems/storage/file-protocol.ts';

/**
 * Phases that all drawn storage scenarios share. Settling is long: what has to be mended in the end is
 * due after servers were given up, leases have ended and scrubs gone round, and after that the bytes
 * go at the rate of repairs.
 */
export const phases = { form: seconds(2), storm: seconds(7), settle: seconds(40) } as const;

/** How long phases last, in microseconds. */
interface Lengths {
  readonly form: number;
  readonly storm: number;
  readonly settle: number;
}

/** Clients of files whose load follows the phases. */
export function storageClients(
  knobs: Readonly<Record<string, Domain>> = {},
  { form, storm, settle }: Lengths = phases,
): ClientsDefinition {
  return fileClients({
    protocol: fileProtocol,
    phases: { formUs: form, stormUs: storm, settleUs: settle },
    knobs,
  });
}

/** What a few files take fills the smaller disks, so that load is evened out too. */
export const smallDisksToo: Readonly<Record<string, Domain>> = {
  'storage.capacityBytes': { kind: 'one of', values: [1_048_576, 65_536] },
};

/** In some clusters servers are emptied under load. */
export const drainsToo: Readonly<Record<string, Domain>> = {
  'files.drains': { kind: 'one of', values: [false, true] },
};

/** In some clusters what is removed waits in a trash, and comes back, or is purged. */
export const trashToo: Readonly<Record<string, Domain>> = {
  'files.trash': { kind: 'one of', values: [false, true] },
};

/** What storms may aim at in the storage system. */
export const storageWords = {
  role: 'leader',
  // Every chunkserver, and whoever of the masters does not lead.
  mostOthers: 28,
  // As many as there are always: a writer that stands still or is late holds a lease that ends.
  clients: ['c1', 'c2'],
  // Beside the journals, which come first by their names and are the most bytes.
  files: ['fragments/', '.data'],
  roles: ['candidate', 'silent', 'serving'],
  messages: [
    'append',
    'set-version',
    'version-set',
    'write-bytes',
    'put-part',
    'adopt',
    'copy-fragment',
    'rebuild-part',
    'encode',
    'erase-fragment',
    'beat-heard',
    'recall',
    'parts-ready',
    'write-failed',
  ],
  probes: [
    'commit advanced',
    'snapshot installed',
    'a server was lost',
    'a chain is formed anew',
    'a chunk is recovered',
    'a replica adopts from a longer one',
    'a fragment is bad',
    'a fragment was erased',
    'a chunk was converted',
    'a write lease expired',
    'a part moves to an emptier server',
  ],
} as const;
