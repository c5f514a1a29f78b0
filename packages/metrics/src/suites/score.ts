import { checkFields, type FieldsOf } from '@prefix-tuning/base';
import type { MeteorParts } from '../meteor/meteor.js';
import { checkChoice, checkSegments, MetricInputError, type Score } from '../metric.js';
import type { SuiteCell, SuiteColumn, SuiteInput, SuiteName, SuiteResources, SuiteResult } from './suite.js';
import { suites } from './table.js';

const fields: FieldsOf<SuiteInput> = { hypotheses: true, references: true, subsets: true };
const resourceFields: FieldsOf<SuiteResources> = { meteor: true, bertScore: true, moverScore: true, bleurt: true };

/**
 * Scores a system's outputs as the paper's table for one dataset does: the same columns in the same order and unit.
 *
 * A column that needs what `resources` lacks says so in place of a score.
 *
 * @throws MetricInputError  if there is no such suite, or the segments do not fit together
 * @throws ConfigError  for a field of input or resources that does not exist
 */
export async function scoreSuite(name: SuiteName, input: SuiteInput, resources: SuiteResources = {}): Promise<SuiteResult> {
  if (!Object.hasOwn(suites, name)) {
    throw new MetricInputError(`scoreSuite: expected one of ${Object.keys(suites).join(', ')}, got ${name}.`, { details: { name } });
  }
  checkSegments(`suite ${name}`, input);
  checkFields(`suite ${name}`, input, Object.keys(fields));
  checkFields(`suite ${name} resources`, resources, Object.keys(resourceFields));
  checkSubsets(name, input);
  const prepared = suites[name].prepare(input);
  const columns: SuiteCell[] = [];
  for (const column of suites[name].columns) {
    const result = await column.score(prepared, resources);
    columns.push('missing' in result ? { name: column.name, missing: result.missing } : cellOf(column, result));
  }
  return { suite: name, segments: input.hypotheses.length, columns };
}

function checkSubsets(name: SuiteName, { hypotheses, subsets }: SuiteInput): void {
  if (subsets === undefined) return;
  if (subsets.length !== hypotheses.length) {
    throw new MetricInputError(`suite ${name}: expected as many subsets as hypotheses (${hypotheses.length}), got ${subsets.length}.`, {
      details: { hypotheses: hypotheses.length, subsets: subsets.length },
    });
  }
  for (const [segment, subset] of subsets.entries()) {
    checkChoice(`suite ${name}`, { [`subset of segment ${segment}`]: subset }, ['seen', 'unseen']);
  }
}

function cellOf({ name, scale, digits }: SuiteColumn, score: Score<unknown>): SuiteCell {
  const value = score.score * scale;
  const missing = score.metric === 'METEOR' ? (score.parts as MeteorParts).missingStages : [];
  const cell = { name, score, value, text: value.toFixed(digits) };
  return missing.length === 0 ? cell : { ...cell, note: `without ${missing.join(' and ')} matches: not METEOR 1.5's full score` };
}
