/** A binary heap of (time, inode): which file in the trash is due next. Equal times go by inode. */
export class TrashQueue {
  private readonly times: number[] = [];
  private readonly inodes: number[] = [];

  push(untilUs: number, inode: number): void {
    let at = this.times.length;
    this.times.push(untilUs);
    this.inodes.push(inode);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** Takes out the first that is due at `timeUs`; null when none is. */
  pop(timeUs: number): { readonly inode: number; readonly untilUs: number } | null {
    const untilUs = this.times[0];
    if (untilUs === undefined || untilUs > timeUs) return null;
    const first = { inode: this.inodes[0]!, untilUs };
    this.swap(0, this.times.length - 1);
    this.times.pop();
    this.inodes.pop();
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
    return difference < 0 || (difference === 0 && this.inodes[a]! < this.inodes[b]!);
  }

  private swap(a: number, b: number): void {
    const [time, inode] = [this.times[a]!, this.inodes[a]!];
    this.times[a] = this.times[b]!;
    this.inodes[a] = this.inodes[b]!;
    this.times[b] = time;
    this.inodes[b] = inode;
  }
}
