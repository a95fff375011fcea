import type { Answer, CacheKey, Query } from '../messages/metadata-messages.ts';
import type { Pinned } from './operation.ts';

/** Entries at most; the oldest go first. */
const mostEntries = 1_024;

/** An answer that is kept. */
export class CachedAnswer implements Pinned {
  readonly answer: Answer;
  /** The index that the answer is of. */
  readonly index: number;
  readonly key: CacheKey;
  /** On the monotonic clock. */
  readonly untilUs: number;
  private users: number = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(answer: Answer, index: number, key: CacheKey, untilUs: number) {
    this.answer = answer;
    this.index = index;
    this.key = key;
    this.untilUs = untilUs;
  }

  pin(): void {
    this.users += 1;
  }

  unpin(): void {
    this.users -= 1;
    if (this.users === 0) for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Resolves when no running operation relies on it. */
  unused(): Promise<void> {
    if (this.users === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }
}

/** A question under way whose answer may be kept, unless what it is about changes meanwhile. */
export interface KeptQuestion {
  readonly key: CacheKey;
  mayKeep: boolean;
}

/** What an answer depends on; null: it is never kept. */
export function cacheKeyOf(query: Query): CacheKey | null {
  switch (query.kind) {
    case 'lookup':
      return { inode: query.parent, name: query.name };
    case 'test-lock':
    case 'quota':
    case 'region':
    case 'list-trash':
      return null;
    default:
      return { inode: query.inode, name: '' };
  }
}

function nameOf(query: Query): string {
  switch (query.kind) {
    case 'lookup':
      return `name ${query.name}`;
    case 'get-attribute':
      return `attribute ${query.name}`;
    case 'read-directory':
      return `entries ${query.most} ${query.after}`;
    case 'locate':
      return `chunk ${query.index}`;
    default:
      return query.kind;
  }
}

function aboutOf(query: Query): number {
  if (query.kind === 'region' || query.kind === 'list-trash') return 0;
  return query.kind === 'lookup' ? query.parent : query.inode;
}

/**
 * Answers of the masters, by inode and question. Says nothing of freshness by itself: in strict mode
 * entries end with their leases, in close-to-open mode whoever opens a file drops them.
 */
export class MetadataCache {
  private readonly inodes: Map<number, Map<string, CachedAnswer>> = new Map();
  private readonly pending: Set<KeptQuestion> = new Set();
  /** What this client's own changes that are under way name. */
  private readonly changing: Set<readonly CacheKey[]> = new Set();
  private size: number = 0;

  get(query: Query, nowUs: number): CachedAnswer | undefined {
    const entry = this.inodes.get(aboutOf(query))?.get(nameOf(query));
    return entry !== undefined && nowUs < entry.untilUs ? entry : undefined;
  }

  /** To be told before the question is sent; `end` takes it back. */
  begin(key: CacheKey): KeptQuestion {
    const question = { key, mayKeep: !this.isChanging(key) };
    this.pending.add(question);
    return question;
  }

  /**
   * A change of this client's own is under way. It counts for others before this client hears so: what
   * is answered meanwhile may be older than what others have seen, so none of it is kept.
   */
  beginChange(keys: readonly CacheKey[]): void {
    this.changing.add(keys);
    for (const key of keys) this.drop(key);
  }

  endChange(keys: readonly CacheKey[]): void {
    this.changing.delete(keys);
  }

  private isChanging(key: CacheKey): boolean {
    for (const keys of this.changing) if (keys.some((one) => covers(one, key))) return true;
    return false;
  }

  end(question: KeptQuestion): void {
    this.pending.delete(question);
  }

  put(query: Query, entry: CachedAnswer): void {
    if (this.size >= mostEntries) this.dropOldest();
    const inode = aboutOf(query);
    let answers = this.inodes.get(inode);
    if (answers === undefined) {
      answers = new Map();
      this.inodes.set(inode, answers);
    }
    const name = nameOf(query);
    if (!answers.has(name)) this.size += 1;
    answers.set(name, entry);
  }

  /**
   * Drops what depends on a key, and gives what was dropped. A key without a name stands for the inode
   * with all that is in it, names included.
   */
  drop(key: CacheKey): CachedAnswer[] {
    for (const question of this.pending) {
      if (covers(key, question.key)) question.mayKeep = false;
    }
    const dropped: CachedAnswer[] = [];
    const answers = this.inodes.get(key.inode);
    for (const [name, entry] of answers ?? []) {
      if (!covers(key, entry.key)) continue;
      answers!.delete(name);
      this.size -= 1;
      dropped.push(entry);
    }
    if (answers?.size === 0) this.inodes.delete(key.inode);
    return dropped;
  }

  clear(): void {
    for (const question of this.pending) question.mayKeep = false;
    this.inodes.clear();
    this.size = 0;
  }

  private dropOldest(): void {
    for (const [inode, answers] of this.inodes) {
      this.inodes.delete(inode);
      this.size -= answers.size;
      return;
    }
  }
}

function covers(key: CacheKey, other: CacheKey): boolean {
  return key.inode === other.inode && (key.name === '' || key.name === other.name);
}
