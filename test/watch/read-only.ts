/** Another view of an object with some members replaced; the others stay those of the object. */
export function readOnly<T extends object>(of: T, replaced: Partial<T>): T {
  return new Proxy(of, {
    get: (target, name) => Reflect.get(name in replaced ? replaced : target, name),
  });
}
