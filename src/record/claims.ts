/** Seeds of a scenario must hold. */
export interface SweepCheck {
  readonly kind: 'sweep';
  /** As `sweep` takes it. */
  readonly scenario: string;
  /** Settings in place of drawn ones; only sweeps with the very same ones count. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** The budget: so many different seeds. */
  readonly seeds: number;
  /** The rungs that the claim is about; default: the whole verdict of the sweep. */
  readonly rungs?: readonly string[];
  /** Probes that must have been seen. */
  readonly probes?: readonly string[];
}

/** The same seed must give the same run. */
export interface DoctorCheck {
  readonly kind: 'doctor';
  readonly scenario: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly seeds: number;
}

/** Planted bugs must be found, harmless changes must not. */
export interface MutantsCheck {
  readonly kind: 'mutants';
  readonly system: string;
  /** Ids; default: every patch of the system. */
  readonly mutants?: readonly string[];
  /** Least number of seeds that a control must survive. Default 1. */
  readonly controlSeeds?: number;
}

/** A command must end with exit code 0. */
export interface CommandCheck {
  readonly kind: 'command';
  /** Run in a shell, in the folder of the claims. */
  readonly run: string;
}

/** What would show that a claim is true. */
export type ClaimCheck = SweepCheck | DoctorCheck | MutantsCheck | CommandCheck;

/** Something that a project says of itself. It has no field for its status: that is computed. */
export interface Claim {
  /** Short and stable. */
  readonly id: string;
  /** What is claimed, in one sentence. */
  readonly text: string;
  /** The heading under which it stands, with a percentage of its own. */
  readonly group: string;
  readonly check: ClaimCheck;
  /** Files and folders that it is about: any change below them makes its evidence stale. */
  readonly paths: readonly string[];
  /** Documents that assert it, with the words in which they do. */
  readonly saidIn?: readonly { readonly file: string; readonly words: string }[];
}

/** The content of `claims.json`. */
export interface Claims {
  readonly schema: 'seedstorm-claims/1';
  /** Title of the status page. */
  readonly title: string;
  /** Files that `status` writes: `.md`, `.json` or `.html`. Default `docs/status.md`. */
  readonly files: readonly string[];
  readonly claims: readonly Claim[];
}

/**
 * The name under which evidence keeps the hash of a path. Tests of a folder count where a command is
 * claimed to succeed, and only there: no sweep reads them.
 */
export function treeKey(check: ClaimCheck, path: string): string {
  return check.kind === 'command' ? `${path} with tests` : path;
}
