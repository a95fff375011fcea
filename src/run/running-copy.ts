import { readFileSync, statSync } from 'node:fs';

/** Extension of the modules that are running: `.ts` from sources, `.js` from a build. */
export const extension: '.ts' | '.js' = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** The folder that holds `src`, `scenarios` and `invariants` of the running copy. */
export const copyUrl: URL = new URL('../../', import.meta.url);

/** The folder of the package: that of `package.json`. */
export const packageUrl: URL =
  extension === '.ts' ? copyUrl : new URL('../../../', import.meta.url);

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

let manifest: Manifest | undefined;

function readManifest(): Manifest {
  manifest ??= JSON.parse(readFileSync(new URL('package.json', packageUrl), 'utf8')) as Manifest;
  return manifest;
}

/** Version of the package. */
export function packageVersion(): string {
  return readManifest().version;
}

/** URL of a module of this package, by its path without extension: `src/run/worker`. */
export function moduleUrl(path: string): URL {
  return new URL(path + extension, copyUrl);
}

/** Where the running copy has what `import 'seedstorm'` or `import 'seedstorm/raft'` asks for. */
export function resolveOwn(specifier: string): string | undefined {
  const key = specifier === 'seedstorm' ? '.' : `.${specifier.slice('seedstorm'.length)}`;
  const entry = readManifest().exports[key];
  if (entry === undefined) return undefined;
  const target = typeof entry === 'string' ? entry : entry.default;
  if (extension === '.js' || !target.startsWith('./dist/')) {
    return new URL(target, packageUrl).href;
  }
  return new URL(target.replace('./dist/', './').replace(/\.js$/, '.ts'), packageUrl).href;
}

/**
 * The running copy of a module that was resolved to the sources of this package although a build is
 * running, so that there is one instance of everything. Other URLs are given back as they are. Says
 * once when the build is older than a source that it stands for.
 */
export function oneInstance(url: string): string {
  if (extension === '.ts' || !url.startsWith(packageUrl.href)) return url;
  const path = url.slice(packageUrl.href.length);
  if (!/^(?:src|scenarios|invariants)\/.*\.ts$/.test(path)) return url;
  const built = new URL(`dist/${path.replace(/\.ts$/, '.js')}`, packageUrl);
  const builtAt = statSync(built, { throwIfNoEntry: false })?.mtimeMs;
  if (builtAt === undefined) return url;
  const changedAt = statSync(new URL(url), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (changedAt > builtAt) warnOfAge(path);
  return built.href;
}

let warned = false;

function warnOfAge(path: string): void {
  if (warned) return;
  warned = true;
  process.stderr.write(`seedstorm: the build is older than ${path}: npm run build\n`);
}
