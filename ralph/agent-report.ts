import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a call of an agent cost, as the agent tells it. */
export interface Usage {
  readonly tokens?: number | undefined;
  readonly costUsd?: number | undefined;
}

/** File in the bundle in which an agent tells what it spent. */
export const usageFile = 'usage.json';
/** File in the bundle in which an agent tells what a person has to do. */
export const personFile = 'needs-a-person.md';

const personBytes = 4_000;

/**
 * What the agent spent: `usage.json` in the bundle (`{"tokens": 1200, "costUsd": 0.4}`), or the JSON
 * object with which some agents end their output. Undefined: it does not tell.
 */
export function usageOf(bundle: string, output: string): Usage | undefined {
  const told = parsed(textOf(join(bundle, usageFile))) ?? lastObject(output);
  if (told === undefined) return undefined;
  const inner = object(told.usage) ?? told;
  const parts = ['input_tokens', 'output_tokens', 'inputTokens', 'outputTokens'];
  const sum = parts.reduce((total, part) => total + (amount(inner[part]) ?? 0), 0);
  const tokens = amount(inner.tokens) ?? amount(told.tokens) ?? (sum > 0 ? sum : undefined);
  const costUsd = amount(told.costUsd) ?? amount(told.total_cost_usd) ?? amount(told.cost_usd);
  return tokens === undefined && costUsd === undefined ? undefined : { tokens, costUsd };
}

/** What the agent says that a person has to do; a file, so that nothing it quotes is mistaken for it. */
export function personNeeded(bundle: string): string | undefined {
  const text = textOf(join(bundle, personFile))?.trim();
  return text === undefined || text === '' ? undefined : text.slice(0, personBytes);
}

const unavailable =
  /\b(?:429|500|502|503|504|529)\b|rate.?limit|overloaded|throttl|quota|unauthori[sz]ed|invalid api key|authentication|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|service unavailable/i;

/** Whether output is the complaint of a provider that does not answer. */
export function tellsOfOutage(output: string): boolean {
  return unavailable.test(output);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function lastObject(output: string): Record<string, unknown> | undefined {
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? parsed(line) : undefined;
}

function parsed(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    return object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : undefined;
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
