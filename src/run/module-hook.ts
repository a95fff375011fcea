import { existsSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { oneInstance, resolveOwn } from './running-copy.ts';
import { trapModule } from './trap.ts';

let installed = false;

/**
 * Lets scenario files of a person be imported from anywhere: `seedstorm` means the running copy, and
 * `./a.js` or `./a` may stand for `./a.ts`. Built-in modules that they import are trapped. Needed in each thread; calling it again does nothing.
 */
export function installModuleHook(): void {
  if (installed) return;
  installed = true;
  registerHooks({
    resolve(specifier, context, next) {
      trapModule(specifier);
      if (specifier === 'seedstorm' || specifier.startsWith('seedstorm/')) {
        const url = resolveOwn(specifier);
        if (url !== undefined) return { url, shortCircuit: true };
      }
      try {
        const found = next(specifier, context);
        const url = oneInstance(found.url);
        return url === found.url ? found : { url, shortCircuit: true };
      } catch (error) {
        const url = withTypeScript(specifier, context.parentURL, error);
        if (url === undefined) throw error;
        return { url, shortCircuit: true, format: 'module-typescript' };
      }
    },
  });
}

const replacements: readonly (readonly [RegExp, string])[] = [
  [/\.js$/, '.ts'],
  [/\.mjs$/, '.mts'],
  [/$/, '.ts'],
  [/$/, '.mts'],
  [/$/, '.js'],
  [/\/?$/, '/index.ts'],
  [/\/?$/, '/index.js'],
];

function withTypeScript(
  specifier: string,
  parent: string | undefined,
  error: unknown,
): string | undefined {
  const { code } = error as { code?: string };
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_UNSUPPORTED_DIR_IMPORT') return undefined;
  if (!/^(\.{0,2}\/|file:)/.test(specifier)) return undefined;
  const base = new URL(specifier, parent);
  for (const [pattern, ending] of replacements) {
    const url = new URL(base);
    url.pathname = url.pathname.replace(pattern, ending);
    if (url.pathname !== base.pathname && isFile(fileURLToPath(url))) return url.href;
  }
  return undefined;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
