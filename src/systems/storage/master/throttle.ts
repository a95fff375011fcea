import type { Leadership } from './leadership.ts';

interface Bucket {
  tokens: number;
  atUs: number;
}

/** A bucket, and the bytes that are wanted of it. */
type Wanted = readonly [bucket: Bucket, bytes: number];

/** So many bytes for each of these servers. */
export interface Traffic {
  readonly servers: readonly number[];
  readonly bytes: number;
}

/** Bytes that repairs may take into and out of each server, by token buckets. */
export class Throttle {
  private readonly lead: Leadership;
  private readonly into: Map<number, Bucket> = new Map();
  private readonly outOf: Map<number, Bucket> = new Map();

  constructor(lead: Leadership) {
    this.lead = lead;
  }

  /**
   * Takes tokens for so many bytes that go to a target from each of the sources: what is made of
   * several parts takes in all of them. None are taken, and false is given, when one of the servers has
   * had enough; with `urgent` they are taken all the same.
   */
  take(target: number, sources: readonly number[], bytes: number, urgent: boolean): boolean {
    const wanted: Wanted[] = [[this.bucket(this.into, target), sources.length * bytes]];
    for (const source of sources) wanted.push([this.bucket(this.outOf, source), bytes]);
    return this.takeAll(wanted, urgent);
  }

  /**
   * The same for bytes that one server reads from all sources, and puts onto each of the targets. What
   * it reads or puts on itself is counted too.
   */
  takeThrough(through: number, reads: Traffic, puts: Traffic): boolean {
    const total = ({ servers, bytes }: Traffic): number => servers.length * bytes;
    const wanted: Wanted[] = [
      [this.bucket(this.into, through), total(reads)],
      [this.bucket(this.outOf, through), total(puts)],
    ];
    for (const source of reads.servers) wanted.push([this.bucket(this.outOf, source), reads.bytes]);
    for (const target of puts.servers) wanted.push([this.bucket(this.into, target), puts.bytes]);
    return this.takeAll(wanted, false);
  }

  private takeAll(wanted: readonly Wanted[], urgent: boolean): boolean {
    // A bucket that is full lets the largest part through.
    const isFree = wanted.every(([{ tokens }, bytes]) => tokens >= Math.min(bytes, this.burst));
    if (!isFree && !urgent) return false;
    if (!isFree) this.lead.env.probe('an urgent repair does not wait');
    for (const [bucket, bytes] of wanted) bucket.tokens -= bytes;
    return true;
  }

  private get burst(): number {
    return this.lead.timings.repairBurstBytes;
  }

  private bucket(buckets: Map<number, Bucket>, server: number): Bucket {
    const { nowUs, timings } = this.lead;
    const known = buckets.get(server);
    if (known === undefined) {
      const fresh: Bucket = { tokens: this.burst, atUs: nowUs };
      buckets.set(server, fresh);
      return fresh;
    }
    const earned = Math.floor(((nowUs - known.atUs) * timings.repairBytesPerSecond) / 1_000_000);
    if (earned > 0) {
      known.tokens = Math.min(this.burst, known.tokens + earned);
      known.atUs = nowUs;
    }
    return known;
  }
}
