/** A binary heap of (time, key): which key is due next. Equal times go by key. */
export class DueQueue<Key extends number | string> {
  private readonly times: number[] = [];
  private readonly keys: Key[] = [];

  push(dueUs: number, key: Key): void {
    let at = this.times.length;
    this.times.push(dueUs);
    this.keys.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** When the first is due; null when there is none. */
  get nextUs(): number | null {
    return this.times[0] ?? null;
  }

  /** Takes out the first that is due at `timeUs`; null when none is. */
  pop(timeUs: number): { readonly key: Key; readonly dueUs: number } | null {
    const dueUs = this.times[0];
    if (dueUs === undefined || dueUs > timeUs) return null;
    const first = { key: this.keys[0]!, dueUs };
    this.swap(0, this.times.length - 1);
    this.times.pop();
    this.keys.pop();
    this.sink();
    return first;
  }

  private sink(): void {
    for (let at = 0; ; ) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2; child++) {
        if (child < this.times.length && this.before(child, least)) least = child;
      }
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private before(a: number, b: number): boolean {
    const difference = this.times[a]! - this.times[b]!;
    return difference < 0 || (difference === 0 && this.keys[a]! < this.keys[b]!);
  }

  private swap(a: number, b: number): void {
    const time = this.times[a]!;
    const key = this.keys[a]!;
    this.times[a] = this.times[b]!;
    this.keys[a] = this.keys[b]!;
    this.times[b] = time;
    this.keys[b] = key;
  }
}
