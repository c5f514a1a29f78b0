export { bleu, type BleuOptions, type BleuParts } from './bleu/bleu.js';
export { checkSegments, MetricInputError, type Score, type Segments, type SegmentStatistics } from './metric.js';
export { nist, type NistOptions, type NistParts } from './nist/nist.js';
