export { bleu, type BleuOptions, type BleuParts } from './bleu/bleu.js';
export { cider, type CiderOptions, type CiderParts } from './cider/cider.js';
export { checkSegments, MetricInputError, type Score, type Segments, type SegmentStatistics } from './metric.js';
export { nist, type NistOptions, type NistParts } from './nist/nist.js';
export type { CocoRougeParts } from './rouge/coco.js';
export { rouge, type RougeOptions } from './rouge/rouge.js';
export { tokenizeCaptions } from './tokenize/ptb/captions.js';
