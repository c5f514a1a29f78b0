export interface PretrainFacts {
  readonly steps: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly parameters: number;
  readonly tokensSeen: number;
  readonly corpusTokens: number;
  readonly perplexity: { readonly world: number; readonly general: number };
  /** (step, smoothed training loss in nats per token) */
  readonly curve: readonly (readonly [number, number])[];
}

const count = (n: number) => n.toLocaleString('en');

/** The model card that is stored beside the weights. */
export function modelCard(facts: PretrainFacts): string {
  const { layers, width, heads, vocabulary, parameters, steps, tokensSeen, corpusTokens, perplexity, curve } = facts;
  return `# mini-gpt2

A small GPT-2 (${layers} layers, width ${width}, ${heads} heads, ${count(vocabulary)} tokens of its own byte-level BPE;
${count(parameters)} parameters, stored in half precision), pretrained from scratch by this project's own trainer so that
its experiments run offline. It knows little of the world and is no use beyond that.

- **Trained on** plain prose about the made-up world of the mini datasets (8 MB, made by \`miniText\` in
  \`@prefix-tuning/datasets\`, none of it in the datasets' table format) and general English (16 MB: 19th-century novels,
  encyclopedia articles, open textbooks, news for learners, US presidential speeches, and mixed genres, thinned evenly).
  ${count(corpusTokens)} tokens in all; one document in 50 held out.
- **Tokens seen** ${count(tokensSeen)} (${count(steps)} steps of 8 blocks of 256 tokens).
- **Held-out perplexity** per token of its own vocabulary: ${perplexity.world.toFixed(2)} on the made-up world, ${perplexity.general.toFixed(1)} on general English.
- **Training loss** (nats per token, smoothed): ${curve.filter((_, i) => i % Math.ceil(curve.length / 10) === 0 || i === curve.length - 1).map(([step, loss]) => `${loss.toFixed(2)} at ${count(step)}`).join(', ')}.
- **Made by** \`node --conditions=prefix-tuning-source --import tsx tools/pretrain/main.ts --text FOLDER --steps ${steps}\`
  (AdamW, peak learning rate 1e-3, linear schedule, 200 steps of warm-up, weight decay 0.01, no dropout).
- **Licence** Apache-2.0 for the weights. Of the general text, the encyclopedia articles and the news are CC BY-SA, the
  textbooks CC BY; the text itself is not part of this repository.
`;
}
