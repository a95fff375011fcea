/**
 * Works on a list with so many at a time. After a failure nothing new is begun, and what runs is waited
 * for before the first failure is thrown: nothing goes on behind the back of whoever begins anew.
 */
export async function inLanes<T>(
  list: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < list.length && failures.length === 0) {
      try {
        await work(list[next++]!);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, list.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
