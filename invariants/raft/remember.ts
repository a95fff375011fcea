/** Adds to a map that forgets its oldest entries beyond a number of them. */
export function remember<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
  most: number,
): void {
  map.set(key, value);
  if (map.size <= most) return;
  map.delete(map.keys().next().value as Key);
}
