import { existsSync, readdirSync, statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';
import { installModuleHook } from './module-hook.ts';
import type { ScenarioReference } from './run-contract.ts';
import { copyUrl, oneInstance } from './running-copy.ts';
import { isScenario } from './scenario.ts';
import type { Scenario } from './scenario-contract.ts';
import { installTrap } from './trap.ts';

const extensions: readonly string[] = ['.ts', '.mts', '.js', '.mjs'];

/**
 * Finds a scenario. A bare name is looked up in `scenarios` below the working directory, then among
 * those of the package; anything with a slash or an extension is a path.
 *
 * @throws UsageError when there is none
 */
export function findScenario(argument: string, cwd: string = process.cwd()): ScenarioReference {
  const isPath = /[\\/]/.test(argument) || extensions.includes(extname(argument));
  if (isPath) {
    const path = resolve(cwd, argument);
    if (!isFile(path)) throw new UsageError('there is no such file', argument);
    if (!extensions.includes(extname(path))) {
      throw new UsageError('not a module', argument, `a scenario ends in ${extensions.join(', ')}`);
    }
    return reference(argument, path);
  }
  for (const directory of directories(cwd)) {
    for (const extension of extensions) {
      const path = join(directory, argument + extension);
      if (isFile(path)) return reference(argument, path);
    }
  }
  const names = listScenarios(cwd).map((found) => found.name);
  throw new UsageError(`there is no scenario ${argument}`, 'scenario', didYouMean(argument, names));
}

/** All scenarios that a bare name can find, in order of name. */
export function listScenarios(cwd: string = process.cwd()): readonly ScenarioReference[] {
  const found = new Map<string, ScenarioReference>();
  for (const directory of directories(cwd)) {
    if (!existsSync(directory)) continue;
    for (const file of readdirSync(directory)) {
      const extension = extname(file);
      if (!extensions.includes(extension) || /\.(test|d)\.[a-z]+$/.test(file)) continue;
      const name = file.slice(0, -extension.length);
      if (!found.has(name)) found.set(name, reference(name, join(directory, file)));
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Loads the scenario of a reference into this thread. The ambient trap and the module hook are in
 * place before any code of it runs.
 *
 * @throws UsageError when the module cannot be loaded, throws, or does not export a scenario
 */
export async function loadScenario(reference: ScenarioReference): Promise<Scenario> {
  const file = fileURLToPath(reference.moduleUrl);
  const module = await importModule(reference.moduleUrl);
  const value = module[reference.export];
  if (isScenario(value)) return value;
  const names = Object.keys(module);
  if (value !== undefined) {
    throw new UsageError(
      `export ${reference.export} is not a scenario`,
      file,
      'make it with scenario({ ... })',
    );
  }
  const others = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
  throw new UsageError(
    `there is no export ${reference.export}; ${others}`,
    file,
    'export default scenario({ ... })',
  );
}

/**
 * Imports a module of a person: a scenario, a configuration, a reporter. The ambient trap and the
 * module hook are in place before any code of it runs.
 *
 * @param url absolute
 * @throws UsageError when it cannot be loaded, or throws
 */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  installTrap();
  installModuleHook();
  try {
    return (await import(oneInstance(url))) as Record<string, unknown>;
  } catch (error) {
    throw loadError(error, fileURLToPath(url));
  }
}

function reference(name: string, path: string): ScenarioReference {
  return { name, moduleUrl: oneInstance(pathToFileURL(path).href), export: 'default' };
}

function directories(cwd: string): readonly string[] {
  return [join(cwd, 'scenarios'), fileURLToPath(new URL('scenarios/', copyUrl))];
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

const unstrippable: ReadonlySet<unknown> = new Set([
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
]);

function loadError(error: unknown, file: string): UsageError {
  if (error instanceof UsageError) {
    const where = error.where === '' ? file : `${file}, ${error.where}`;
    return new UsageError(error.what, where, error.hint);
  }
  if (!(error instanceof Error)) return new UsageError(`threw ${String(error)}`, file);
  const where = placeIn(error, file) ?? file;
  const { code } = error as { code?: unknown };
  const [message = ''] = error.message.trim().split('\n');
  if (unstrippable.has(code)) {
    const hint = 'Node only strips types; for such syntax start node with --import of a compiler';
    return new UsageError(message, where, hint);
  }
  if (code === 'ERR_MODULE_NOT_FOUND') return new UsageError(message, file);
  return new UsageError(`the file threw ${error.name}: ${message}`, where);
}

/** File and line of an error: where its stack first meets a file of the person, else the first file. */
function placeIn(error: Error, file: string): string | undefined {
  const stack = error.stack ?? '';
  const places = [...stack.matchAll(/(?:file:\/\/)?(\/[^\s()]*?|[A-Z]:[^\s()]*?):(\d+)(?::\d+)?/g)];
  const own = places.find(([, path]) => path !== undefined && decodeURI(path) === file);
  const place = own ?? places.find(([text]) => !text.includes('node:'));
  return place === undefined ? undefined : `${decodeURI(place[1]!)}:${place[2]}`;
}
