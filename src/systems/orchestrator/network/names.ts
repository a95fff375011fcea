/** What a name of DNS asks for. */
export interface NameQuery {
  readonly service: string;
  /** Of a single task, from 1; null: the whole service. */
  readonly slot: number | null;
}

/** The domain of a cluster: `web.warren` is `web`. */
export const clusterDomain = 'warren';

/**
 * The query of a name: `web`, `web.warren`, `web-2`, with any letters and a dot at the end or none.
 * Null for a name that no service can have. The name of a service never ends in a dash and digits,
 * so `web-2` is task 2 of `web` and nothing else.
 */
export function parseName(given: string, domain: string = clusterDomain): NameQuery | null {
  let name = given.toLowerCase().replace(/\.$/, '');
  if (name.endsWith(`.${domain}`)) name = name.slice(0, -domain.length - 1);
  if (name.length > 63 + 10 || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) return null;
  const [, service, digits] = /^(.+)-([0-9]+)$/.exec(name) ?? [];
  if (service === undefined || digits === undefined)
    return name.length > 63 ? null : { service: name, slot: null };
  if (!/^[1-9][0-9]{0,6}$/.test(digits) || !/^[a-z0-9].*[a-z0-9]$|^[a-z0-9]$/.test(service))
    return null;
  return { service, slot: Number(digits) };
}

/** Four numbers with dots, as people write an address of 32 bits. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
