import type { Choice, Place, Placement, RefusalReason } from './place.ts';

const because: Readonly<Record<RefusalReason, string>> = {
  down: 'is down',
  draining: 'is being drained',
  'no-weight': 'has no weight',
  'no-space': 'has no room for a part',
  excluded: 'was excluded by the caller',
  'holds-a-part': 'holds a part of this chunk already',
  'host-cap': 'is on a host that holds as many parts as the class allows',
  'zone-cap': 'is in a zone that holds as many parts as the class allows',
  'region-cap': 'is in a region that holds as many parts as the class allows',
  'others-came-first': 'was allowed, but others came first',
};

/** A search for places, and what came of it. */
export interface PlacementMade {
  readonly chunk: number;
  readonly places: readonly Place[];
  readonly placement: Placement;
}

/** The same in one line: who was refused for one reason goes together, but for those further away. */
export function explainBriefly({ chunk, places, placement }: PlacementMade): string {
  const { refused } = placement;
  const lines = explainPlacement({ ...placement, refused: [] }, places);
  const byReason = new Map<RefusalReason, number[]>();
  for (const { place, reason } of refused) {
    if (reason === 'others-came-first') continue;
    byReason.set(reason, [...(byReason.get(reason) ?? []), place]);
  }
  for (const [reason, ids] of byReason) {
    const who = ids.length === 1 ? `place ${ids[0]}` : `each of ${ids.join(', ')}`;
    lines.push(`${who} ${because[reason]}`);
  }
  return `looks for places for chunk ${chunk}: ${lines.join('; ')}`;
}

/** A placement in sentences: the verdict, then each choice, then each refusal. */
export function explainPlacement(placement: Placement, places: readonly Place[]): string[] {
  const { verdict, shortfall, comparedBy } = placement;
  const byId = new Map(places.map((one) => [one.id, one]));
  const lines = [`${verdict}: compared by ${comparedBy.join(', then ')}`];
  if (shortfall > 0) lines.push(`${shortfall} parts have no place within the caps of the class`);
  for (const choice of placement.chosen) lines.push(choiceLine(choice, byId.get(choice.place)!));
  for (const { place, reason } of placement.refused)
    lines.push(`place ${place} ${because[reason]}`);
  return lines;
}

function choiceLine(choice: Choice, { region, zone, host }: Place): string {
  const { part, place, before } = choice;
  const held = `region ${region} held ${before.region}, zone ${zone} held ${before.zone}`;
  const beyond =
    choice.beyond.length === 0 ? '' : `, beyond the cap per ${choice.beyond.join(', ')}`;
  return `part ${part} on place ${place}: ${held}, host ${host} held ${before.host}${beyond}`;
}
