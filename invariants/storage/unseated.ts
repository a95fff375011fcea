import type { StorageFacts } from './moment.ts';

/**
 * Whether a leader was unseated since, in a group that does without pre-votes: whoever was taken out
 * of it, and was not told, goes on asking for votes in ever higher terms (Ongaro, dissertation,
 * section 4.2.3: disruptive servers). No law of progress can ask for anything then.
 */
export function isUnseated({ options, termSinceUs }: StorageFacts, sinceUs: number): boolean {
  return options.config['raft.preVote'] === false && termSinceUs >= sinceUs;
}
