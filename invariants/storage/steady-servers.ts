import type { BeatHeard } from '../../src/systems/storage/messages/control-messages.ts';
import type { StorageFacts } from './moment.ts';

type Known = Pick<StorageFacts, 'timings' | 'world'>;

/** Since when each chunkserver has been let serve without a break, and until when at least. */
export class SteadyServers {
  readonly #known: Map<number, { sinceUs: number; lastUs: number }> = new Map();

  /** It has to read its disk, and to be heard, before anybody can count on it again. */
  started(node: number): void {
    this.#known.delete(node);
  }

  /** A server was told that it was heard. */
  heard({ timings }: Known, node: number, timeUs: number, { serveUs }: BeatHeard): void {
    if (serveUs <= 0) return;
    const known = this.#known.get(node);
    const isGap = known === undefined || timeUs - known.lastUs > timings.serverLeaseUs / 2;
    this.#known.set(node, { sinceUs: isGap ? timeUs : known.sinceUs, lastUs: timeUs });
  }

  /** Whether any leader has had the time to find out that a server works. */
  has({ timings, world }: Known, server: number, timeUs: number): boolean {
    const node = server - 1;
    const known = this.#known.get(node);
    if (known === undefined || world.status(node) !== 'up' || world.metIoError(node)) return false;
    if (!world.diskHealthy(node)) return false;
    const { serverLeaseUs } = timings;
    return timeUs - known.lastUs < serverLeaseUs / 2 && timeUs - known.sinceUs > 2 * serverLeaseUs;
  }
}
