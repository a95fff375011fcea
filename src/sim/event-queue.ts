/**
 * What is to happen, ordered by (time, tie, order of arrival): a binary heap over typed arrays, with
 * the events themselves in pooled slots. All that ever happens in a world comes out of `pop`.
 */
export class EventQueue {
  #time = new Float64Array(256);
  #tie = new Int32Array(256);
  #order = new Float64Array(256);
  /** Slots, and beside each the time of its event: most comparisons look no further. */
  #heap = new Int32Array(256);
  #heapTime = new Float64Array(256);
  #size = 0;
  #arrivals = 0;
  readonly #free: number[] = [];
  #slots = 0;

  /** Fields of the event in a slot; valid from `push` until `release`. */
  kind: Uint8Array = new Uint8Array(256);
  node: Int32Array = new Int32Array(256);
  incarnation: Int32Array = new Int32Array(256);
  causeStep: Float64Array = new Float64Array(256);
  readonly subject: unknown[] = [];
  readonly detail: unknown[] = [];

  get size(): number {
    return this.#size;
  }

  /** Time of the next event; Infinity when there is none. */
  nextTime(): number {
    return this.#size === 0 ? Infinity : (this.#heapTime[0] as number);
  }

  timeOf(slot: number): number {
    return this.#time[slot] as number;
  }

  /** Adds an event. Lower ties come first at equal times; equal ties come in order of arrival. */
  push(
    timeUs: number,
    tie: number,
    kind: number,
    node: number,
    incarnation: number,
    causeStep: number,
    subject: unknown,
    detail: unknown,
  ): void {
    const slot = this.#free.length > 0 ? (this.#free.pop() as number) : this.#newSlot();
    this.#time[slot] = timeUs;
    this.#tie[slot] = tie;
    this.#order[slot] = this.#arrivals++;
    this.kind[slot] = kind;
    this.node[slot] = node;
    this.incarnation[slot] = incarnation;
    this.causeStep[slot] = causeStep;
    this.subject[slot] = subject;
    this.detail[slot] = detail;
    this.#siftUp(this.#size++, slot, timeUs);
  }

  /** Slots of all events that are to come, in no order. */
  slots(): Int32Array {
    return this.#heap.slice(0, this.#size);
  }

  /** Takes the next event out and returns its slot. Call `release` when done with the slot. */
  pop(): number {
    const heap = this.#heap;
    const top = heap[0] as number;
    const end = --this.#size;
    if (end > 0) this.#siftDown(heap[end] as number, this.#heapTime[end] as number);
    return top;
  }

  release(slot: number): void {
    this.subject[slot] = undefined;
    this.detail[slot] = undefined;
    this.#free.push(slot);
  }

  /** Of two events at the same time: whether the one on the left comes first. */
  #before(left: number, right: number): boolean {
    const byTie = (this.#tie[left] as number) - (this.#tie[right] as number);
    if (byTie !== 0) return byTie < 0;
    return (this.#order[left] as number) < (this.#order[right] as number);
  }

  #siftUp(from: number, slot: number, timeUs: number): void {
    const heap = this.#heap;
    const times = this.#heapTime;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const time = times[parent] as number;
      if (time < timeUs) break;
      const other = heap[parent] as number;
      if (time === timeUs && !this.#before(slot, other)) break;
      heap[at] = other;
      times[at] = time;
      at = parent;
    }
    heap[at] = slot;
    times[at] = timeUs;
  }

  #siftDown(slot: number, timeUs: number): void {
    const heap = this.#heap;
    const times = this.#heapTime;
    const size = this.#size;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let time = times[child] as number;
      let other = heap[child] as number;
      if (child + 1 < size) {
        const rightTime = times[child + 1] as number;
        const right = heap[child + 1] as number;
        if (rightTime < time || (rightTime === time && this.#before(right, other))) {
          child++;
          time = rightTime;
          other = right;
        }
      }
      if (timeUs < time || (timeUs === time && this.#before(slot, other))) break;
      heap[at] = other;
      times[at] = time;
      at = child;
    }
    heap[at] = slot;
    times[at] = timeUs;
  }

  #newSlot(): number {
    const slot = this.#slots++;
    if (slot >= this.#time.length) this.#grow();
    this.subject.push(undefined);
    this.detail.push(undefined);
    return slot;
  }

  #grow(): void {
    const capacity = this.#time.length * 2;
    this.#time = widened(new Float64Array(capacity), this.#time);
    this.#tie = widened(new Int32Array(capacity), this.#tie);
    this.#order = widened(new Float64Array(capacity), this.#order);
    this.#heap = widened(new Int32Array(capacity), this.#heap);
    this.#heapTime = widened(new Float64Array(capacity), this.#heapTime);
    this.kind = widened(new Uint8Array(capacity), this.kind);
    this.node = widened(new Int32Array(capacity), this.node);
    this.incarnation = widened(new Int32Array(capacity), this.incarnation);
    this.causeStep = widened(new Float64Array(capacity), this.causeStep);
  }
}

function widened<Wide extends { set(from: ArrayLike<number>): void }>(
  wide: Wide,
  from: ArrayLike<number>,
): Wide {
  wide.set(from);
  return wide;
}
