import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import { FileError } from '../client/file-error.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import type { RegionFacts } from '../metadata/queries.ts';
import type { RegionMode } from '../metadata/rows.ts';
import { Pace } from './pace.ts';
import { dropTree, newestFinished, putTree, type Route, ship } from './shipment.ts';
import { Side, type SideSettings } from './side.ts';

/** What makes a mirror. */
export interface MirrorSettings {
  /** The first one is active at first, and again after a failback. */
  readonly sides: readonly [SideSettings, SideSettings];
  /** Path of the mirrored tree, a directory of the root. */
  readonly tree: string;
  /** Between the end of a round and the begin of the next. */
  readonly pauseUs: number;
  readonly bytesPerSecond: number;
  /**
   * How long the active side must be out of reach before the other one is promoted; null: that is for
   * people to decide. An active side that only the mirror cannot reach goes on until it hears of the
   * promotion, and what it takes meanwhile is put aside.
   */
  readonly promoteAfterUs: number | null;
  /** Whether the first side becomes active again once it has caught up. */
  readonly failBack: boolean;
}

/** What a side said of itself, with the side. */
interface Seen {
  readonly side: Side;
  readonly facts: RegionFacts;
}

/**
 * Keeps a tree of one cluster up to date in another, promotes that one when the first is lost, and
 * turns round when it is back. It keeps nothing itself: modes, epochs and names on both sides tell
 * where it was. Of several agents only one gets anywhere, for the session of the newest ends those of
 * the others; they must not differ in their settings.
 */
export class MirrorAgent {
  /** What it did last, for whoever watches. */
  doing: 'starting' | 'shipping' | 'waiting' | 'alone' | 'handing over' = 'starting';
  /** The epoch that it works in, as far as it knows. */
  epoch: number = 0;
  rounds: number = 0;
  copiedBytes: number = 0;
  /** Why rounds cannot end until somebody does something about it; null: nothing of the kind. */
  stuck: string | null = null;
  private readonly env: Env<StorageWireMessage>;
  private readonly settings: MirrorSettings;
  private readonly sides: readonly [Side, Side];
  private readonly pace: Pace;
  /** The only side that answers, and since when. */
  private alone: { readonly with: Side; readonly sinceUs: number } | null = null;

  constructor(env: Env<StorageWireMessage>, settings: MirrorSettings) {
    this.env = env;
    this.settings = settings;
    const [first, second] = settings.sides;
    this.sides = [new Side(env, first), new Side(env, second)];
    this.pace = new Pace(env, settings.bytesPerSecond);
  }

  receive(from: NodeId, message: StorageWireMessage): void {
    for (const side of this.sides) if (side.receive(from, message)) return;
  }

  /** Works until the life of its node ends. */
  async run(): Promise<never> {
    for (const side of this.sides) side.start();
    for (;;) {
      try {
        await this.turn();
      } catch (error) {
        // Somebody did not answer, or refused: what is true now is looked up anew.
        if (!(error instanceof FileError)) throw error;
        this.env.probe('a round of the mirror broke off');
        this.env.log('the mirror begins anew', { why: error.message });
        // The watermark stands still from now on, and no wait changes that: people have to know.
        if (error.errno === 'E2BIG') {
          this.stuck = error.message;
          this.env.probe('a tree is too large for the mirror');
        }
      }
      await this.env.sleep(this.settings.pauseUs);
    }
  }

  private async turn(): Promise<void> {
    const [home, away] = this.sides;
    const [first, second] = await Promise.all([home.survey(), away.survey()]);
    if (first !== null && second !== null) {
      this.alone = null;
      await this.together({ side: home, facts: first }, { side: away, facts: second });
    } else if (first !== null) {
      await this.waitOrPromote({ side: home, facts: first });
    } else if (second !== null) {
      await this.waitOrPromote({ side: away, facts: second });
    } else {
      this.alone = null;
    }
  }

  private async together(home: Seen, away: Seen): Promise<void> {
    const actives = [home, away].filter(({ facts }) => facts.mode === 'active');
    const [one, other] = actives;
    if (one === undefined) {
      await this.handOver(home, away);
      return;
    }
    // Whoever was promoted last is right; at the very first the home side is.
    const leads = other !== undefined && other.facts.epoch > one.facts.epoch ? other : one;
    const follows = leads === home ? away : home;
    const epoch = Math.max(1, leads.facts.epoch, follows.facts.epoch);
    this.epoch = epoch;
    if (follows.facts.mode !== 'standby' || follows.facts.epoch < epoch) {
      await this.setMode(follows, 'standby', epoch);
      return;
    }
    if (leads.facts.epoch < epoch) {
      await this.setMode(leads, 'active', epoch);
      return;
    }
    this.doing = 'shipping';
    await this.ship(leads, follows, epoch);
    this.doing = 'waiting';
    if (leads === away && this.settings.failBack) {
      this.env.log('the mirror turns round', { epoch });
      await this.setMode(leads, 'standby', epoch + 1);
    }
  }

  private async ship(from: Seen, to: Seen, epoch: number): Promise<number> {
    const { index, copiedBytes, wasBroken } = await ship(this.route(from, to, epoch));
    this.rounds += 1;
    this.stuck = null;
    this.copiedBytes += copiedBytes;
    this.env.probe('a round of the mirror ended');
    if (wasBroken) this.env.probe('a broken round was brought to its end');
    if (copiedBytes > 0) this.env.probe('the mirror carried bytes over');
    return index;
  }

  private route(from: Seen, to: Seen, epoch: number): Route {
    return {
      source: from.side.as(from.facts.mode),
      sourceFacts: from.facts,
      target: to.side.as(to.facts.mode),
      targetFacts: to.facts,
      targetRegion: to.side.region,
      epoch,
      tree: this.settings.tree,
      chunkBytes: to.side.settings.client.storage.chunkBytes,
      pace: this.pace,
    };
  }

  /**
   * Nobody is active: the side of the later epoch is handing over to the other one. What it took before
   * its mode was set is shipped to the end; then the other side begins.
   */
  private async handOver(home: Seen, away: Seen): Promise<void> {
    if (home.facts.epoch === away.facts.epoch) return;
    this.doing = 'handing over';
    const [from, to] = home.facts.epoch > away.facts.epoch ? [home, away] : [away, home];
    const { epoch } = to.facts;
    const target = to.side.as(to.facts.mode);
    const reached = (await newestFinished(target, epoch))?.number ?? 0;
    if (reached <= from.facts.fence) {
      await this.ship(from, to, epoch);
      return;
    }
    await dropTree(from.side.as(from.facts.mode), this.settings.tree, epoch);
    await this.promote(to, from.facts.epoch);
    this.env.probe('the mirror failed back');
  }

  private async waitOrPromote(seen: Seen): Promise<void> {
    const { side, facts } = seen;
    const { promoteAfterUs } = this.settings;
    this.doing = 'alone';
    const nowUs = this.env.clock.monotonicUs();
    if (this.alone?.with !== side) this.alone = { with: side, sinceUs: nowUs };
    if (facts.mode !== 'standby' || promoteAfterUs === null) return;
    if (nowUs - this.alone.sinceUs < promoteAfterUs) return;
    if ((await newestFinished(side.as(facts.mode), facts.epoch)) === null) return;
    await this.promote(seen, facts.epoch + 1);
    this.env.probe('a region was promoted');
  }

  /** Lays the newest finished tree ready; then one entry shuts the mirror out and lets clients in. */
  private async promote({ side, facts }: Seen, epoch: number): Promise<void> {
    const files = side.as(facts.mode);
    // What stands there was laid ready before, perhaps for an older copy.
    await dropTree(files, this.settings.tree, epoch);
    await putTree(files, this.settings.tree, await newestFinished(files, facts.epoch), epoch);
    await this.setMode({ side, facts }, 'active', epoch);
    this.epoch = epoch;
    this.env.log('a region is active now', { region: side.region, epoch });
  }

  private async setMode({ side, facts }: Seen, mode: RegionMode, epoch: number): Promise<void> {
    const { region } = side;
    const files = side.as(facts.mode);
    const errno = await files.order({ kind: 'set-region-mode', region, mode, epoch });
    if (errno !== null) throw new FileError(errno, 'set-region-mode', '/');
  }
}
