import { markdownTable } from './markdown-table.ts';

/** A sweep of one kind of damage with one protection switched off. */
export interface ProtectionCell {
  /** Of the mutant; empty: all protections are on. */
  readonly id: string;
  readonly scenario: string;
  readonly seeds: number;
  /** Seeds in which wrong bytes left a chunkserver. */
  readonly broken: number;
  /** Rungs that saw it. */
  readonly rungs: readonly string[];
}

export interface ProtectionResults {
  readonly schema: 'seedstorm-protections/1';
  readonly seeds: string;
  readonly cells: readonly ProtectionCell[];
}

/** A protection that a mutant takes away. */
export interface ListedProtection {
  readonly id: string;
  readonly title: string;
}

/** What leaves a chunkserver, and what clients read: laws that look at nothing else. */
export const judging: readonly string[] = ['SA3', 'SD1', 'SD3', 'SD4', 'SD7'];

/** Kinds of damage, each to the disk of one chunkserver. */
export const faultsMeasured: readonly { readonly title: string; readonly scenario: string }[] = [
  { title: 'torn', scenario: 'storage-torn-writes' },
  { title: 'lost', scenario: 'storage-lost-writes' },
  { title: 'misdirected', scenario: 'storage-misdirected-writes' },
  { title: 'rotten', scenario: 'storage-rotten-disk' },
];

export function protectionResults(
  seeds: string,
  cells: readonly ProtectionCell[],
): ProtectionResults {
  return { schema: 'seedstorm-protections/1', seeds, cells };
}

/** What the literature has seen or proved, by the kind of damage. */
const predictions: readonly string[] = [
  'Krioukov et al. (Parity Lost and Parity Regained, FAST 2008) model which protections let which damage through:',
  '',
  '- A checksum that lies *beside its block* is lost or replaced together with it: a lost write leaves an old block with',
  '  its old checksum, which fits. Only a checksum kept *elsewhere* (with the parent, here in a file of its own) finds it.',
  '- A checksum of *bytes alone* fits wherever the bytes land: a misdirected write is found by identity in the checksum, and at',
  '  the place that it should have reached it is a lost write.',
  '- Torn and rotten blocks are found by any checksum that is compared at all.',
  '- Scrubbing finds damage sooner, and protects no reader by itself; without checksums it spreads what it reads.',
  '- Reading back what was written finds lost and misdirected writes at once, at the price of a read for each write, if the read',
  '  comes from the medium and not from the cache of the disk.',
  '',
  'Bairavasundaram et al. (An Analysis of Data Corruption in the Storage Stack, FAST 2008) saw on 1.5 million disks checksum',
  'mismatches, identity discrepancies and parity inconsistencies: all these kinds of damage happen.',
];

/**
 * Which kinds of damage get through to a reader when a protection is off and all others are on, as the
 * model of Krioukov et al. has it for a system whose checksums lie elsewhere and carry identity.
 */
const letThrough: Readonly<Record<string, readonly string[]>> = {
  // Beside its block, a checksum is lost with it; where a stray write should have gone, one was lost.
  P2: ['lost', 'misdirected'],
  P5: ['torn', 'lost', 'misdirected', 'rotten'],
  P6: ['lost', 'misdirected'],
};

/** Why a cell is not as predicted, where that is known: by protection and kind of damage. */
const reasons: Readonly<Record<string, string>> = {
  'P5 torn':
    'what is in a data file was in the journal first, under checksums of its own, and each start writes it anew: a torn block is never read',
  'P2 lost':
    'it takes a block that was overwritten in place, whose last write is lost, and a start before it is read. Of seeds 13 to 69 of the same scenario three showed it (SD3)',
  'P2 misdirected':
    'where the write should have gone it is a lost one, which takes as much. Seeds 13 to 55 did not show it either',
  'P6 rotten':
    'what rotted was not the block but what stands in front of it: its version, which a checksum of bytes alone does not cover (seed 10: bit 31 of a version turned over)',
};

/** Predictions beside what was seen: how many agree, and each that does not. */
function compared(rows: readonly ListedProtection[], cells: readonly ProtectionCell[]): string[] {
  const differing: string[] = [];
  let agreeing = 0;
  for (const { id } of rows) {
    for (const { title, scenario } of faultsMeasured) {
      const cell = cells.find((one) => one.id === id && one.scenario === scenario);
      if (cell === undefined) continue;
      const isPredicted = letThrough[id]?.includes(title) === true;
      if (isPredicted === cell.broken > 0) {
        agreeing += 1;
        continue;
      }
      const what = isPredicted ? 'predicted to get through, not seen' : 'seen, and not predicted';
      const why = reasons[`${id} ${title}`] ?? 'why is not known';
      differing.push(`- ${id === '' ? 'All on' : id}, *${title}* writes: ${what}; ${why}.`);
    }
  }
  const total = agreeing + differing.length;
  const end = differing.length === 0 ? '.' : '; the others:';
  const lines = [`Of ${total} cells ${agreeing} are as that model predicts${end}`];
  return differing.length === 0 ? lines : [...lines, '', ...differing];
}

/** The table of protections as a page of Markdown, made of nothing but what was measured. */
export function protectionTable(
  { seeds, cells }: ProtectionResults,
  protections: readonly ListedProtection[],
): string {
  const rows = [{ id: '', title: 'nothing: all protections are on' }, ...protections];
  const head = ['Off', ...faultsMeasured.map(({ title }) => `${title} writes`)];
  const text = rows.map(({ id, title }) => [
    id === '' ? title : `${id}: ${title}`,
    ...faultsMeasured.map(({ scenario }) =>
      cellText(cells.find((cell) => cell.id === id && cell.scenario === scenario)),
    ),
  ]);
  const lines = [
    '# Which protection keeps which damage from readers',
    '',
    'Generated by `npx node scripts/protection-table.ts` from `mutants/storage-protections/protections.json`, which',
    '`npx node scripts/protections.ts` writes: with each protection of a chunkserver switched off by a patch, the disk of one',
    `chunkserver does wrong in seeds ${seeds} of four scenarios. A cell says in how many of them wrong bytes left the`,
    `server or reached a client, and which of the rungs ${judging.join(', ')} saw it first: there the run ends. A zero`,
    'over so few seeds says that nothing was seen, not that nothing can happen.',
    '',
    ...markdownTable(head, '', text),
    '',
    '## What the literature predicts',
    '',
    ...predictions,
    '',
    '## Prediction and measurement',
    '',
    ...compared(rows, cells),
    '',
    '## What is different here',
    '',
    '- *Torn* writes are never read: what is in a data file was in the journal first, and each start writes it anew.',
    '- A read after a write comes from the cache of the simulated disk. So *write-verify* finds no lost write, and to switch it off',
    '  changes nothing that a reader can see. What it does find is a part that cannot be read at all.',
    '- For the same reason SA3, which judges what a life of a server has taken in, sees no lost write: it shows after a start, to clients.',
    '- While checksums are kept elsewhere, *identity* in them is a second bolt: the place that a misdirected write has hit does not fit its',
    '  own checksum any more, whatever the bytes say of themselves. It counts once checksums travel with the bytes (P6 beside P2).',
    '- *Scrub* off lets nothing through, for every read verifies: what is lost without it is the time in which a second fault may strike.',
    '- A reader verifies once more at its end, by the same checksum, so whatever gets past the server gets to the client.',
    '',
  ];
  return lines.join('\n');
}

function cellText(cell: ProtectionCell | undefined): string {
  if (cell === undefined) return '-';
  if (cell.broken === 0) return `0 of ${cell.seeds}`;
  return `**${cell.broken}** of ${cell.seeds}: ${cell.rungs.join(' ')}`;
}
