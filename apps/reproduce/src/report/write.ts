import { join } from 'node:path';
import { writeJson, writeText } from '../sources/files.js';
import { htmlReport } from './html/page.js';
import { markdownReport } from './markdown.js';
import type { Report } from './report.js';

/** Writes a report as a page, as Markdown and as JSON. */
export async function writeReport(report: Report, folder: string): Promise<void> {
  await writeJson(join(folder, 'report.json'), report);
  await writeText(join(folder, 'report.md'), markdownReport(report));
  await writeText(join(folder, 'index.html'), await htmlReport(report));
}
