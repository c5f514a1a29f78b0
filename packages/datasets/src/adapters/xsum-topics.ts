import { DatasetFormatError, show } from '../errors.js';
import type { SplitName } from '../example.js';
import type { DataFolder } from '../io/folder.js';
import { readLines } from '../io/lines.js';

/** What an article's address says about it: `news/world-europe` is of the topic `news`, section `world-europe`. */
export interface Topic {
  readonly topic: string;
  /** Empty where the address has none, as in `news/10138849`. */
  readonly section: string;
}

/** Which articles a split of the paper's section 6.4 holds. */
export type TopicSplit = 'all' | 'news-to-sports' | 'within-news';

/** Sections that within-news trains on; `uk-england-leeds` belongs to `uk`. */
const trainedSections = ['world', 'uk', 'business'] as const;

/**
 * Whether an article belongs to a topic split (Li & Liang 2021, section 6.4).
 *
 * news-to-sports trains (and chooses) on news and tests on sport; within-news trains on world, UK and business news and
 * tests on the other sections of news. News without a section in its address is in neither part of within-news.
 */
export function isInTopicSplit({ topic, section }: Topic, topics: TopicSplit, split: SplitName): boolean {
  if (topics === 'all') return true;
  if (topics === 'news-to-sports') return topic === (split === 'test' ? 'sport' : 'news');
  const trained = trainedSections.some((name) => section === name || section.startsWith(`${name}-`));
  return topic === 'news' && section !== '' && trained === (split !== 'test');
}

const address = /(?:^|\/)(?:https?:\/\/)?(?:www\.|m\.)?bbc\.(?:co\.uk|com)(?::\d+)?\/([^?#]*)/;

/**
 * The topic of a BBC address, in the web archive or not: the path without the article's id.
 *
 * @returns undefined if it is no BBC article's address
 */
export function topicOf(url: string): (Topic & { readonly id: string }) | undefined {
  const path = address.exec(url)?.[1];
  if (path === undefined) return undefined;
  const id = /(\d{5,})\/?$/.exec(path)?.[1];
  if (id === undefined) return undefined;
  const parts = path
    .replace(/-?\d{5,}\/?$/, '')
    .split('/')
    .filter((part) => part !== '' && part !== '0' && part !== 'mobile');
  return { id, topic: parts[0] ?? '', section: parts.slice(1).join('-') };
}

/** The publisher's list of addresses, one a line; its ids are the articles' ids. */
export const urlList = 'XSum-WebArxiveUrls.txt';

/**
 * The topics of all articles in the publisher's list of addresses, by id.
 *
 * @throws DatasetFormatError  if the list is not in the folder, saying what it is and where it comes from
 */
export async function readTopics(folder: DataFolder): Promise<ReadonlyMap<string, Topic>> {
  const file = folder.match(urlList)[0];
  if (!file) {
    throw new DatasetFormatError(
      { file: folder.path },
      `expected ${urlList}, which gives each article's topic, got no such file. ` +
        'It is in the folder XSum-Dataset of https://github.com/EdinburghNLP/XSum; records with a url of their own need it not.',
    );
  }
  const topics = new Map<string, Topic>();
  for await (const { text, number } of readLines(file)) {
    if (text.trim() === '') continue;
    const topic = topicOf(text.trim());
    if (!topic) throw new DatasetFormatError({ file: file.name, line: number }, `expected the address of a BBC article, got ${show(text)}. Remove the line.`);
    topics.set(topic.id, topic);
  }
  return topics;
}
