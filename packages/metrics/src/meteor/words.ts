export const FUNCTION_WORDS: readonly string[] = [];
export const NONBREAKING_WORDS: Readonly<Record<string, 'always' | 'number'>> = {};
