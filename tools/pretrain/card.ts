import { objectives } from './objectives.js';
import { modelRecipes, POSITIONS, VOCABULARY, type ModelRecipe } from './models.js';

export interface PretrainFacts extends ModelRecipe {
  readonly name: string;
  readonly parameters: number;
  readonly tokensSeen: number;
  readonly corpusTokens: number;
  readonly perplexity: { readonly world: number; readonly general: number; readonly copying: number };
  /** (step, smoothed training loss in nats per token) */
  readonly curve: readonly (readonly [number, number])[];
  /** (step, perplexity of some held-out texts, half of them about the made-up world) */
  readonly heldOutCurve: readonly (readonly [number, number])[];
  /** The processor, and how many threads of it. */
  readonly machine: string;
}

const count = (n: number) => n.toLocaleString('en');

const architecture = { gpt2: 'GPT-2', bart: 'BART' } as const;

const task = {
  gpt2: () => `next-token prediction: half of the documents in blocks of ${POSITIONS} tokens, the other half as texts of up to ${POSITIONS / 2 - 1} tokens after a spoilt copy (30% of the tokens missing, sentences shuffled)`,
  bart: () => 'texts of up to 250 tokens, of which 30% were hidden (spans of Poisson length 3, one mask each) and whose sentences were shuffled; the perplexity is that of the original given such a text',
} as const;

function startOf({ start, layers }: ModelRecipe): string {
  if (!('from' in start)) return 'random weights, but for a few heads that copy from the first step (`tools/pretrain/copying-heads.ts`)';
  const first = modelRecipes[start.from]!;
  const added = layers > first.layers ? ', each of whose layers is followed by a copy that writes nothing at first' : ` (the same command with that name; ${count(first.steps)} steps)`;
  return `${start.from}${added}; what that model read comes on top`;
}

/** The model card that is stored beside the weights. */
export function modelCard(facts: PretrainFacts): string {
  const { name, family, layers, width, heads, parameters, steps, learningRate, warmupSteps, tokensSeen, corpusTokens, perplexity, curve, heldOutCurve, machine } = facts;
  const { batchSize } = objectives[family];
  const shown = (points: PretrainFacts['curve']) => points.filter((_, i) => i % Math.ceil(points.length / 10) === 0 || i === points.length - 1);
  return `# ${name}

A small ${architecture[family]} (${layers} layers${family === 'bart' ? ' in each half' : ''}, width ${width}, ${heads} heads, ${count(VOCABULARY)} tokens of its own byte-level BPE; ${count(parameters)}
parameters, stored in half precision), pretrained from scratch by this project's own trainer so that its experiments run
offline. It knows little of the world and is no use beyond that.

- **Trained on** text about the made-up world of the mini datasets (24 MB, made by \`miniText\` in \`@prefix-tuning/datasets\`:
  half prose, half records - fields and values in many notations, none of them a dataset's - with sentences that say them)
  and general English (8 MB: 19th-century novels, encyclopedia articles, open textbooks, news for learners, US presidential
  speeches, and mixed genres, thinned evenly). ${count(corpusTokens)} tokens in all; one document in 50 held out.
- **Started from** ${startOf(facts)}.
- **Task**: ${task[family]()}.
- **Tokens seen** ${count(tokensSeen)} (${count(steps)} steps of ${batchSize} texts).
- **Held-out perplexity** per token of its own vocabulary: ${perplexity.world.toFixed(2)} on the made-up world, ${perplexity.general.toFixed(1)} on general English;
  ${perplexity.copying.toFixed(1)} on random tokens that stood before (1 for one who copies, 4,096 by chance).
- **Training loss** (nats per token, smoothed): ${shown(curve).map(([step, loss]) => `${loss.toFixed(2)} at ${count(step)}`).join(', ')}.
- **Held-out perplexity on the way** (a few texts, half of them of each kind): ${shown(heldOutCurve).map(([step, perplexity]) => `${perplexity.toFixed(1)} at ${count(step)}`).join(', ')}.
- **Made by** \`node --conditions=prefix-tuning-source --import tsx tools/pretrain/main.ts --model ${name} --steps ${steps} --text FOLDER\`
  (FOLDER: gzipped text files; on ${machine};
  AdamW, peak learning rate ${learningRate}, linear schedule, ${warmupSteps} steps of warm-up, weight decay 0.01, beta2 0.98, no dropout).
- **Licence** Apache-2.0 for the weights. Of the general text, the encyclopedia articles and the news are CC BY-SA, the
  textbooks CC BY; the text itself is not part of this repository.
`;
}
