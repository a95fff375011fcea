import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fingerprint } from '../src/run/case-store.ts';
import { GitError, git, identityOf } from './git.ts';
import type { ProtectedPaths } from './protected-paths.ts';

/** What an agent left behind, once protected paths are as they were. */
export interface Audit {
  /** The git tree of it. */
  readonly tree: string;
  /** Changed paths that stay changed. */
  readonly changed: readonly string[];
  /** Changed paths that were put back. */
  readonly undone: readonly string[];
  /** Lines of `git diff --stat`. */
  readonly summary: readonly string[];
  readonly patch: string;
}

/**
 * A git worktree outside of the project, in which an agent works and in which its work is judged: the
 * files of a person are never touched, and nothing is ever pushed.
 */
export class Workspace {
  /** A folder of the loop's own; the worktree stands in it. */
  readonly folder: string;
  /** Root of the project in the worktree. */
  readonly tree: string;
  /** Root of the worktree. */
  readonly #top: string;
  readonly #root: string;
  /** Path of the project in its repository, with a slash at its end, or empty. */
  readonly #prefix: string;
  readonly #index: string;
  readonly #ignored: readonly string[];
  #gitFile = '';

  /** Makes a worktree of a commit, and takes away those that earlier runs left. */
  constructor(root: string, commit: string) {
    this.#root = root;
    const name = `seedstorm-ralph-${fingerprint(realpathSync(root))}-`;
    removeOld(root, name);
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), name)));
    this.#top = join(this.folder, 'tree');
    this.#prefix = git(root, ['rev-parse', '--show-prefix']).trim();
    this.tree = join(this.#top, this.#prefix);
    this.#index = join(this.folder, 'index');
    const excludes = join(this.folder, 'excludes');
    // As a link it is no folder, and `node_modules/` in a .gitignore does not mean it.
    writeFileSync(excludes, 'node_modules\n');
    this.#ignored = ['-c', `core.excludesFile=${excludes}`];
    this.#add(commit);
  }

  #add(commit: string): void {
    git(this.#root, ['worktree', 'add', '--force', '--detach', this.#top, commit]);
    this.#gitFile = readFileSync(join(this.#top, '.git'), 'utf8');
    this.#link();
  }

  /** Modules are those of the project. */
  #link(): void {
    const modules = join(this.#root, 'node_modules');
    if (!existsSync(modules)) return;
    const link = join(this.tree, 'node_modules');
    const target = realpathSync(modules);
    const found = lstatSync(link, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true && readlinkSync(link) === target) return;
    rmSync(link, { recursive: true, force: true });
    symlinkSync(target, link, 'dir');
  }

  /** Checks out a commit or a tree: no other file is left but the link to the modules. */
  reset(commit: string, tree: string = `${commit}^{tree}`): void {
    try {
      this.#reset(commit, tree);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      // Whatever was done to this worktree: a new one.
      rmSync(this.#top, { recursive: true, force: true });
      git(this.#root, ['worktree', 'prune']);
      this.#add(commit);
      this.#reset(commit, tree);
    }
  }

  #reset(commit: string, tree: string): void {
    const gitFile = join(this.#top, '.git');
    const isSame = existsSync(gitFile) && readFileSync(gitFile, 'utf8') === this.#gitFile;
    if (!isSame) throw new GitError('the worktree lost its link to the repository');
    git(this.#top, ['checkout', '--quiet', '--force', '--detach', commit]);
    git(this.#top, ['read-tree', '--reset', '-u', tree]);
    const links = ['-e', `/${this.#prefix}node_modules`];
    git(this.#top, ['clean', '-ffdxq', ...links]);
    this.#link();
  }

  /**
   * Looks at what differs from a commit, ignored files excepted, puts protected paths back, and
   * leaves the worktree with exactly that.
   */
  audit(base: string, guard: ProtectedPaths): Audit {
    const index = { index: this.#index };
    rmSync(this.#index, { force: true });
    git(this.#top, ['read-tree', base], index);
    git(this.#top, [...this.#ignored, 'add', '--all', '.'], index);
    const all = this.#changes(base, git(this.#top, ['write-tree'], index).trim());
    const undone = all.filter((path) => guard.has(this.#inProject(path)));
    if (undone.length > 0) {
      git(this.#top, ['update-index', '-z', '--index-info'], {
        ...index,
        input: undone.map((path) => this.#entryOf(base, path)).join(''),
      });
    }
    const tree = git(this.#top, ['write-tree'], index).trim();
    this.reset(base, tree);
    const diff = (...how: string[]): string =>
      git(this.#top, ['diff-tree', '-r', '--no-renames', ...how, base, tree]);
    return {
      tree,
      changed: this.#changes(base, tree).map((path) => this.#inProject(path)),
      undone: undone.map((path) => this.#inProject(path)),
      summary: diff('--stat=100').trimEnd().split('\n'),
      patch: diff('-p', '--binary'),
    };
  }

  #changes(base: string, tree: string): readonly string[] {
    const names = git(this.#top, [
      'diff-tree',
      '-r',
      '-z',
      '--name-only',
      '--no-renames',
      base,
      tree,
    ]);
    return names.split('\0').filter((path) => path !== '');
  }

  #inProject(path: string): string {
    return path.startsWith(this.#prefix) ? path.slice(this.#prefix.length) : `../${path}`;
  }

  /** A line for the index that makes a path what it is in a commit. */
  #entryOf(commit: string, path: string): string {
    const found = git(this.#top, ['ls-tree', '-z', '--full-tree', commit, '--', path]);
    return found === '' ? `0 ${'0'.repeat(40)}\t${path}\0` : found;
  }

  /** Adds a file to a tree. @returns the new tree */
  withFile(tree: string, path: string, content: string): string {
    const index = { index: this.#index };
    rmSync(this.#index, { force: true });
    git(this.#top, ['read-tree', tree], index);
    const blob = git(this.#top, ['hash-object', '-w', '--stdin'], { input: content }).trim();
    const entry = `100644,${blob},${this.#prefix}${path}`;
    git(this.#top, ['update-index', '--add', '--cacheinfo', entry], index);
    return git(this.#top, ['write-tree'], index).trim();
  }

  /** Makes a commit object; nothing refers to it yet. */
  commit(tree: string, parent: string, message: string): string {
    const who = identityOf(this.#root);
    const args = [...who, 'commit-tree', tree, '-p', parent, '-F', '-'];
    return git(this.#root, args, { input: message }).trim();
  }

  /** Lets a reference name a commit. */
  refer(reference: string, commit: string): void {
    git(this.#root, ['update-ref', reference, commit]);
  }

  /** References of the repository, to see whether somebody else moved them. */
  references(): ReadonlyMap<string, string> {
    const lines = git(this.#root, ['for-each-ref', '--format=%(refname) %(objectname)']).trim();
    return new Map(lines.split('\n').map((line) => line.split(' ') as [string, string]));
  }

  remove(): void {
    try {
      git(this.#root, ['worktree', 'remove', '--force', this.#top]);
    } catch {
      // Pruned below.
    }
    rmSync(this.folder, { recursive: true, force: true });
    git(this.#root, ['worktree', 'prune']);
  }
}

/** Takes away the worktrees of runs that were cut off. Their work is in the journal and in commits. */
function removeOld(root: string, name: string): void {
  const list = git(root, ['worktree', 'list', '--porcelain']);
  for (const [, path = ''] of list.matchAll(/^worktree (.*)$/gm)) {
    const folder = dirname(path);
    if (!basename(folder).startsWith(name)) continue;
    try {
      git(root, ['worktree', 'remove', '--force', path]);
    } catch {
      // Pruned below.
    }
    rmSync(folder, { recursive: true, force: true });
  }
  git(root, ['worktree', 'prune']);
}
