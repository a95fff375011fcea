import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../../record/usage-error.ts';
import { importModule } from '../loader.ts';
import type { GateConfig } from './gate-config.ts';
import { parseConfig } from './parse-config.ts';

const names: readonly string[] = ['ts', 'mts', 'js', 'mjs'].map((end) => `seedstorm.config.${end}`);

/** A configuration, and the file that it comes from. */
export interface LoadedConfig {
  readonly config: GateConfig;
  /** Absolute path. */
  readonly path: string;
}

/**
 * Loads and checks the configuration of a gate.
 *
 * @param given path of the file; default: `seedstorm.config.ts` (or `.mts`, `.js`, `.mjs`) in `cwd`
 * @throws UsageError when there is none, it cannot be loaded, or a field is wrong
 */
export async function loadConfig(given: string | undefined, cwd: string): Promise<LoadedConfig> {
  const path =
    given === undefined
      ? names.map((name) => resolve(cwd, name)).find((file) => existsSync(file))
      : resolve(cwd, given);
  if (path === undefined) {
    const hint = 'seedstorm init writes one; --config names another file';
    throw new UsageError(`there is no ${names[0]}`, cwd, hint);
  }
  if (!existsSync(path)) throw new UsageError('there is no such file', given ?? path);
  const module = await importModule(pathToFileURL(path).href);
  if (module.default === undefined) {
    const hint = 'export default defineConfig({ scenarios: [ ... ] })';
    throw new UsageError('there is no default export', path, hint);
  }
  return { config: parseConfig(module.default, path), path };
}
