/**
 * Prints what every tuning method costs on the paper's models: the table in packages/prefix/README.md.
 *
 * Run from the repository's root:
 *   node --conditions=prefix-tuning-source --import tsx tools/sizes/main.ts
 */
import { sizesTable } from '@prefix-tuning/training';

console.log(sizesTable());
