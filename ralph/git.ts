import { spawnSync } from 'node:child_process';

/** How to call git. */
export interface GitOptions {
  readonly input?: string | undefined;
  /** An index of one's own. */
  readonly index?: string | undefined;
  /** Further variables of the environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Git said no. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

/** Neither hooks nor helpers of a repository that others write to are run. */
const safely: readonly string[] = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'commit.gpgSign=false',
  '-c',
  'gc.auto=0',
];

/**
 * Runs git and gives its output.
 * @throws GitError with what it complains of
 */
export function git(cwd: string, args: readonly string[], options: GitOptions = {}): string {
  const env: NodeJS.ProcessEnv = { ...process.env, ...options.env, LC_ALL: 'C' };
  for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX']) delete env[name];
  if (options.index !== undefined) env.GIT_INDEX_FILE = options.index;
  const done = spawnSync('git', [...safely, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  if (done.error !== undefined) throw new GitError(`git cannot be run: ${done.error.message}`);
  if (done.status !== 0) throw new GitError(`git ${args[0]}: ${done.stderr.trim()}`);
  return done.stdout;
}

/** The commit that is checked out; undefined outside of a repository or before the first one. */
export function headOf(cwd: string): string | undefined {
  try {
    return git(cwd, ['rev-parse', '--verify', 'HEAD^{commit}']).trim();
  } catch {
    return undefined;
  }
}

/** Who commits, where the repository does not say it. */
export function identityOf(cwd: string): readonly string[] {
  try {
    git(cwd, ['var', 'GIT_COMMITTER_IDENT']);
    return [];
  } catch {
    return ['-c', 'user.name=seedstorm ralph', '-c', 'user.email=ralph@seedstorm.invalid'];
  }
}
