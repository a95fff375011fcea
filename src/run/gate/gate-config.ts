import type { KnownFailure } from '../../record/gate-record.ts';
import type { Config } from '../../sim/system-definition.ts';

/** How much of one scenario a gate runs. */
export interface ScenarioBudget {
  /** A name in `scenarios/` or of the package, or the path of a file. */
  readonly scenario: string;
  /** Fresh seeds. Give `seeds`, `time` or both: what is spent first ends the sweep. */
  readonly seeds?: number;
  /** Real time: `90s`, `5m`, `2h`. */
  readonly time?: string;
  /** Values in place of drawn ones, by path. */
  readonly set?: Config;
  /** Probes that must be reached, beside those that the scenario requires. */
  readonly requiredProbes?: readonly string[];
  /** Share of the seeds that are run twice, per cent. Default 5. */
  readonly rerunPercent?: number;
}

/** Which planted bug must be found. */
export interface CanaryBudget {
  /** A folder of `mutants/`. */
  readonly system: string;
  /** Id of the mutant; default: the one whose header says `# canary: yes`. */
  readonly mutant?: string;
  /** Seeds within which it must be found. Default 50. */
  readonly seeds?: number;
}

/** What `seedstorm ci` does: the default export of `seedstorm.config.ts`. */
export interface GateConfig {
  /** Fresh seeds of each scenario. */
  readonly scenarios: readonly ScenarioBudget[];
  /**
   * The proof of determinism that comes before everything else: how many seeds (default 2) of which
   * scenarios (default: those of `scenarios`). False: none, which the report then says.
   */
  readonly doctor?: false | { readonly seeds?: number; readonly scenarios?: readonly string[] };
  /** Case files, or folders of them, that must hold. */
  readonly cases?: readonly string[];
  /** One, or one of each system that the gate storms. */
  readonly canary?: CanaryBudget | readonly CanaryBudget[];
  /** Failures that are tolerated until a day. Reports list them; none is passed over in silence. */
  readonly known?: readonly KnownFailure[];
  /** First fresh seed. Default: derived from the commit, so that each commit has seeds of its own. */
  readonly firstSeed?: number;
  /** Worker threads. Default: one per processor. */
  readonly jobs?: number;
  /** The only folder that is written to. Default `logs`. */
  readonly output?: string;
  /** Names of reporters, or paths of modules with one. Default `pretty`, on GitHub `github` too. */
  readonly reporters?: readonly string[];
  /** Where a reporter writes in place of standard output, by its name. */
  readonly outputFile?: Readonly<Record<string, string>>;
}

/**
 * Gives a configuration back as it is; editors then know its fields.
 *
 * @example
 * const config = defineConfig({ scenarios: [{ scenario: 'counter', seeds: 500 }] });
 * // config.scenarios.length => 1
 */
export function defineConfig(config: GateConfig): GateConfig {
  return config;
}
