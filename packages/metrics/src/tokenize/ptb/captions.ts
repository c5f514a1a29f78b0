import { RULES } from './rules.js';

/**
 * Captions as the MS-COCO scripts see them: Penn Treebank tokens, lower-cased, without punctuation.
 *
 * Written from the treebank's conventions and by comparison with the output of the scripts' tokeniser
 * (docs/decisions/0031). Its case and accents count before lower-casing. `cannot` is two tokens, `don't` is `do n't`,
 * a bracket is `-lrb-`, a pound sign `#`.
 *
 * @returns  the tokens of each caption; none for an empty one
 */
export function tokenizeCaptions(captions: readonly string[]): string[][] {
  // The scripts tokenise all captions as one text of a line each, so a rule may look at what follows on the next line.
  const text = captions.map((caption) => caption.replaceAll('\n', ' ')).join('\n');
  const lines: string[][] = captions.slice(0, 1).map(() => []);
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    if (text[at] === '\n') {
      lines.push([]);
      at++;
      continue;
    }
    const [tokens, end] = match(text, at);
    lines.at(-1)!.push(...tokens.map((token) => token.replaceAll('\u00ad', '').toLowerCase()).filter(Boolean));
    at = end;
  }
  return lines;
}

function match(text: string, at: number): [tokens: readonly string[], end: number] {
  for (const { pattern, tokens } of RULES) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return [tokens?.(found) ?? [found], at + found.length];
  }
  return [[], at + 1];
}

const SPACE = /(?:(?!\n)[\s\u200b])*/y;

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  return at + SPACE.exec(text)![0].length;
}
