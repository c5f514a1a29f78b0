import { formatDuration, renderTable, type ProgressView } from '@prefix-tuning/cli';
import { evaluator, keptParameters, tokenLimit, type Evaluation, type RunEndEvent } from '@prefix-tuning/training';
import { encoderOf } from './encode.js';
import { batches, type Task } from './task.js';
import { untuned } from './tuned.js';
import { writerOf } from './writer.js';

/** What the run came to, beside the model as it was. */
export async function report(task: Task, { parameters, result, seconds }: RunEndEvent, view: ProgressView): Promise<string> {
  const { options, model, tuning } = task;
  const plain = { ...task, tuning: untuned(model) };
  const [before, after] = [await lossOf(plain, {}), await lossOf(task, parameters)];
  const kept = keptParameters(options.method, model, tuning.settings);
  const whole = Object.values(model.parameters).reduce((sum, { size }) => sum + size, 0);
  const table = renderTable(['', 'before', 'after'], [
    ['loss per token, held-out pairs', before.loss.toFixed(3), after.loss.toFixed(3)],
    ['perplexity', before.perplexity.toFixed(1), after.perplexity.toFixed(1)],
  ]);
  const best = result.best ? `, the best look after ${result.best.step}` : '';
  const facts = `${result.steps} steps in ${formatDuration(seconds)}${best}; ${kept.toLocaleString('en')} numbers kept, ${((100 * kept) / whole).toFixed(2)}% of the model's.${overlapOf(task)}`;
  const examples = [...new Map(task.dev.map((pair) => [pair.source, pair])).values()].slice(0, 3);
  const sources = examples.map(({ source }) => source);
  const settings = { runtime: task.runtime, maxNewTokens: newTokens(task, sources), maxSource: options.maxSource, onProgress: view.report };
  const plainTexts = await writerOf(model, plain.tuning, {}, settings)(sources);
  const texts = await writerOf(model, tuning, parameters, settings)(sources);
  const outputs = examples.map(({ source, target }, i) => `source  ${source}\nbefore  ${plainTexts[i]}\nafter   ${texts[i]}\ntarget  ${target}\n`);
  return `${table}\n\n${facts}\n\n${outputs.join('\n')}\nWrite with it: prefix-tuning write --tuned ${options.out} --text "..."\n`;
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
  const evaluate = evaluator(task.model, task.tuning, { batches: batches(task.dev, task), runtime: task.runtime });
  try {
    return await evaluate(parameters);
  } finally {
    await evaluate.dispose();
  }
}
