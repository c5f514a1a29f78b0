import type { Constant } from '../graph/graph.js';

/** Tells which constants of different graphs have the same numbers. */
export class Sources {
  private readonly owners = new WeakMap<object, number>();
  private seen = 0;

  /** Where a constant's numbers lie, or what holds them; undefined where nothing says so. */
  of(constant: Constant): string | undefined {
    if ('file' in constant) return `${constant.file.offset} ${constant.file.version ?? ''} ${constant.file.path}`;
    if (constant.dtype !== 'float32' || !constant.owner) return undefined;
    const number = this.owners.get(constant.owner) ?? this.seen++;
    this.owners.set(constant.owner, number);
    return `owner ${number}`;
  }
}
