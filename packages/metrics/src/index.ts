export { bleu, type BleuOptions, type BleuParts } from './bleu/bleu.js';
export { cider, type CiderOptions, type CiderParts } from './cider/cider.js';
export { checkSegments, MetricInputError, type Score, type Segments, type SegmentStatistics } from './metric.js';
export { nist, type NistOptions, type NistParts } from './nist/nist.js';
export { parseWordnetExceptions } from './rouge/perl.js';
export { rouge, type RougeOptions, type RougeParts } from './rouge/rouge.js';
export type { RougeType } from './rouge/style.js';
export { tokenizeCaptions } from './tokenize/ptb/captions.js';
