/** The splits every dataset has; one that is not in the folder gives an error when it is read. */
export const splitNames = ['train', 'dev', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** One input with every text that is right for it. */
export interface Example {
  /** Unique within its split, the same on every machine. */
  readonly id: string;
  /** What the model reads: the linearised table, or the article. */
  readonly source: string;
  /** One text or many, in the file's order. Empty only where the release holds no texts and the caller asked for that. */
  readonly targets: readonly string[];
  /** The dataset's own labels, such as `category` or `seen`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What a reader yields: an example whose table is not linearised yet. `Table` must survive JSON. */
export interface DataRecord<Table> {
  readonly id: string;
  readonly table: Table;
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** One training example: a source and one of its targets. */
export interface Pair {
  /** The example's id and the target's number, `train-3#0`. */
  readonly id: string;
  readonly source: string;
  readonly target: string;
}

/** The (source, target) pairs of an example, in the order of its targets. */
export function pairsOf({ id, source, targets }: Example): Pair[] {
  return targets.map((target, n) => ({ id: `${id}#${n}`, source, target }));
}
