import type { Hosted, HostTensor } from '@prefix-tuning/jit';
import type { Past } from '../families/family.js';
import type { Memory } from './memory.js';

/** Keys and values of every row in plain memory, [rows, H, capacity, D] per layer, written in place. */
export interface Cache {
  readonly capacity: number;
  /** Copies slots of a program's output to the start of a row, one range behind the other. */
  fill(row: number, present: Hosted<Past>, sources: readonly Slots[]): void;
  /** Writes each row's new key and value, [rows, H, 1, D], at the row's slot; rows without a slot are left alone. */
  append(fresh: Hosted<Past>, slots: readonly (number | undefined)[]): void;
  /** Copies slots [begin, end) of a row to another row. */
  copy(from: number, to: number, slots: { begin: number; end: number }): void;
  /** A cache with more slots and the same content. */
  grow(capacity: number): Cache;
  /** The first rows, as a program takes them: views, not copies. */
  rows(count: number): Hosted<Past>;
  /** What it took of its memory. */
  readonly stores: readonly Float32Array[];
}

/** Where something stands in a program's output: slots [begin, begin + length) of a row. */
export interface Slots {
  readonly row: number;
  readonly begin: number;
  readonly length: number;
}

export interface CacheShape {
  readonly layers: number;
  readonly rows: number;
  /** H */
  readonly heads: number;
  readonly capacity: number;
  /** D */
  readonly headSize: number;
}

export function createCache(shape: CacheShape, memory: Memory): Cache {
  const { layers, rows, heads: H, capacity, headSize: D } = shape;
  const rowSize = H * capacity * D;
  const stores = Array.from({ length: 2 * layers }, () => memory.take(rows * rowSize));
  const flat = (past: Hosted<Past>): HostTensor[] => past.flatMap(({ key, value }) => [key, value]);

  const write = (past: Hosted<Past>, source: Slots, target: { row: number; slot: number }) => {
    flat(past).forEach(({ data, shape }, i) => {
      const time = shape[2]!;
      for (let h = 0; h < H; h++) {
        const start = ((source.row * H + h) * time + source.begin) * D;
        stores[i]!.set((data as Float32Array).subarray(start, start + source.length * D), target.row * rowSize + (h * capacity + target.slot) * D);
      }
    });
  };
  const rowsOf = (count: number): Hosted<Past> => {
    const tensor = (store: Float32Array): HostTensor => ({ dtype: 'float32', shape: [count, H, capacity, D], data: store.subarray(0, count * rowSize) });
    return Array.from({ length: layers }, (_, l) => ({ key: tensor(stores[2 * l]!), value: tensor(stores[2 * l + 1]!) }));
  };
  return {
    capacity,
    stores,
    rows: rowsOf,
    fill: (row, present, sources) => {
      let slot = 0;
      for (const source of sources) {
        write(present, source, { row, slot });
        slot += source.length;
      }
    },
    append: (fresh, slots) => flat(fresh).forEach(({ data }, i) => putSlots(stores[i]!, data as Float32Array, slots, shape)),
    copy: (from, to, { begin, end }) => {
      const [target, start, size] = [to * rowSize + begin * D, from * rowSize + begin * D, (end - begin) * D];
      for (const store of stores) {
        for (let h = 0; h < H; h++) {
          const head = h * capacity * D;
          store.copyWithin(target + head, start + head, start + head + size);
        }
      }
    },
    grow: (more) => {
      const grown = createCache({ ...shape, capacity: more }, memory);
      for (let row = 0; row < rows; row++) grown.fill(row, rowsOf(rows), [{ row, begin: 0, length: capacity }]);
      return grown;
    },
  };
}

/** Writes numbers [rows, H, 1, D] at each row's slot. A function of its own, and loops: views of so few numbers cost more than the numbers. */
function putSlots(store: Float32Array, data: Float32Array, slots: readonly (number | undefined)[], { heads: H, capacity, headSize: D }: CacheShape): void {
  for (let row = 0; row < slots.length; row++) {
    const slot = slots[row];
    if (slot === undefined) continue;
    for (let h = 0; h < H; h++) {
      const from = (row * H + h) * D;
      const to = ((row * H + h) * capacity + slot) * D;
      for (let d = 0; d < D; d++) store[to + d] = data[from + d]!;
    }
  }
}
