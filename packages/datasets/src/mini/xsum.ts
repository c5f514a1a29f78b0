import { createRng } from '@prefix-tuning/base';
import type { MiniOptions } from '../define.js';
import { splitNames } from '../example.js';
import { inventArticle, type Article } from './articles.js';

/** XSum's files about the made-up world: the hub's JSON lines, the publisher's ids of each split, and the list of addresses. */
export function xsumMini({ seed, sizes }: MiniOptions): Record<string, string> {
  const rng = createRng(seed).fork('xsum');
  const seen = new Set<string>();
  let id = 30000000;
  const [train, dev, test] = splitNames.map((split) => {
    const articles: (Article & { id: string })[] = [];
    for (let attempt = 0; articles.length < sizes[split]; attempt++) {
      const article = inventArticle(rng.fork(`${split} ${attempt}`));
      const key = article.paragraphs[0]!;
      if (!seen.has(key)) articles.push({ ...article, id: String(++id) });
      seen.add(key);
    }
    return articles;
  });
  const ids = (articles: typeof train) => articles!.map((article) => article.id);
  return {
    'train.jsonl': toLines(train!),
    'validation.jsonl': toLines(dev!),
    'test.jsonl': toLines(test!),
    'XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json': `${JSON.stringify({ test: ids(test), train: ids(train), validation: ids(dev) })}\n`,
    'XSum-WebArxiveUrls.txt': [...train!, ...dev!, ...test!].map((article) => `${addressOf(article)}\n`).join(''),
  };
}

type WithId = Article & { readonly id: string };

function toLines(articles: readonly WithId[]): string {
  return articles.map(({ paragraphs, summary, id }) => `${JSON.stringify({ document: paragraphs.join('\n'), summary, id })}\n`).join('');
}

/** BBC puts the id behind the section of news, and behind a slash in sport. */
function addressOf({ path, id }: WithId): string {
  const address = path.startsWith('sport/') ? `${path}/${id}` : `${path}-${id}`;
  return `http://web.archive.org/web/2017${id.slice(-8)}00/http://www.bbc.co.uk/${address}`;
}
