import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';
import { choicePoint } from '../sim/choice-point.ts';
import type { ChoiceBase } from '../sim/choices.ts';
import { calmEnvironment, environmentPaths } from '../sim/environment.ts';
import { KeyedChoices } from '../sim/keyed-choices.ts';
import type { Config, Domain, Setting } from '../sim/system-definition.ts';
import { domainSize, domainText, domainValue, inDomain } from './domains.ts';
import type { Scenario } from './scenario-contract.ts';

/** Room to count the draws of a config: one for each knob. */
const knobSlots = 1 << 12;

/** A setting that has a path, and where it comes from. */
export interface Knob {
  readonly path: string;
  readonly domain: Domain;
  readonly owner: 'system' | 'clients' | 'storm' | 'environment';
  /** False: stays calm unless set by hand. */
  readonly drawn: boolean;
  /** The value that the scenario gives it, in place of a drawn one. */
  readonly fixed?: Setting;
}

/**
 * Everything that can be set in a scenario, by path.
 * @throws UsageError when two parts of the scenario declare one path with different domains, or
 * `fixed` names a path that nobody declares
 */
export function knobsOf(scenario: Scenario): ReadonlyMap<string, Knob> {
  const fixed = scenario.fixed ?? {};
  const knobs = new Map<string, Knob>();
  const add = (path: string, domain: Domain, owner: Knob['owner'], drawn: boolean): void => {
    const value = fixed[path];
    knobs.set(path, {
      path,
      domain,
      owner,
      drawn,
      ...(value === undefined ? {} : { fixed: value }),
    });
  };
  for (const owner of ['system', 'clients', 'storm'] as const) {
    for (const [path, domain] of Object.entries(scenario[owner].knobs)) {
      const other = knobs.get(path);
      if (other === undefined) add(path, domain, owner, true);
      else if (JSON.stringify(other.domain) !== JSON.stringify(domain)) {
        throw new UsageError(
          `${other.owner} and ${owner} both declare ${path}, with different domains`,
          `knob ${path}`,
        );
      }
    }
  }
  for (const [field, path] of Object.entries(environmentPaths)) {
    if (knobs.has(path)) continue;
    const calm = calmEnvironment[field as keyof typeof calmEnvironment];
    add(path, environmentDomain(path, calm), 'environment', false);
  }
  for (const path of Object.keys(fixed)) {
    if (!knobs.has(path)) {
      throw new UsageError(
        `no knob is called ${path}`,
        `fixed.${path}`,
        didYouMean(path, knobs.keys()),
      );
    }
  }
  return knobs;
}

/** What may be set by hand of the environment where the storm declares nothing. */
function environmentDomain(path: string, calm: number | boolean): Domain {
  if (typeof calm === 'boolean') return { kind: 'one of', values: [calm, !calm] };
  if (path === 'disk.sectorBytes') return { kind: 'one of', values: [calm, 64] };
  const high = path.endsWith('erMillion') ? 1_000_000 : 10_000_000_000;
  return { kind: 'between', low: 0, high, calm };
}

/**
 * All settings of a run: those given, then those the scenario fixes, then draws from the seed. Each
 * draw is named by its path, so a knob that is added or fixed leaves the others as they were.
 * @throws UsageError on a setting that does not exist or lies outside its domain
 */
export function drawConfig(scenario: Scenario, seed: number, settings: Config = {}): Config {
  return decide(scenario, settings, { kind: 'seed', seed, overrides: [], forks: [] });
}

/** The settings of a run in which everything is calm. */
export function calmConfig(scenario: Scenario, settings: Config = {}): Config {
  return decide(scenario, settings, { kind: 'calm', list: [] });
}

/** The calm value of each setting of a config, as far as the scenario knows it. */
export function calmValues(scenario: Scenario, config: Config): Config {
  const calm: Record<string, Setting> = {};
  const knobs = knobsOf(scenario);
  for (const path of Object.keys(config)) {
    const knob = knobs.get(path);
    if (knob !== undefined) calm[path] = knob.fixed ?? domainValue(knob.domain, 0);
  }
  return calm;
}

function decide(scenario: Scenario, settings: Config, base: ChoiceBase): Config {
  const knobs = knobsOf(scenario);
  checkSettings(knobs, settings);
  const stream = new KeyedChoices(base, undefined, knobSlots).stream('plan');
  const config: Record<string, Setting> = {};
  for (const knob of knobs.values()) {
    const given = settings[knob.path] ?? knob.fixed;
    if (given !== undefined) config[knob.path] = given;
    else if (knob.drawn) {
      const index = stream.below(choicePoint(knob.path), 0, domainSize(knob.domain));
      config[knob.path] = domainValue(knob.domain, index);
    }
  }
  return config;
}

/** Complains about settings that do not exist or lie outside their domain. */
export function checkSettings(knobs: ReadonlyMap<string, Knob>, settings: Config): void {
  for (const [path, value] of Object.entries(settings)) {
    const knob = knobs.get(path);
    if (knob === undefined) {
      throw new UsageError(
        `there is no setting ${path}`,
        `--set ${path}`,
        didYouMean(path, knobs.keys()),
      );
    }
    if (!inDomain(knob.domain, value) && value !== knob.fixed) {
      throw new UsageError(
        `${value} lies outside the domain of ${path}`,
        `--set ${path}=${value}`,
        `${path} is ${domainText(knob.domain)}`,
      );
    }
  }
}

/**
 * Reads `path=value` texts, as given to `--set`. The type of a value follows its domain.
 * @throws UsageError on anything that does not fit the scenario
 */
export function parseSettings(texts: readonly string[], scenario: Scenario): Config {
  const knobs = knobsOf(scenario);
  const settings: Record<string, Setting> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at <= 0) {
      throw new UsageError(
        `expected path=value, got ${text}`,
        `--set ${text}`,
        'for example nodes=5',
      );
    }
    const path = text.slice(0, at).trim();
    const given = text.slice(at + 1).trim();
    const knob = knobs.get(path);
    settings[path] = knob === undefined ? given : settingOf(given, knob.domain);
  }
  checkSettings(knobs, settings);
  return settings;
}

function settingOf(text: string, domain: Domain): Setting {
  if (domain.kind === 'one of') {
    return domain.values.find((value) => String(value) === text) ?? text;
  }
  return /^-?\d+$/.test(text) ? Number(text) : text;
}
