import { type Field, integer, listOf, structure, text, union } from '../../common/fields.ts';
import type { FaultList } from './fault.ts';

/** How a task is asked whether it is well. */
export type Probe =
  /** A request for a page: an answer from 200 to 399 is well. */
  | { readonly kind: 'http'; readonly port: number; readonly path: string }
  /** A connection to a port. */
  | { readonly kind: 'tcp'; readonly port: number }
  /** A program inside the container: exit code 0 is well. */
  | { readonly kind: 'exec'; readonly command: readonly string[] };

export interface HealthCheck {
  readonly probe: Probe;
  readonly intervalUs: number;
  /** A probe without an answer for so long has failed. */
  readonly timeoutUs: number;
  /** Failures in a row that make a task unhealthy. */
  readonly retries: number;
  /** Failures within this time after the start do not count; a success ends it. */
  readonly startPeriodUs: number;
}

export const healthDefaults: Omit<HealthCheck, 'probe'> = {
  intervalUs: 30_000_000,
  timeoutUs: 10_000_000,
  retries: 3,
  startPeriodUs: 0,
};

export const commandField: Field<readonly string[]> = listOf(text) as Field<readonly string[]>;

export const healthField: Field<HealthCheck> = structure<HealthCheck>({
  probe: union<Probe>({
    http: { port: integer, path: text },
    tcp: { port: integer },
    exec: { command: commandField },
  }),
  intervalUs: integer,
  timeoutUs: integer,
  retries: integer,
  startPeriodUs: integer,
});

/** The longest time that a specification may name: 30 days. */
export const longestUs: number = 30 * 86_400_000_000;

/** Asks for a probe that can be made, and one that ends before the next begins. */
export function checkHealth(faults: FaultList, field: string, health: HealthCheck): void {
  const { probe } = health;
  if (probe.kind === 'exec') checkCommand(faults, `${field}.command`, probe.command, false);
  else faults.range(`${field}.port`, probe.port, 1, 65_535);
  if (probe.kind === 'http') {
    faults.length(`${field}.path`, probe.path, 1_024);
    if (!probe.path.startsWith('/')) faults.add(`${field}.path`, 'it is no path', 'a / first');
  }
  checkTime(faults, `${field}.interval`, health.intervalUs, 1_000);
  checkTime(faults, `${field}.timeout`, health.timeoutUs, 1_000);
  checkTime(faults, `${field}.startPeriod`, health.startPeriodUs, 0);
  faults.range(`${field}.retries`, health.retries, 1, 100);
  if (health.timeoutUs > health.intervalUs) {
    faults.add(`${field}.timeout`, 'it is longer than the interval', 'at most the interval');
  }
}

/** Asks for a time between two bounds. */
export function checkTime(faults: FaultList, field: string, timeUs: number, leastUs: number): void {
  if (Number.isInteger(timeUs) && timeUs >= leastUs && timeUs <= longestUs) return;
  const least = leastUs === 0 ? '0s' : `${leastUs / 1_000}ms`;
  faults.add(field, `${timeUs} microseconds are out of range`, `from ${least} to 720h`);
}

/** Asks for words of a command line. */
export function checkCommand(
  faults: FaultList,
  field: string,
  command: readonly string[],
  empty: boolean,
): void {
  if (command.length === 0 && !empty) faults.add(field, 'it is empty', 'a program and its words');
  if (command.length > 256) faults.add(field, `it has ${command.length} words`, 'at most 256');
  for (const [at, word] of command.entries()) {
    faults.length(`${field}[${at}]`, word, 65_536, at > 0 || empty);
  }
}
