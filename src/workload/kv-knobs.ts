import type { Config, Domain } from '../sim/system-definition.ts';

/** The settings of key-value clients, calm value first; each is drawn per seed. */
export const kvClientKnobs: Readonly<Record<string, Domain>> = {
  'clients.count': { kind: 'between', low: 2, high: 8, calm: 3 },
  /** closed: one call at a time per client; open: calls start when due, up to `clients.lanes`. */
  'clients.loop': { kind: 'one of', values: ['closed', 'open'] },
  'clients.lanes': { kind: 'one of', values: [3, 2, 6] },
  'clients.operations': { kind: 'one of', values: [300, 200, 450] },
  'clients.keys': { kind: 'one of', values: [3, 1, 5, 10] },
  /** Share of calls that go to the first key, in per cent, on top of its fair share. */
  'clients.hotPercent': { kind: 'one of', values: [40, 0, 80] },
  'clients.mix': { kind: 'one of', values: ['even', 'reads', 'writes', 'cas', 'appends'] },
  /**
   * Share of the clients that only read, in per cent. Who waits for a write of its own does not see
   * what a leader that can write no more still serves.
   */
  'clients.readersPercent': { kind: 'one of', values: [0, 0, 50] },
  'clients.uniqueValues': { kind: 'one of', values: [true, false] },
  /** Values are padded up to this length. */
  'clients.valueBytes': { kind: 'one of', values: [0, 20, 200] },
  /** Whether a few calls have keys and values just below, at and above the service's limits. */
  'clients.atLimits': { kind: 'one of', values: [false, true] },
  'clients.localReadPercent': { kind: 'one of', values: [0, 10] },
  'clients.shape': { kind: 'one of', values: ['steady', 'bursts', 'silences'] },
  /** How long a client waits for a reply before it asks another node. */
  'clients.timeoutUs': { kind: 'one of', values: [300_000, 80_000, 600_000] },
  /** How long it goes on trying before the outcome is unknown. */
  'clients.giveUpUs': { kind: 'one of', values: [2_000_000, 800_000, 4_000_000] },
  /** Pause of a closed loop between a completion and the next call. */
  'clients.thinkUs': { kind: 'one of', values: [5_000, 0, 50_000] },
  /** First pause after a refusal; doubles up to 16 times that. */
  'clients.backOffUs': { kind: 'one of', values: [10_000, 1_000, 50_000] },
  'clients.afterUnknown': { kind: 'one of', values: ['same session', 'new session'] },
  /** Per thousand of intents. */
  'clients.resends': { kind: 'one of', values: [30, 0, 100] },
  'clients.restarts': { kind: 'one of', values: [0, 10, 30] },
  /** Whether calls go on while the cluster settles after the storm. */
  'clients.settling': { kind: 'one of', values: ['quiet', 'loaded'] },
};

/** Typed access to a drawn config; what it leaves out has its calm value. */
export interface KvClientSettings {
  readonly count: number;
  readonly open: boolean;
  readonly lanes: number;
  readonly operations: number;
  readonly keys: number;
  readonly hotPercent: number;
  readonly mix: string;
  /** The first so many clients only read. */
  readonly readers: number;
  readonly uniqueValues: boolean;
  readonly valueBytes: number;
  readonly atLimits: boolean;
  readonly localReadPercent: number;
  readonly shape: string;
  readonly timeoutUs: number;
  readonly giveUpUs: number;
  readonly thinkUs: number;
  readonly backOffUs: number;
  readonly newSessionAfterUnknown: boolean;
  readonly resends: number;
  readonly restarts: number;
  readonly loadedSettling: boolean;
}

function setting(config: Config, path: string): number | string | boolean {
  const value = config[path];
  if (value !== undefined) return value;
  const domain = kvClientKnobs[path]!;
  return domain.kind === 'between' ? (domain.calm ?? domain.low) : domain.values[0]!;
}

/** The clients' part of a drawn config. */
export function kvClientSettings(config: Config): KvClientSettings {
  const number = (path: string) => setting(config, path) as number;
  return {
    count: number('clients.count'),
    open: setting(config, 'clients.loop') === 'open',
    lanes: number('clients.lanes'),
    operations: number('clients.operations'),
    keys: number('clients.keys'),
    hotPercent: number('clients.hotPercent'),
    mix: setting(config, 'clients.mix') as string,
    readers: Math.trunc((number('clients.count') * number('clients.readersPercent')) / 100),
    uniqueValues: setting(config, 'clients.uniqueValues') as boolean,
    valueBytes: number('clients.valueBytes'),
    atLimits: setting(config, 'clients.atLimits') as boolean,
    localReadPercent: number('clients.localReadPercent'),
    shape: setting(config, 'clients.shape') as string,
    timeoutUs: number('clients.timeoutUs'),
    giveUpUs: number('clients.giveUpUs'),
    thinkUs: number('clients.thinkUs'),
    backOffUs: number('clients.backOffUs'),
    newSessionAfterUnknown: setting(config, 'clients.afterUnknown') === 'new session',
    resends: number('clients.resends'),
    restarts: number('clients.restarts'),
    loadedSettling: setting(config, 'clients.settling') === 'loaded',
  };
}
