import type { Example } from '@prefix-tuning/datasets';
import { methodRows } from '../recipe/rows.js';
import type { Task } from '../recipe/tasks.js';
import type { CellFinding } from './findings.js';

/** One input with what systems wrote for it. */
export interface SideBySide {
  readonly title: string;
  readonly source: string;
  readonly outputs: readonly { readonly name: string; readonly text: string }[];
  readonly reference: string;
}

/** The categories of the paper's Table 6, in its order: six unseen, two seen. */
const categories = ['Athlete', 'Transportation', 'Politician', 'Politician', 'Artist', 'Artist', 'ComicsCharacter', 'City'];

/** Table 6: the paper's choice of categories as far as the test set has them, filled up with others. */
export function webnlgExamples(findings: readonly CellFinding[], examples: readonly Example[]): SideBySide[] {
  const chosen: number[] = [];
  const take = (fits: (example: Example) => boolean) => {
    const found = examples.findIndex((example, i) => !chosen.includes(i) && fits(example));
    if (found >= 0) chosen.push(found);
  };
  for (const name of categories) take(({ labels }) => labels.category?.endsWith(name) ?? false);
  while (chosen.length < Math.min(categories.length, examples.length)) take(() => true);
  return chosen.map((i) => {
    const { category = '', seen } = examples[i]!.labels;
    return sideBySide(`${category}${seen ? `, ${seen === 'yes' ? 'seen' : 'unseen'}` : ''}`, examples[i]!, outputsAt(findings, i, ({ cell }) => (cell.row === 'fine-tune' ? 'Fine-tune' : 'Prefix')));
  });
}

/** Figure 3, left: one table, verbalised by both methods at each size. */
export function lowDataExample(findings: readonly CellFinding[], examples: readonly Example[]): SideBySide | undefined {
  const eagle = examples.findIndex(({ source }) => source.includes('The Eagle'));
  const i = Math.max(0, eagle);
  const sorted = [...findings].sort((a, b) => (a.cell.row === b.cell.row ? a.cell.examples! - b.cell.examples! : a.cell.row === 'fine-tune' ? 1 : -1));
  const outputs = outputsAt(sorted, i, ({ cell }) => `${cell.row === 'fine-tune' ? 'Fine-tune' : 'Prefix'}, ${cell.examples}`);
  return examples[i] && outputs.length > 0 ? sideBySide('One table, by number of training examples', examples[i], outputs) : undefined;
}

/** The headline task of a report without Table 6: a few inputs, evenly spread. */
export function spreadExamples(findings: readonly CellFinding[], { task, examples, count = 5 }: { task: Task; examples: readonly Example[]; count?: number }): SideBySide[] {
  const chosen = Array.from({ length: Math.min(count, examples.length) }, (_, i) => Math.floor((i * examples.length) / count));
  return chosen.map((i) => sideBySide(task.title, examples[i]!, outputsAt(findings, i, ({ cell }) => methodRows[cell.row].title)));
}

/** The first run's output of each finding that has one. */
function outputsAt(findings: readonly CellFinding[], i: number, nameOf: (finding: CellFinding) => string): SideBySide['outputs'] {
  return findings.flatMap((finding) => {
    const text = finding.runs[0]?.result?.outputs[i];
    return text === undefined ? [] : [{ name: nameOf(finding), text }];
  });
}

const sideBySide = (title: string, { source, targets }: Example, outputs: SideBySide['outputs']): SideBySide => ({ title, source, outputs, reference: targets[0] ?? '' });
