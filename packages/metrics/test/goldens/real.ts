import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The real datasets' folder, where they are. */
const data = process.env['PREFIX_TUNING_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** The references of one of E2E's files, in groups by input, in the file's order. */
export function e2eReferences(path: string): string[][] {
  const groups = new Map<string, string[]>();
  for (const row of readFileSync(path, 'utf8').trimEnd().split(/\r?\n/).slice(1)) {
    const [, mr, quoted, plain] = /^("(?:[^"]|"")*"|[^,]*),(?:"((?:[^"]|"")*)"|(.*))$/.exec(row)!;
    groups.set(mr!, [...(groups.get(mr!) ?? []), quoted?.replaceAll('""', '"') ?? plain!]);
  }
  return [...groups.values()];
}

/** Are DART's and WebNLG's references there? */
export const hasRealReferences = existsSync(`${data}/dart/dart_reference`) && existsSync(`${data}/webnlg/references`);

/** DART's and WebNLG's second references as hypotheses, the others as references, as tools/goldens/meteor.py chooses them. */
export function realSegments(): { hypotheses: string[]; references: string[][] } {
  const rows = [
    ...secondReferences('dart/dart_reference/all-delex-reference', 1000),
    ...secondReferences('webnlg/references/gold-all-cat-reference', 700),
  ];
  return {
    hypotheses: rows.map(([, second]) => second),
    references: rows.map(([first, , third]) => (third.trim() === '' ? [first] : [first, third])),
  };
}

function secondReferences(path: string, most: number): [string, string, string][] {
  const [first, second, third] = [0, 1, 2].map((k) => readFileSync(`${data}/${path}${k}.lex`, 'utf8').split('\n')) as [string[], string[], string[]];
  const rows = first.map((line, i): [string, string, string] => [line, second[i] ?? '', third[i] ?? '']);
  return rows.filter(([, line]) => line.trim() !== '').slice(0, most);
}
