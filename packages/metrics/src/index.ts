export { checkSegments, MetricInputError, type Score, type Segments, type SegmentStatistics } from './metric.js';
