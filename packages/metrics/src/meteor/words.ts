/** English words that make up more than a thousandth of running text; see tools/goldens/meteor-function-words.ts. */
export const FUNCTION_WORDS: readonly string[] = [
  'the', ',', '.', 'of', 'and', 'to', 'a', 'in', 'that', '"', 'is', 'for', 'we', 'it', 'i', 'our', 'are', 'with', 'be', 'on', 'have', 'as',
  'this', 'will', "'s", 'by', 'but', 'not', 'you', 'was', 'from', 'they', 'he', 'at', 'has', 'people', ':', '-', 'all', 'their', 'more',
  'an', 'can', 'said', 'or', 'which', 'who', 'one', 'his', "'", ')', '(', 'there', 'us', 'new', 'so', 'its', 'world', 'been', 'if', 'my',
  'than', ';', 'when', 'about', 'were', 'do', 'now', 'no', 'what', 'would', 'had', 'other', 'must', 'time', "'t", 'them', 'these', 'up',
  'years', '?', 'year', 'also', 'government', 'she', 'out', 'only', 'your', 'just', 'some', 'many', 'most', 'me', 'first', 'should',
  'make', 'work', 'those', 'like', 'because', 'into', 'her', 'america',
];

/** Abbreviations that a capitalised word or a name often follows, and that a dot belongs to; `No.` only before a number. */
export const NONBREAKING_WORDS: Readonly<Record<string, 'always' | 'number'>> = Object.fromEntries([
  ...[...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((initial) => [initial, 'always'] as const),
  ...['Adm', 'Capt', 'Cmdr', 'Col', 'Corp', 'Dr', 'Drs', 'Gen', 'Gov', 'Hon', 'Lt', 'Maj', 'Messrs', 'Mr', 'Mrs', 'Ms', 'Prof', 'Rep', 'Reps', 'Rev', 'Sen', 'Sens', 'Sgt', 'Sr', 'St', 'Supt'].map((title) => [title, 'always'] as const),
  ...['v', 'vs'].map((word) => [word, 'always'] as const),
  ...['No', 'Art', 'pp'].map((word) => [word, 'number'] as const),
]);
