import { MetricInputError } from '../metric.js';

/** The hidden state that bert-score 0.3.13 takes of a model: the one that agreed best with people on WMT16. */
const LAYERS: Readonly<Record<string, number>> = {
  'albert-base-v2': 9,
  'albert-large-v2': 14,
  'albert-xlarge-v2': 13,
  'albert-xxlarge-v2': 8,
  'allenai/scibert_scivocab_uncased': 8,
  'bert-base-cased-finetuned-mrpc': 9,
  'bert-base-chinese': 8,
  'bert-base-multilingual-cased': 9,
  'bert-base-uncased': 9,
  'bert-large-uncased': 18,
  'dbmdz/bert-base-turkish-cased': 10,
  'distilbert-base-multilingual-cased': 5,
  'distilbert-base-uncased': 5,
  'distilroberta-base': 5,
  'facebook/bart-base': 6,
  'facebook/bart-large': 10,
  'facebook/bart-large-mnli': 11,
  'google/electra-base-discriminator': 9,
  'google/electra-large-discriminator': 14,
  'microsoft/deberta-base': 9,
  'microsoft/deberta-base-mnli': 9,
  'microsoft/deberta-large': 16,
  'microsoft/deberta-large-mnli': 18,
  'microsoft/deberta-v3-base': 9,
  'microsoft/deberta-v3-large': 12,
  'microsoft/deberta-v3-small': 4,
  'microsoft/deberta-xlarge-mnli': 40,
  'microsoft/mdeberta-v3-base': 10,
  'microsoft/mpnet-base': 8,
  'roberta-base': 10,
  'roberta-large': 17,
  'roberta-large-mnli': 19,
  't5-base': 11,
  't5-large': 23,
  't5-small': 6,
  'xlm-roberta-base': 9,
  'xlm-roberta-large': 17,
};

/** The model that bert-score takes for a language; other languages get bert-base-multilingual-cased. */
const MODELS: Readonly<Record<string, string>> = {
  en: 'roberta-large',
  'en-sci': 'allenai/scibert_scivocab_uncased',
  tr: 'dbmdz/bert-base-turkish-cased',
  zh: 'bert-base-chinese',
};

/** The model that bert-score takes by default for a language, by its code, such as `en`. */
export function bertScoreModel(language: string): string {
  return MODELS[language.toLowerCase()] ?? 'bert-base-multilingual-cased';
}

/**
 * The layer that bert-score takes by default of a model; 0 is the embedding layer.
 *
 * @throws MetricInputError  if bert-score's table has no row for the model, or this copy of it lacks the row
 */
export function bertScoreLayer(model: string): number {
  const layer = LAYERS[model];
  if (layer === undefined) {
    throw new MetricInputError(
      `BERTScore: expected a model with a known layer (${Object.keys(LAYERS).join(', ')}), got ${model}. Choose the layer yourself.`,
      { details: { model } },
    );
  }
  return layer;
}
