import { type Alarm, callOff } from '../../common/alarms.ts';
import type { FragmentName } from '../block-checksum.ts';
import type { Beat } from '../messages/control-messages.ts';
import { placesOf } from '../metadata/chunk-life.ts';
import type { ServerState } from '../metadata/rows.ts';
import type { PlacementMade } from '../placement/explain.ts';
import type { Place } from '../placement/place.ts';
import { givenForUs } from '../timings.ts';
import { type Leadership, proposeAgainUs } from './leadership.ts';
import { leftOutOf } from './left-out.ts';

/** Lives of a server that are remembered. */
const mostPastLives = 8;
/** Beats are gathered for this share of a server's lease: a quorum is asked once for all of them. */
const gathersPerLease = 32;

/** What the leader has heard of a server in its term. */
export interface ServerNews {
  readonly server: number;
  life: number;
  /** Lives before this one: their beats may come late. */
  readonly pastLives: { readonly life: number; readonly beat: number }[];
  /** The highest beat of this life that was heard. */
  lastBeat: number;
  ready: boolean;
  /** When it was last heard; the beginning of the term before that. */
  heardUs: number;
  /** When it can have no serve-lease any more. */
  servesUntilUs: number;
  /** By its own count. */
  freeBytes: number;
  /** The first beat since its lease was last over: what it was left out of is told until it has heard. */
  leaseSinceBeat: number;
  /** The last beat of its life that was answered. */
  answeredBeat: number;
  /** The beat with which it came back: what an earlier one made it report is out of date. */
  backSinceBeat: number;
  /** What it reported was compared with the tables since it was last found dead, or began this life. */
  compared: boolean;
  /** What was out of date in that report: plans to delete it may not be in the tables yet. */
  outdated: readonly FragmentName[];
  /** No serve-lease while this is above 0: somebody waits until the one it has is over. */
  withheld: number;
  /** From when on a report is wanted. */
  reportDueUs: number;
  /** It has begun another life since it was registered. */
  unregistered: boolean;
  registering: boolean;
  /** It has served, and was removed from the tables since: it shows what it has before it serves. */
  unknown: boolean;
  /** Silent for so long that it serves nobody any more. */
  dead: boolean;
  /** When it was found dead; not looked at before. */
  deadSinceUs: number;
}

/** What others want to know of servers. */
export interface ServerEvents {
  /** A server was heard again, was lost, or came back with another life. */
  changed(server: number): void;
}

/**
 * Who is alive now, in the opinion of this leader: beats, serve-leases, registrations. A beat is
 * answered only when a quorum has confirmed the leadership after it came, for all that came in a while.
 */
export class Servers {
  private readonly lead: Leadership;
  private readonly events: ServerEvents;
  private readonly news: Map<number, ServerNews> = new Map();
  /** Beats that came since a quorum was asked last, and when it is asked again. */
  private gathered: Beat[] = [];
  private asking: Alarm | null = null;
  /** The last search for places: for who watches. */
  placed: PlacementMade | null = null;

  constructor(lead: Leadership, events: ServerEvents) {
    this.lead = lead;
    this.events = events;
  }

  /** Begins the term: nobody counts as dead before it had the time to beat. */
  begin(): void {
    for (const server of this.lead.state.servers.keys()) this.of(server);
  }

  /** What is known of all servers that were heard or looked at: for who watches. */
  get all(): ReadonlyMap<number, Readonly<ServerNews>> {
    return this.news;
  }

  /** What is known of a server; from the first question on it has a lease's time to be heard. */
  of(server: number): ServerNews {
    const known = this.news.get(server);
    if (known !== undefined) return known;
    const { beganUs, timings, nowUs } = this.lead;
    const { serverLeaseUs, driftBoundPpm } = timings;
    // What an earlier leader gave out lasts until then at most.
    const servesUntilUs = beganUs + givenForUs(serverLeaseUs, driftBoundPpm);
    const one: ServerNews = {
      server,
      life: 0,
      pastLives: [],
      lastBeat: 0,
      ready: false,
      heardUs: nowUs,
      servesUntilUs,
      leaseSinceBeat: 0,
      answeredBeat: 0,
      backSinceBeat: 0,
      compared: false,
      outdated: [],
      freeBytes: Number.POSITIVE_INFINITY,
      withheld: 0,
      reportDueUs: 0,
      unregistered: false,
      registering: false,
      unknown: false,
      dead: false,
      deadSinceUs: 0,
    };
    this.news.set(server, one);
    this.watch(one);
    return one;
  }

  /** It was heard within the lease, or the term is younger than that. */
  isAlive(server: number): boolean {
    return server !== 0 && !this.of(server).dead;
  }

  /** It can serve nobody: its lease is over, and it gets no other. */
  cannotServe(server: number): boolean {
    return this.of(server).servesUntilUs <= this.lead.nowUs;
  }

  /** How long it has been dead; 0 when it is not. */
  deadForUs(server: number): number {
    const one = this.of(server);
    return one.dead ? this.lead.nowUs - one.deadSinceUs : 0;
  }

  /** Gives a server no serve-lease until it is given free as often. */
  withhold(server: number, by: 1 | -1): void {
    this.of(server).withheld += by;
  }

  /** The servers of the tables as places, with their room as they say it themselves. */
  places(): readonly Place[] {
    const { state } = this.lead;
    return placesOf(state, state.servers.keys()).map((place) => ({
      ...place,
      freeBytes: Math.min(place.freeBytes, this.of(place.id).freeBytes),
    }));
  }

  /** Servers that get nothing new now, whatever the tables say. */
  unfit(): readonly number[] {
    const unfit: number[] = [];
    for (const { server, dead, ready, life } of this.news.values()) {
      if (dead || (life !== 0 && !ready)) unfit.push(server);
    }
    return unfit;
  }

  // ---------------------------------------------------------------- beats

  beat(beat: Beat): void {
    this.gathered.push(beat);
    const one = this.news.get(beat.server);
    const isAsBefore = one?.life === beat.life && one.ready === beat.ready && !one.dead;
    // What is new is waited for by somebody.
    if (!isAsBefore) this.ask();
    else if (this.asking === null) {
      const waitUs = Math.floor(this.lead.timings.serverLeaseUs / gathersPerLease);
      this.asking = this.lead.alarms.after(waitUs, () => this.ask());
    }
  }

  private ask(): void {
    callOff(this.asking);
    this.asking = null;
    const beats = this.gathered;
    this.gathered = [];
    this.lead.confirmed(() => {
      for (const beat of beats) this.hear(beat);
    });
  }

  private hear(beat: Beat): void {
    const { lead } = this;
    const { server, life, beat: number } = beat;
    const one = this.of(server);
    const past = one.pastLives.findIndex((other) => other.life === life);
    if (past >= 0) {
      // Who was heard first of two lives may be the later one, as words come late. It is the one that
      // goes on when nothing more is heard of the other.
      if (!one.dead || number <= one.pastLives[past]!.beat) return;
      one.pastLives.splice(past, 1);
    }
    if (life !== one.life && one.life !== 0) {
      // Wall clocks step back: only what was seen before is old.
      one.pastLives.push({ life: one.life, beat: one.lastBeat });
      if (one.pastLives.length > mostPastLives) one.pastLives.shift();
    }
    // Another leader may have let it serve till now, or not.
    const isAnew = one.life !== life || this.cannotServe(server);
    if (isAnew) one.leaseSinceBeat = number;
    if (one.life !== life || one.dead) {
      one.compared = false;
      one.backSinceBeat = number;
      one.reportDueUs = lead.nowUs;
    }
    if (one.life !== life) one.answeredBeat = 0;
    const returns = one.dead || life !== one.life || beat.ready !== one.ready;
    const again = one.life !== 0 && life !== one.life;
    one.heardUs = lead.nowUs;
    one.dead = false;
    one.lastBeat = one.life === life ? Math.max(one.lastBeat, number) : number;
    one.life = life;
    one.ready = beat.ready;
    one.freeBytes = Math.max(0, beat.capacityBytes - beat.usedBytes);
    this.register(beat, one, again);
    if (one.withheld === 0) this.serve(one, beat);
    if (returns) this.events.changed(server);
  }

  /** All of a report was compared with the tables, and what nothing means is planned for deletion. */
  reported(server: number, outdated: readonly FragmentName[]): void {
    const one = this.of(server);
    one.compared = true;
    one.unknown = false;
    one.outdated = outdated;
  }

  /**
   * A life that has not served yet, and one that was long silent, may have what no plan names: what was
   * planned against it may have been given up, or found nothing of that version.
   */
  private owesReport({ server, compared, unknown }: ServerNews, { heardTerm }: Beat): boolean {
    const row = this.lead.state.servers.get(server);
    // One that is emptied may have been down before: its state does not say so any more.
    const wasAway = heardTerm === 0 || unknown || row?.state !== 'up';
    return !compared && row !== undefined && wasAway;
  }

  /** What a drain leads back to: who has not shown yet what it has comes up as if it had been silent. */
  stateBehindDrain(server: number): ServerState {
    const { compared, dead } = this.of(server);
    return compared && !dead ? 'up' : 'down';
  }

  private serve(one: ServerNews, from: Beat): void {
    const { lead } = this;
    const { beat, heardTerm, heardBeat } = from;
    const { serverLeaseUs, driftBoundPpm } = lead.timings;
    const owesReport = this.owesReport(one, from);
    // What the tables do not know has nothing that they mean.
    const isKnown = lead.state.servers.get(one.server) !== undefined;
    const serveUs = owesReport || !isKnown ? 0 : Math.floor(serverLeaseUs / 2);
    const hasHeard = heardTerm === lead.term && heardBeat >= one.leaseSinceBeat;
    const untilUs = lead.nowUs + givenForUs(serveUs, driftBoundPpm);
    one.servesUntilUs = Math.max(one.servesUntilUs, untilUs);
    one.answeredBeat = Math.max(one.answeredBeat, beat);
    lead.send(lead.nodeOf(one.server), {
      kind: 'beat-heard',
      term: lead.term,
      index: lead.state.applied,
      server: one.server,
      beat,
      life: one.life,
      serveUs,
      wantsReport: one.ready && one.reportDueUs <= lead.nowUs,
      leftOut: hasHeard ? [] : [...leftOutOf(lead, one.server), ...one.outdated],
    });
  }

  /** Makes the tables know a server that is new, came back, or has changed. */
  private register(beat: Beat, one: ServerNews, again: boolean): void {
    one.unregistered ||= again;
    if (!beat.ready || one.registering || this.owesReport(one, beat)) return;
    const { server, region, zone, host, weight, capacityBytes } = beat;
    const row = this.lead.state.servers.get(server);
    const isKnown =
      row !== undefined &&
      row.state !== 'down' &&
      row.region === region &&
      row.zone === zone &&
      row.host === host &&
      row.weight === weight &&
      row.capacityBytes === capacityBytes;
    if (isKnown && !one.unregistered) return;
    if (row === undefined && beat.heardTerm !== 0) {
      one.unknown = true;
      one.compared = false;
      one.reportDueUs = this.lead.nowUs;
    }
    one.registering = true;
    const place = { server, region, zone, host, weight, capacityBytes };
    this.lead.propose({ kind: 'register-server', ...place }, (reply) => {
      one.registering = false;
      if (reply !== null) one.unregistered = false;
    });
  }

  // ---------------------------------------------------------------- silence

  private watch(one: ServerNews): void {
    const { lead } = this;
    const { serverLeaseUs, driftBoundPpm } = lead.timings;
    const dueUs = one.heardUs + givenForUs(serverLeaseUs, driftBoundPpm);
    if (dueUs > lead.nowUs) {
      lead.alarms.after(dueUs - lead.nowUs, () => this.watch(one));
      return;
    }
    if (!one.dead) {
      one.dead = true;
      one.deadSinceUs = lead.nowUs;
      lead.env.probe('a server was lost');
      this.events.changed(one.server);
    }
    // A drain goes on over restarts: its state stays.
    const isUp = lead.state.servers.get(one.server)?.state === 'up';
    const { server } = one;
    if (isUp) lead.propose({ kind: 'set-server-state', server, state: 'down' });
    lead.alarms.after(isUp ? proposeAgainUs : serverLeaseUs / 4, () => this.watch(one));
  }
}
