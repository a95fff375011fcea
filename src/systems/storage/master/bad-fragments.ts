import type { FragmentBad } from '../messages/control-messages.ts';
import { partAt } from '../metadata/chunk-life.ts';
import { proposeAgainUs } from './leadership.ts';
import type { ChunkWork } from './write-grants.ts';

interface Bad {
  readonly server: number;
  readonly version: number;
  readonly generation: number;
  readonly position: number;
}

/**
 * Fragments that their servers found damaged. Each is taken out of its chunk, unless the chunk would
 * be lost without it: then it stays a member, and counts as missing until it was made anew elsewhere.
 */
export class BadFragments {
  private readonly work: ChunkWork;
  private readonly marked: (chunk: number) => void;
  private readonly known: Map<number, Bad[]> = new Map();

  /** `marked` is told of each chunk with a new bad fragment. */
  constructor(work: ChunkWork, marked: (chunk: number) => void) {
    this.work = work;
    this.marked = marked;
  }

  isBad(chunk: number, server: number): boolean {
    return this.known.get(chunk)?.some((bad) => bad.server === server) ?? false;
  }

  /** A server says so. */
  told(fragment: FragmentBad): void {
    const { lead } = this.work;
    const { chunk, version, generation, part, server } = fragment;
    const row = lead.state.chunks.get(chunk);
    if (row === undefined || row.version !== version || row.generation !== generation) return;
    const position = row.members.indexOf(server);
    const isPart = position >= 0 && partAt(lead.state.classes.get(row.classId)!, position) === part;
    if (isPart) this.mark(chunk, { server, version, generation, position });
  }

  /** A member does not have what the tables say. */
  lacks(chunk: number, server: number): void {
    const row = this.work.lead.state.chunks.get(chunk);
    const position = row?.members.indexOf(server) ?? -1;
    if (row === undefined || position < 0) return;
    const { version, generation } = row;
    this.mark(chunk, { server, version, generation, position });
  }

  private mark(chunk: number, bad: Bad): void {
    if (this.isBad(chunk, bad.server)) return;
    this.work.lead.env.probe('a fragment is bad');
    const list = this.known.get(chunk);
    if (list === undefined) this.known.set(chunk, [bad]);
    else list.push(bad);
    this.drop(chunk, bad);
    this.marked(chunk);
  }

  private drop(chunk: number, bad: Bad): void {
    if (this.known.get(chunk)?.includes(bad) !== true) return;
    const { lead } = this.work;
    lead.propose({ kind: 'drop-member', chunk, ...bad }, (reply) => {
      const errno = reply?.kind === 'error' ? reply.errno : null;
      const isLast = errno === 'EBUSY';
      if (reply !== null && errno !== 'EAGAIN' && !isLast) return;
      if (isLast) lead.env.probe('a bad fragment is needed');
      const againUs = isLast ? lead.timings.downGraceUs : proposeAgainUs;
      lead.alarms.after(againUs, () => this.drop(chunk, bad));
    });
  }

  /** The row of a chunk has changed: what it does not mean any more is forgotten. */
  chunkChanged(chunk: number): void {
    const list = this.known.get(chunk);
    if (list === undefined) return;
    const row = this.work.lead.state.chunks.get(chunk);
    const left = list.filter(
      ({ server, version, generation, position }) =>
        row?.version === version &&
        row.generation === generation &&
        row.members[position] === server,
    );
    if (left.length === 0) this.known.delete(chunk);
    else if (left.length < list.length) this.known.set(chunk, left);
  }
}
