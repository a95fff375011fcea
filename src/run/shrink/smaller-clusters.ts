import type { CaseFile } from '../../record/case-file.ts';
import type { Domain } from '../../sim/system-definition.ts';
import { domainSize, domainValue } from '../domains.ts';

/** Domains with more values than this are not gone through one by one. */
const mostValues = 64;

/**
 * The case with fewer nodes, fewest first. Each number of nodes is tried with the plan as it is, with
 * faults of nodes that are gone aimed at others, and with noise that is drawn anew some times:
 * in a smaller cluster the old noise means something else.
 *
 * @param redraws how often the noise is drawn anew
 */
export function withFewerNodes(
  file: CaseFile,
  domain: Domain | undefined,
  redraws: number,
): readonly CaseFile[] {
  const smaller = smallerValues(domain, Number(file.config.nodes));
  return smaller.flatMap((nodes) => {
    const config = { ...file.config, nodes };
    const same = { ...file, config };
    const plan = file.plan.map((fault) => renamed(fault, nodes) as typeof fault);
    const aimed = { ...same, plan };
    const isAimed = JSON.stringify(plan) !== JSON.stringify(file.plan);
    const noises = Array.from({ length: redraws }, (_, at) => ({
      ...aimed,
      choices: { kind: 'seed', seed: at + 1, overrides: [], forks: [] } as const,
    }));
    return [...(isAimed ? [] : [same]), aimed, ...noises];
  });
}

/** Whole numbers of a domain below a value, smallest first. */
export function smallerValues(domain: Domain | undefined, value: number): readonly number[] {
  if (domain === undefined || domainSize(domain) > mostValues) return [];
  const values = Array.from({ length: domainSize(domain) }, (_, at) => domainValue(domain, at));
  const numbers = values.filter((one): one is number => typeof one === 'number' && one < value);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Plain data in which names of nodes beyond the last one name others. */
function renamed(value: unknown, nodes: number): unknown {
  if (Array.isArray(value)) return value.map((part) => renamed(part, nodes));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => {
    const number = name === 'node' ? /^n(\d+)$/.exec(String(part))?.[1] : undefined;
    if (number === undefined) return [name, renamed(part, nodes)] as const;
    return [name, `n${((Number(number) - 1) % nodes) + 1}`] as const;
  });
  return Object.fromEntries(entries);
}
