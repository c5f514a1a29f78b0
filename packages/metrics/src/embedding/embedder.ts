import { MetricInputError } from '../metric.js';

/** A text as the model reads it, special tokens included. */
export interface TokenizedText {
  /** The tokens as the vocabulary writes them, such as `[CLS] un ##able [SEP]`. */
  readonly tokens: readonly string[];
  readonly ids: readonly number[];
  /** Where the id is that of the tokenizer's class or separator token, whether it was added or stood in the text. */
  readonly special: readonly boolean[];
}

/** A text with the hidden states of its tokens. */
export interface TokenEmbeddings extends TokenizedText {
  readonly width: number;
  /** One matrix per chosen layer, shallowest first: float32 [tokens, width], row-major. */
  readonly layers: readonly Float32Array[];
}

/** What signatures and hashes say of an embedder. */
export interface EmbedderInfo {
  readonly model: string;
  /** Which hidden states `layers` holds, where known: 0 is the embedding layer. */
  readonly layers?: readonly number[];
}

/**
 * Turns texts into hidden states, in the order given; one call is one batch.
 *
 * A plain function will do. With `tokenize` the metrics count inverse document frequencies without running the model.
 */
export interface Embedder {
  (texts: readonly string[]): Promise<readonly TokenEmbeddings[]>;
  readonly tokenize?: (texts: readonly string[]) => Promise<readonly TokenizedText[]>;
  readonly info?: EmbedderInfo;
}

/**
 * Embeds one batch and checks that what came back fits what was asked.
 *
 * @throws MetricInputError  naming the text at fault, with expected and got
 */
export async function embedBatch(embedder: Embedder, texts: readonly string[]): Promise<readonly TokenEmbeddings[]> {
  const items = await embedder(texts);
  if (items.length !== texts.length) {
    throw new MetricInputError(`embedder: expected ${texts.length} items for ${texts.length} texts, got ${items.length}.`);
  }
  items.forEach((item, i) => checkItem(item, texts[i]!));
  return items;
}

function checkItem({ tokens, ids, special, width, layers }: TokenEmbeddings, text: string): void {
  const fail = (what: string) => {
    throw new MetricInputError(`embedder: for ${JSON.stringify(text.slice(0, 40))}: ${what}.`, { details: { text } });
  };
  if (ids.length !== tokens.length || special.length !== tokens.length) {
    fail(`expected as many ids and special flags as tokens (${tokens.length}), got ${ids.length} and ${special.length}`);
  }
  if (layers.length === 0) fail('expected at least one layer, got none');
  layers.forEach((layer, l) => {
    if (layer.length !== tokens.length * width) {
      fail(`expected ${tokens.length} x ${width} values in layer ${l}, got ${layer.length}`);
    }
  });
}
