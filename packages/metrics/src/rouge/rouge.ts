import type { Score, Segments } from '../metric.js';
import { cocoRougeL, type CocoRougeOptions, type CocoRougeParts } from './coco.js';

export type RougeOptions = { readonly style: 'coco'; readonly type?: 'L' } & CocoRougeOptions;

/** ROUGE (Lin 2004) as one of its reference implementations computes it; see each of them. */
export function rouge(options: Segments & RougeOptions): Score<CocoRougeParts> {
  return cocoRougeL(options);
}
