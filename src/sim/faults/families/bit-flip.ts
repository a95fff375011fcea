import type { DiskPlace } from '../atlas.ts';
import type { ByteRange } from '../budget.ts';
import { type FaultFamily, type FaultOf, named, type StrikeTools, targetAlone } from '../strike.ts';

/**
 * One bit at rest turns over. The position is a share of all bytes that the budget permits in the
 * files concerned, taken end to end in order of their names.
 */
export const bitFlip: FaultFamily<FaultOf<'bit-flip'>> = {
  nodes: targetAlone,
  begin(fault, [target], tools) {
    const place = placeOf(fault, target!, tools);
    if (place === undefined) return { refused: 'no promised byte there may be damaged' };
    const refusal = tools.budget.flipRefusal(place);
    if (refusal !== undefined) return { refused: refusal };
    const { world } = tools;
    if (!world.flipBit(target!, place.file, place.from, fault.bit)) {
      return { refused: 'there is no such byte any more' };
    }
    tools.budget.spendFlip(place);
    const where = `bit ${fault.bit} of byte ${place.from} of ${place.file}`;
    return {
      text: `${where} on ${named(target!, tools)} flips`,
      endText: `${where} on ${world.nodeId(target!)} stays wrong`,
      end: () => {},
    };
  },
};

function placeOf(
  fault: FaultOf<'bit-flip'>,
  node: number,
  tools: StrikeTools,
): DiskPlace | undefined {
  const ranges: { readonly file: string; readonly range: ByteRange }[] = [];
  let total = 0;
  const disk = tools.world.disk(node);
  for (const file of [...disk.promisedFiles()].sort()) {
    if (!file.includes(fault.file)) continue;
    const promised = disk.promisedBytes(file);
    const range = promised === undefined ? undefined : tools.budget.flipRange(file, promised);
    if (range === undefined) continue;
    ranges.push({ file, range });
    total += range.to - range.from;
  }
  let offset = Math.min(total - 1, Math.floor((total * fault.positionPerMillion) / 1_000_000));
  for (const { file, range } of ranges) {
    const length = range.to - range.from;
    if (offset < length) {
      return { node, file, from: range.from + offset, to: range.from + offset + 1 };
    }
    offset -= length;
  }
  return undefined;
}
