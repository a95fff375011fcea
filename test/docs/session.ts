import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  type Block,
  blocksOf,
  type Command,
  commandsOf,
  fileKinds,
  inWordsOf,
  patched,
  sectionsOf,
} from './blocks.ts';

export const root: string = resolve(import.meta.dirname, '../..');

/** What a guide shows of a command, and what the command printed. */
export interface Shown {
  readonly command: Command;
  readonly exitCode: number | null;
  /** Lines of standard output. */
  readonly output: readonly string[];
  readonly errors: string;
  /** The `text` block that follows the command, if any. */
  readonly block: Block | undefined;
}

/** Verbs that look again at what was red. */
const readers: ReadonlySet<string> = new Set(['replay', 'shrink', 'explain']);

/** A folder of one's own in which a guide is followed word by word. */
export class Session {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'seedstorm-guide-'));
  /** The seed that the last red command told to replay, and the node it named. */
  #redSeed: string | undefined;
  #redNode = 'n1';

  readonly #tarball: string | undefined;

  /**
   * @param tarball the packed package: then the folder begins empty, and every command runs as a
   * reader would type it, those of npm too; else commands run from the sources
   */
  constructor(tarball?: string) {
    this.#tarball = tarball;
    if (tarball !== undefined) return;
    this.#write('package.json', '{ "type": "module" }\n');
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(root, join(this.folder, 'node_modules/seedstorm'), 'dir');
    symlinkSync(join(root, 'node_modules/@types'), join(this.folder, 'node_modules/@types'), 'dir');
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes files, changes them and runs commands, as the document says. */
  *follow(document: string): Generator<Shown> {
    const blocks = blocksOf(document);
    for (const [index, block] of blocks.entries()) {
      if (fileKinds.includes(block.kind) && block.file !== '') {
        this.#write(block.file, `${block.lines.join('\n')}\n`);
      } else if (block.kind === 'diff') {
        const path = join(this.folder, block.file);
        this.#write(block.file, patched(readFileSync(path, 'utf8'), block));
      } else if (block.kind === 'sh') {
        const next = blocks[index + 1];
        const isRun = ({ words }: Command): boolean =>
          this.#tarball !== undefined || words[0] !== 'npm';
        const commands = commandsOf(block).filter(isRun);
        for (const command of commands) {
          const last = command === commands.at(-1);
          const follows = next?.kind === 'text' && next.at <= block.at + block.lines.length + 3;
          const shown = last && follows ? next : undefined;
          yield this.#run(this.#withRedSeed(command), shown);
        }
      }
    }
  }

  /** Complaints of the compiler about the files that were written so far. */
  typeErrors(): string {
    const options = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: true,
        types: ['node'],
        paths: {
          seedstorm: [join(root, 'src/index.ts')],
          'seedstorm/raft': [join(root, 'src/systems/raft/index.ts')],
        },
      },
      include: ['**/*.ts'],
    };
    this.#write('tsconfig.json', JSON.stringify(options));
    const { stdout } = this.#spawn(join(root, 'node_modules/.bin/tsc'), ['-p', '.']);
    return stdout;
  }

  /** Whoever follows a guide replays the seed that was red, not the one that was red last year. */
  #withRedSeed(command: Command): Command {
    if (this.#redSeed === undefined || !readers.has(command.words[2] ?? '')) return command;
    const line = command.line
      .replace(/-seed-\d+\.json/, `-seed-${this.#redSeed}.json`)
      .replace(/--seed \d+/, `--seed ${this.#redSeed}`)
      .replace(/--node n\d+/, `--node ${this.#redNode}`);
    return { ...command, line, words: line.split(/\s+/) };
  }

  #run(command: Command, block: Block | undefined): Shown {
    const { status, stdout, stderr } =
      this.#tarball === undefined
        ? this.#spawn(process.execPath, programOf(command))
        : this.#spawn('bash', ['-c', asInstalled(command.line, this.#tarball)]);
    const output = stdout.replaceAll(/\s+$/g, '').split('\n');
    this.#redNode = /^ {2}where +(n\d+)/m.exec(stdout)?.[1] ?? this.#redNode;
    this.#redSeed = /seedstorm replay .*--seed (\d+)/.exec(stdout)?.[1] ?? this.#redSeed;
    return { command, exitCode: status, output, errors: stderr, block };
  }

  /** Runs a line of a shell in the folder, as a reader would. */
  shell(line: string) {
    return this.#spawn('bash', ['-c', line]);
  }

  /** What a reader has in the environment, not what a test runner or a build server puts there. */
  environment(): NodeJS.ProcessEnv {
    const { COLUMNS: _, FORCE_COLOR: __, ...env } = process.env;
    for (const name of Object.keys(env)) {
      if (/^(?:VITEST|GITHUB_|npm_|NODE_ENV$|NODE_OPTIONS$|TEST$|DEV$|PROD$|MODE$)/.test(name)) {
        delete env[name];
      }
    }
    return { ...env, PATH: `${dirname(process.execPath)}:${env.PATH ?? ''}`, NO_COLOR: '1' };
  }

  #spawn(program: string, words: readonly string[]) {
    return spawnSync(program, words, {
      cwd: this.folder,
      encoding: 'utf8',
      env: this.environment(),
      maxBuffer: 1 << 26,
    });
  }

  #write(file: string, text: string): void {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** What Node is to run: the sources of the command line, or a program of the guide's own. */
function programOf({ line, words }: Command): readonly string[] {
  const [first, second] = words;
  if (first === 'npx' && second === 'seedstorm') {
    return [join(root, 'src/cli/main.ts'), ...words.slice(2)];
  }
  if (first === 'node') {
    return ['--import', join(root, 'test/docs/module-hook.ts'), ...words.slice(1)];
  }
  throw new Error(`cannot run ${line}`);
}

/** What is not on the registry comes from the tarball, the rest from npm's cache where it is there. */
function asInstalled(line: string, tarball: string): string {
  if (!/^npm (?:install|i)\b/.test(line)) return line;
  const quiet = '--prefer-offline --no-audit --no-fund --loglevel=error';
  return `${line.replace(/(?<= )seedstorm\b/, `'${tarball}'`)} ${quiet}`;
}

/** The lines that a guide should show after a command; undefined: it shows something else. */
export function refreshed({ block, output }: Shown): readonly string[] | undefined {
  if (block === undefined) return [];
  return block.file === 'sections'
    ? sectionsOf(block.lines, output)
    : inWordsOf(block.lines, output);
}
