import { ConfigError } from '@prefix-tuning/base';
import { splitWords, strip } from '../embedding/strip.js';

/** Turns a text into the ids that a BLEURT checkpoint reads. */
export interface BleurtTokenizer {
  /** The text alone, without special tokens. */
  readonly encode: (text: string) => number[];
  readonly classId: number;
  readonly separatorId: number;
  readonly padId: number;
}

/** Words longer than this become one unknown token; other BERT tokenizers draw the line at 100. */
const LONGEST_WORD = 200;
const CJK = /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
const DROPPED = /[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}]/gu;
const BLANK = /[\t\n\r\p{Zs}]/gu;
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/gu;

/**
 * The tokenizer of BLEURT's BERT checkpoints: Google's FullTokenizer as it stands in the BLEURT repository.
 *
 * @param vocabulary  the contents of vocab.txt: one piece per line
 * @throws ConfigError  if the vocabulary lacks a special token
 */
export function wordPieceTokenizer(vocabulary: string, { lowerCase }: { lowerCase: boolean }): BleurtTokenizer {
  const ids = readVocabulary(vocabulary);
  const idOf = (token: string) => {
    const id = ids.get(token);
    if (id === undefined) throw new ConfigError(`vocabulary: expected the token ${token}, found none.`, { details: { token } });
    return id;
  };
  const unknownId = idOf('[UNK]');
  return {
    encode: (text) => splitText(text, lowerCase).flatMap((word) => splitWord(word, ids) ?? [unknownId]),
    classId: idOf('[CLS]'),
    separatorId: idOf('[SEP]'),
    padId: 0,
  };
}

function readVocabulary(text: string): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const token = strip(line);
    if (!ids.has(token)) ids.set(token, ids.size);
  }
  return ids;
}

/** Cleans a text, and splits it at white space, around CJK characters and around punctuation. */
function splitText(text: string, lowerCase: boolean): string[] {
  const clean = text.replace(DROPPED, '').replace(BLANK, ' ').replace(CJK, ' $& ');
  return splitWords(clean).flatMap((word) => splitWords(plain(word, lowerCase).replace(PUNCTUATION, ' $& ')));
}

function plain(word: string, lowerCase: boolean): string {
  return lowerCase ? word.toLowerCase().normalize('NFD').replace(/\p{Mn}/gu, '') : word;
}

/** The longest pieces from left to right, or undefined if some part of the word is in no piece. */
function splitWord(word: string, ids: ReadonlyMap<string, number>): number[] | undefined {
  const characters = [...word];
  if (characters.length > LONGEST_WORD) return undefined;
  const pieces: number[] = [];
  let start = 0;
  while (start < characters.length) {
    let end = characters.length;
    let id: number | undefined;
    while (end > start && id === undefined) {
      id = ids.get((start > 0 ? '##' : '') + characters.slice(start, end).join(''));
      if (id === undefined) end--;
    }
    if (id === undefined) return undefined;
    pieces.push(id);
    start = end;
  }
  return pieces;
}
