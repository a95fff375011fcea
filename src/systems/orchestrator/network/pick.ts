import { hashPair } from '../../common/hash.ts';
import type { Backend, ServiceTable, Side } from './service-table.ts';

/**
 * The side for a session, or undefined when no task is there. A session has a fixed point from 0 to
 * 99, and the version that comes takes those below its weight. So while its weight only grows, nobody
 * who has seen it goes back; and at every weight its share of the sessions is the weight.
 *
 * @param session a number of the client's own, the same for all its requests
 */
export function pickSide({ sides }: ServiceTable, session: number): Side | undefined {
  const point = hashPair(session, 0x7769_6e64) % 100;
  let above = 0;
  for (let at = sides.length - 1; at >= 0; at--) {
    const side = sides[at]!;
    above += side.weight;
    if (point < above) return side;
  }
  return undefined;
}

/**
 * The task for one request, or undefined when none is there.
 *
 * @param below an integer from 0 to its argument less one, of the caller's named random stream
 */
export function pickBackend(
  table: ServiceTable,
  session: number,
  below: (bound: number) => number,
): Backend | undefined {
  const side = pickSide(table, session);
  return side === undefined ? undefined : side.backends[below(side.backends.length)];
}
