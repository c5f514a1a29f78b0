import { ConfigError } from '@prefix-tuning/base';

/** Reads fields of a config.json, with an error that names the field when one has the wrong form. */
export interface Fields {
  integer(name: string, fallback?: number): number;
  number(name: string, fallback?: number): number;
  /** A probability in [0, 1). */
  share(name: string, fallback: number): number;
  boolean(name: string, fallback: boolean): boolean;
  /** Refuses an output layer that is not the token embedding, for families whose is. */
  tiedEmbeddings(): void;
  /** A string that is a key of the table. */
  choice<T extends string>(name: string, choices: readonly T[], fallback?: T): T;
}

/** The cure where the file says what another model is. */
const another = 'Choose another checkpoint.';

export function fields(raw: Readonly<Record<string, unknown>>, file: string): Fields {
  const fail = (name: string, expected: string, cure = 'Correct the file or get it again.'): never => {
    throw new ConfigError(`${file}: ${name}: expected ${expected}, got ${JSON.stringify(raw[name])}. ${cure}`, {
      details: { file, field: name, value: raw[name] },
    });
  };
  const number = (name: string, fallback?: number): number => {
    const value = raw[name] ?? fallback;
    return typeof value === 'number' && Number.isFinite(value) ? value : fail(name, 'a number');
  };
  return {
    number,
    integer: (name, fallback) => {
      const value = number(name, fallback);
      return Number.isInteger(value) && value > 0 ? value : fail(name, 'a positive integer');
    },
    share: (name, fallback) => {
      const value = number(name, fallback);
      return value >= 0 && value < 1 ? value : fail(name, 'a number of at least 0 and below 1');
    },
    boolean: (name, fallback) => {
      const value = raw[name] ?? fallback;
      return typeof value === 'boolean' ? value : fail(name, 'true or false');
    },
    tiedEmbeddings: () => {
      if ((raw['tie_word_embeddings'] ?? true) !== true) fail('tie_word_embeddings', 'true, as the output layer is the token embedding here', another);
    },
    choice: (name, choices, fallback) => {
      const value = raw[name] ?? fallback;
      return choices.find((choice) => choice === value) ?? fail(name, `one of ${choices.join(', ')}`, another);
    },
  };
}
