import anyAscii from 'any-ascii';
import { stripPython } from './whitespace.js';

/** Where Python's Unidecode, which the WebNLG script calls, writes another thing than any-ascii; rare scripts aside. */
const UNIDECODE: Readonly<Record<string, string>> = {
  '¢': 'C/', '£': 'PS', '¤': '$?', '¥': 'Y=', '§': 'SS', '·': '*', '¼': ' 1/4', '½': ' 1/2', '¾': ' 3/4', '×': 'x',
  '—': '--', '⁃': '--', '⅓': ' 1/3 ', '⅔': ' 2/3 ', '℃': 'degC', '℉': 'degF', '№': 'No.', '™': '(tm)', '₪': 'NS', '₽': 'Rb',
  'Β': 'B', 'β': 'b', 'Η': 'E', 'η': 'e', 'ή': 'e', 'Ξ': 'Ks', 'Υ': 'U', 'υ': 'u', 'ύ': 'u', 'Φ': 'Ph', 'φ': 'ph', 'Χ': 'Kh', 'χ': 'kh',
  'Й': 'I', 'й': 'i', 'Ю': 'Iu', 'ю': 'iu', 'Я': 'Ia', 'я': 'ia', 'Ё': 'Io', 'ё': 'io',
};

/**
 * Prepares a text as the WebNLG 2017 evaluation does: ASCII by transliteration, lower-cased, every character that is
 * not a letter, digit or underscore a token of its own. Text that went through it once does not change again.
 */
export function normalizeWebnlg(text: string): string {
  const ascii = Array.from(stripPython(text), (character) => UNIDECODE[character] ?? anyAscii(character)).join('');
  return (ascii.toLowerCase().match(/\w+|[^\w\s]/g) ?? []).join(' ');
}
