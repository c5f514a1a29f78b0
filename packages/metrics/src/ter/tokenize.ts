import { splitPython, stripEndPython, trimJava } from '../tokenize/whitespace.js';

export interface TercomTokens {
  /** Default false: texts are lower-cased. */
  readonly caseSensitive?: boolean;
  /** Unescapes entities and splits punctuation off (tercom's option `-N`). Default false. */
  readonly normalized?: boolean;
  /** Removes `. , ? : ; ! " ( )` (tercom's option `-P`). Default false. */
  readonly noPunct?: boolean;
}

/**
 * Words as tercom 0.7.25 sees them.
 *
 * As in tercom, a text that begins with removed punctuation and a space begins with an empty word.
 *
 * @returns `empty` is true where tercom treats the text as having no words, before anything is removed from it
 */
export function tokenizeTercom(text: string, { caseSensitive = false, normalized = false, noPunct = false }: TercomTokens) {
  let line = trimJava(text);
  if (!caseSensitive) line = line.toLowerCase();
  const empty = line === '';
  if (normalized) line = normalizeWestern(line.replaceAll('<skipped>', '')).replace(/[\t-\r ]+/g, ' ').replace(/^ | $/g, '');
  if (noPunct) line = line.replace(PUNCTUATION, '').replace(/[\t-\r ]+/g, ' ');
  return { words: splitJava(line), empty };
}

export interface SacrebleuTokens extends TercomTokens {
  /** Also splits or removes Asian characters and punctuation, where `normalized` or `noPunct` is set. Default false. */
  readonly asianSupport?: boolean;
}

/** Words as sacrebleu's `TercomTokenizer` sees them. */
export function tokenizeSacrebleuTer(text: string, options: SacrebleuTokens): string[] {
  let line = stripEndPython(text);
  if (!options.caseSensitive) line = line.toLowerCase();
  if (options.normalized) line = normalizeWestern(line.replaceAll('\n-', ''));
  if (options.normalized && options.asianSupport) line = splitAsian(line);
  if (options.noPunct) line = line.replace(PUNCTUATION, '');
  if (options.noPunct && options.asianSupport) line = line.replace(ASIAN_PUNCTUATION, '');
  return splitPython(line);
}

/** Java's `split("\\s+")`: keeps an empty first part, drops empty last parts; an empty text is one empty part. */
function splitJava(text: string): string[] {
  if (text === '') return [''];
  const parts = text.split(/[\t-\r ]+/);
  while (parts.at(-1) === '') parts.pop();
  return parts;
}

const PUNCTUATION = /[.,?:;!"()]/g;

/** The western part of the tokenisation of mteval v11. */
function normalizeWestern(text: string): string {
  const plain = text
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return ` ${plain} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replaceAll("'s ", " 's ")
    .replace(/'s$/, " 's")
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])-/g, '$1 - ');
}

const ASIAN_PUNCTUATION = /[\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09]/g;
/** Ideographs, strokes, radicals and compatibility forms; sacrebleu's last range runs on to U+3F22. */
const IDEOGRAPHS = [
  /[\u4e00-\u9fff\u3400-\u4dbf]/g,
  /[\u31c0-\u31ef\u2e80-\u2eff]/g,
  /[\u3300-\u33ff\uf900-\ufaff\ufe30-\ufe4f]/g,
  /[\u3200-\u3f22]/g,
];
/** Only a text that is one run of kana, or two at its very start, is split: so sacrebleu's patterns say. */
const KANA = [
  /(^|^[\u3040-\u309f])([\u3040-\u309f]+)(?=$|^[\u3040-\u309f])/g,
  /(^|^[\u30a0-\u30ff])([\u30a0-\u30ff]+)(?=$|^[\u30a0-\u30ff])/g,
  /(^|^[\u31f0-\u31ff])([\u31f0-\u31ff]+)(?=$|^[\u31f0-\u31ff])/g,
];

function splitAsian(text: string): string {
  let line = text;
  for (const pattern of IDEOGRAPHS) line = line.replace(pattern, ' $& ');
  for (const pattern of KANA) line = line.replace(pattern, '$1 $2 ');
  return line.replace(ASIAN_PUNCTUATION, ' $& ');
}
