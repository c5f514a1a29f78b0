/** Rules that turn a table into one line of text; each can be replaced on its own. */
export interface LineariseRules<Cell> {
  /** One cell or triple as text. */
  readonly cell: (cell: Cell) => string;
  /** What stands before the first cell. */
  readonly start: string;
  /** What stands between two cells. */
  readonly separator: string;
}

/** A linearisation from its rules: `start` + the cells with `separator` between them. */
export function linearisation<Cell>({ cell, start, separator }: LineariseRules<Cell>): (cells: readonly Cell[]) => string {
  return (cells) => start + cells.map(cell).join(separator);
}

/** A cell from its parts, joined as the paper's code does it: `name : Alimentum`. */
export const colon = (...parts: readonly string[]): string => parts.join(' : ');

/** A subject-property-object triple, as WebNLG and DART have them. */
export interface Triple {
  readonly subject: string;
  readonly property: string;
  readonly object: string;
}
