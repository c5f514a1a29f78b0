import type { Rng } from '@prefix-tuning/base';
import { inventArticle } from './articles.js';
import { men, women } from './names.js';
import { between, pick } from './pick.js';
import { inventTableRow } from './tables.js';

/** A report as a newspaper prints it, sometimes with the main point before or after it. */
export function newsReport(rng: Rng): string {
  const { paragraphs, summary } = inventArticle(rng);
  const body = paragraphs.join(' ');
  return pick(rng, [body, `${summary} ${body}`, `${body} ${pick(rng, ['In short:', 'In a word:', 'What matters:'])} ${summary}`]);
}

/** Somebody reads the paper and tells another what is in it. */
export function newsTalk(rng: Rng): string {
  const { paragraphs, summary } = inventArticle(rng);
  const [her, him] = [pick(rng, women), pick(rng, men)];
  return pick(rng, [
    `${her} opened the newspaper and read aloud. ${paragraphs.join(' ')} "So what is it about?" asked ${him}. "${summary}"`,
    `"Is there any news?" asked ${him}. "${summary}" said ${her}, and gave him the page. ${paragraphs.join(' ')}`,
  ]);
}

/** A few facts from lists and tables, said in passing. */
export function tableTalk(rng: Rng): string {
  const rows = Array.from({ length: between(rng, 2, 4) }, () => inventTableRow(rng));
  const facts = rows.map(({ texts }) => rng.sample(texts, Math.min(texts.length, 2)).join(` ${pick(rng, ['In other words:', 'That is to say:', 'Or, as another list has it:'])} `));
  return `${pick(rng, women)} had looked a few things up. ${facts.join(' ')}`;
}
