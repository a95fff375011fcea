/** What a commit of the loop rests on. */
export interface CommitGround {
  /** Hash of the lines of evidence. */
  readonly hash: string;
  readonly seeds: readonly (readonly [from: number, to: number])[];
  /** The log of the iteration and its hash. */
  readonly log: string;
  readonly sha256: string;
}

/** A message with the trailers by which a commit of the loop can be held against its evidence. */
export function commitMessage(subject: string, rung: string, ground: CommitGround): string {
  const seeds = ground.seeds.map((range) => range.join('..')).join(', ');
  return [
    subject,
    '',
    `Rung: ${rung}`,
    `Evidence: ${ground.hash}`,
    `Seeds: ${seeds}`,
    `Log: ${ground.log} ${ground.sha256}`,
    '',
  ].join('\n');
}
