/** How single items become groups, and how many may wait. */
export interface Grouping {
  /** Of one group, as `bytes`; an item that is larger goes alone. */
  rows: number;
  bytes: number;
  /** Groups that are written at the same time. */
  atOnce: number;
  /** More than these are refused. */
  waitingRows: number;
  waitingBytes: number;
}

export const GROUPING: Grouping = {
  rows: 256,
  bytes: 4_000_000,
  atOnce: 2,
  waitingRows: 2000,
  waitingBytes: 32_000_000,
};

/** More events wait to be stored than memory is meant for. */
export class IntakeFull extends Error {
  override readonly name = 'IntakeFull';
}

export interface GroupWriter<Item, Result> {
  /** The result of each item, in order. What it throws is the fate of every item of the group. */
  write(items: Item[]): Promise<Result[]>;
  /** An error that one item alone is to blame for: the others of its group are written, one by one. */
  isOfOne(error: unknown): boolean;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Writes what arrives together together. The first item goes as soon as the events of this turn of the loop were read;
 * what arrives while all groups are under way makes up the next one. So a lone item waits for nobody, and the busier it
 * is, the larger groups are. The returned function rejects at once with `IntakeFull` when too many wait.
 */
export function groupInserts<Item extends { bytes: number }, Result>(
  { write, isOfOne }: GroupWriter<Item, Result>,
  grouping: Grouping = GROUPING,
): (item: Item) => Promise<Result> {
  const queue: Waiting<Item, Result>[] = [];
  let waitingBytes = 0;
  let underWay = 0;
  let scheduled = false;

  function take(): Waiting<Item, Result>[] {
    let count = 0;
    let bytes = 0;
    for (const { item } of queue) {
      if (count === grouping.rows || (count > 0 && bytes + item.bytes > grouping.bytes)) break;
      bytes += item.bytes;
      count += 1;
    }
    waitingBytes -= bytes;
    return queue.splice(0, count);
  }

  function start(): void {
    scheduled = false;
    while (underWay < grouping.atOnce && queue.length > 0) {
      underWay += 1;
      void settle(take()).finally(() => {
        underWay -= 1;
        start();
      });
    }
  }

  async function settle(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await write(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => void resolve(results[index] as Result));
    } catch (error) {
      if (group.length === 1 || !isOfOne(error)) for (const { reject } of group) reject(error);
      else for (const one of group) await settle([one]);
    }
  }

  return (item) => {
    const full = queue.length >= grouping.waitingRows || waitingBytes + item.bytes > grouping.waitingBytes;
    if (full) return Promise.reject(new IntakeFull('too many events wait to be stored'));
    return new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject });
      waitingBytes += item.bytes;
      if (scheduled || underWay >= grouping.atOnce) return;
      scheduled = true;
      setImmediate(start);
    });
  };
}
