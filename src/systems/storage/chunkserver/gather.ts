import type { FragmentName } from '../block-checksum.ts';
import type { Parts } from '../erasure/reed-solomon.ts';
import type { DataFault } from '../messages/data-messages.ts';
import type { Block, PlacedPart } from '../messages/fragment.ts';
import { fetchFragment } from './fetch.ts';
import type { ServerCore } from './server-core.ts';

/**
 * Gives for each block of a stripe what was got of its parts, by part; or why not enough could be got,
 * and positions in `sources` of those that failed.
 */
export type Gathered = (
  fault: DataFault | null,
  rows: readonly Parts[],
  failed: readonly number[],
) => void;

/** Gets as many parts as the code needs, first from those that are named first. */
export function gatherParts(
  core: ServerCore,
  stripe: Omit<FragmentName, 'part'>,
  dataParts: number,
  parityParts: number,
  sources: readonly PlacedPart[],
  done: Gathered,
): void {
  const got: (readonly Block[] | null)[] = new Array(dataParts + parityParts).fill(null);
  const failed: number[] = [];
  let [asked, open, have] = [0, 0, 0];
  let ended = false;
  let lastFault: DataFault = 'no-answer';
  const more = (): void => {
    while (!ended && asked < sources.length && have + open < dataParts) {
      const at = asked++;
      const { node, part } = sources[at]!;
      if (part >= got.length || got[part] !== null) continue;
      open++;
      fetchFragment(core, { ...stripe, part }, node, (fault, blocks) => {
        open--;
        if (ended) return;
        if (fault === null) {
          have++;
          got[part] = blocks;
        } else {
          failed.push(at);
          lastFault = fault;
        }
        more();
      });
    }
    if (ended || open > 0) return;
    ended = true;
    if (have < dataParts) {
      done(lastFault, [], failed);
      return;
    }
    const rows = rowsOf(got);
    if (rows === undefined) done('bad', [], failed);
    else done(null, rows, failed);
  };
  more();
}

/** Undefined when the parts are not of one length. */
function rowsOf(got: readonly (readonly Block[] | null)[]): Parts[] | undefined {
  const parts = got.filter((part) => part !== null);
  const rows: Parts[] = [];
  const length = parts[0]?.length ?? 0;
  for (let block = 0; block < length; block++) {
    const size = parts[0]![block]!.bytes.length;
    if (size === 0) return undefined;
    rows.push(got.map((part) => part?.[block]?.bytes ?? null));
    if (parts.some((part) => part[block]?.bytes.length !== size)) return undefined;
  }
  return parts.every((part) => part.length === length) ? rows : undefined;
}
