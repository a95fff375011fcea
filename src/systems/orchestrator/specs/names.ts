import type { FaultList } from './fault.ts';

/** What the names of services, nodes, secrets and volumes look like: labels of DNS (RFC 1123). */
export const namePattern: RegExp = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const rightName =
  '1 to 63 lower-case letters, digits and dashes; the first and the last are no dash';

/** Asks for a name that DNS can carry. */
export function checkName(faults: FaultList, field: string, name: string): void {
  if (!namePattern.test(name)) faults.add(field, `${quoted(name)} is no name`, rightName);
}

/**
 * Asks for the name of a service. On top of the others' rules it must not end in a dash and digits:
 * `web-2` is the second task of `web`, and one name must not lead to two places.
 */
export function checkServiceName(faults: FaultList, field: string, name: string): void {
  checkName(faults, field, name);
  if (/-[0-9]+$/.test(name)) {
    faults.add(
      field,
      `${quoted(name)} reads as a task of another service`,
      'no dash and digits last',
    );
  }
}

/** A value in the words of a message, cut when it is long. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
}
