import type { ClusterHistory } from './cluster-history.ts';
import type { ClusterIntent } from './cluster-intents.ts';
import type { ClusterHost, ClusterRecorder } from './cluster-protocol.ts';

/** What makes one client. */
export interface ClusterClientOptions {
  /** Which client it is, and of how many. */
  readonly index: number;
  readonly count: number;
  /** Actions that may be under way at a time. */
  readonly lanes: number;
  /** Its own intents. */
  readonly intents: readonly ClusterIntent[];
  readonly history: ClusterHistory;
}

/** Carries out the intents of one client, in order, some at a time, and records what comes of them. */
export class ClusterClient {
  private readonly options: ClusterClientOptions;
  /** All intents but restarts, and when those are. */
  private readonly work: readonly Exclude<ClusterIntent, { readonly do: 'restart' }>[];
  private readonly restartsUs: readonly number[];
  /** The next of the intents; no life does one again. */
  private next: number = 0;
  private life: number = 0;
  /** Operations that are open. */
  private readonly open: Set<number> = new Set();
  // Processes are never used twice, by no life.
  private identities: number = 0;
  private startUs: number = 0;

  constructor(options: ClusterClientOptions) {
    this.options = options;
    const { intents } = options;
    this.work = intents.filter((intent) => intent.do !== 'restart');
    this.restartsUs = intents.flatMap(({ do: what, atUs }) => (what === 'restart' ? [atUs] : []));
  }

  /** A life of the node begins. */
  begin(host: ClusterHost): void {
    if (this.life === 0) this.startUs = host.env.clock.monotonicUs();
    this.newLife(host);
  }

  private newLife(host: ClusterHost): void {
    this.life += 1;
    for (const operation of this.open) {
      this.options.history.abandon(operation, host.env.clock.monotonicUs());
    }
    this.open.clear();
    for (let lane = 0; lane < this.options.lanes; lane++) void this.lane(host, this.life);
    void this.endLife(host);
  }

  /** The next restart comes at its time, whatever is under way. */
  private async endLife(host: ClusterHost): Promise<void> {
    const atUs = this.restartsUs[this.life - 1];
    if (atUs === undefined) return;
    const waitUs = this.startUs + atUs - host.env.clock.monotonicUs();
    await host.env.sleep(Math.max(0, waitUs));
    this.options.history.note('restart/client');
    host.restart();
    this.newLife(host);
  }

  /** One intent after the other, none before its time; ends with the life. */
  private async lane(host: ClusterHost, life: number): Promise<void> {
    const recorder = this.recorder(host, life);
    while (this.next < this.work.length) {
      const intent = this.work[this.next]!;
      this.next += 1;
      const waitUs = this.startUs + intent.atUs - host.env.clock.monotonicUs();
      if (waitUs > 0) await host.env.sleep(waitUs);
      if (this.life !== life) return;
      await host.perform(intent, intent.fresh, recorder);
      if (this.life !== life) return;
    }
  }

  private recorder(host: ClusterHost, life: number): ClusterRecorder {
    const { history, index: client, count } = this.options;
    const { clock } = host.env;
    let process = client + count * this.identities++;
    return {
      begin: (question) => {
        const operation = history.begin({ process, client, life }, question, clock.monotonicUs());
        this.open.add(operation);
        return operation;
      },
      end: (operation, answer) => {
        // The client began anew in the same step: the history has it as abandoned.
        if (!this.open.delete(operation)) return;
        history.end(operation, answer, clock.monotonicUs());
        // What has no known end is still open, by the rules of histories.
        if (answer.outcome === 'info') process = client + count * this.identities++;
      },
    };
  }
}
