import { formatDuration, renderTable, type ProgressView } from '@prefix-tuning/cli';
import { evaluator, keptParameters, tokenLimit, type Evaluation, type RunEndEvent } from '@prefix-tuning/training';
import { join } from 'node:path';
import { encoderOf } from './encode.js';
import { writePage } from './page.js';
import { batches, type Task } from './task.js';
import { untuned } from './tuned.js';
import { writerOf } from './writer.js';

/** What a run came to. */
export interface Summary {
  readonly title: string;
  readonly facts: string;
  /** Name, before, after. */
  readonly figures: readonly (readonly [string, string, string])[];
  readonly samples: readonly Sample[];
}

/** One held-out source as the model wrote it before and writes it now. */
export interface Sample {
  readonly source: string;
  readonly before: string;
  readonly after: string;
  readonly target: string;
}

/** Looks at what the run came to, beside the model as it was; prints it, and writes it as a page. */
export async function report(task: Task, ended: RunEndEvent, view: ProgressView): Promise<string> {
  const { out } = task.options;
  const summary = await summaryOf(task, ended, view);
  await writePage(out, summary);
  const outputs = summary.samples.map((sample) => Object.entries(sample).map(([name, text]) => `${name.padEnd(6)}  ${text}\n`).join(''));
  return `${renderTable(['', 'before', 'after'], summary.figures)}\n\n${summary.facts}\n\n${outputs.join('\n')}\nThe curve: ${join(out, 'report.html')}\nWrite with it: prefix-tuning write --tuned ${out} --text "..."\n`;
}

async function summaryOf(task: Task, { parameters, result, seconds }: RunEndEvent, view: ProgressView): Promise<Summary> {
  const { options, model, tuning } = task;
  const plain = { ...task, tuning: untuned(model) };
  const [before, after] = [await lossOf(plain, {}), await lossOf(task, parameters)];
  const kept = keptParameters(options.method, model, tuning.settings);
  const whole = Object.values(model.parameters).reduce((sum, { size }) => sum + size, 0);
  const best = result.best ? `, the best look after ${result.best.step}` : '';
  const facts = `${result.steps} steps in ${formatDuration(seconds)}${best}; ${kept.toLocaleString('en')} numbers kept, ${((100 * kept) / whole).toFixed(2)}% of the model's.${overlapOf(task)}`;
  const examples = [...new Map(task.dev.map((pair) => [pair.source, pair])).values()].slice(0, 3);
  const sources = examples.map(({ source }) => source);
  const settings = { runtime: task.runtime, maxNewTokens: newTokens(task, sources), maxSource: options.maxSource, onProgress: view.report };
  const plainTexts = await writerOf(model, plain.tuning, {}, settings)(sources);
  const texts = await writerOf(model, tuning, parameters, settings)(sources);
  return {
    title: `${options.method} on ${options.model}`,
    facts,
    figures: [
      ['loss per token, held-out pairs', before.loss.toFixed(3), after.loss.toFixed(3)],
      ['perplexity', before.perplexity.toFixed(1), after.perplexity.toFixed(1)],
    ],
    samples: examples.map(({ source, target }, i) => ({ source, before: plainTexts[i]!, after: texts[i]!, target })),
  };
}

/** As many as show what is learned, and fewer after sources that leave less room: a finished training must not fail here. */
function newTokens({ model, tuning, options }: Task, sources: readonly string[]): number {
  if (model.family.encoder) return 60;
  const { prompt } = encoderOf(model, options.maxSource);
  return Math.min(60, tokenLimit(model, tuning) - Math.max(...sources.map((source) => prompt(source).length)));
}

/** A note if held-out pairs are no new ones. */
function overlapOf({ train, dev }: Task): string {
  const known = new Set(train.map(({ source }) => source));
  const seen = dev.filter(({ source }) => known.has(source)).length;
  return seen === 0 ? '' : `\n${seen} of the ${dev.length} held-out pairs have a source that was trained on: on new ones the loss is higher.`;
}

async function lossOf(task: Task, parameters: RunEndEvent['parameters']): Promise<Evaluation> {
  const evaluate = evaluator(task.model, task.tuning, { batches: batches(task.dev, task), passes: 1, runtime: task.runtime });
  try {
    return await evaluate(parameters);
  } finally {
    await evaluate.dispose();
  }
}
