import { renderTable } from '@prefix-tuning/cli';
import { bleu, chrf, rouge } from '@prefix-tuning/metrics';
import type { Row } from './pairs.js';

/**
 * Scores of outputs against the targets that there are, as a table. Rows with one source are one input with several references.
 *
 * @returns undefined if no row has a target
 */
export function scoresTable(rows: readonly Row[], outputs: readonly string[]): string | undefined {
  const bySource = new Map<string, { hypothesis: string; references: string[] }>();
  rows.forEach(({ source, target }, i) => {
    if (target === undefined) return;
    const known = bySource.get(source);
    if (known) known.references.push(target);
    else bySource.set(source, { hypothesis: outputs[i]!, references: [target] });
  });
  if (bySource.size === 0) return undefined;
  const found = [...bySource.values()];
  const segments = { hypotheses: found.map(({ hypothesis }) => hypothesis), references: found.map(({ references }) => references) };
  const scores = [bleu(segments), chrf(segments), rouge(segments)];
  const inputs = `${found.length} inputs, ${rows.filter(({ target }) => target !== undefined).length} references`;
  const table = renderTable([inputs, 'score'], scores.map(({ metric, score }) => [metric, score.toPrecision(4)]));
  return `${table}\n\n${scores.map(({ metric, signature }) => `${metric}  ${signature}`).join('\n')}`;
}
