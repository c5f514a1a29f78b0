import type { ExhibitData, Report } from '../report.js';
import { claimsSection } from './claims.js';
import { costsSection } from './costs.js';
import { figureSection, sideBySide } from './figures.js';
import { element, escapeHtml, section } from './markup.js';
import { aboutSection, runsSection, settingsSection } from './runs.js';
import { style } from './style.js';
import { tableSection } from './tables.js';

/** The report as one page: no script, nothing fetched, readable on a phone, light and dark. */
export async function htmlReport(report: Report): Promise<string> {
  const exhibits = await Promise.all(report.exhibits.map(async (exhibit) => ({ id: exhibit.id, title: exhibit.title, content: await exhibitHtml(exhibit) })));
  const sections: { id: string; title: string; nav?: string; content: string }[] = [
    ...(report.claims.length > 0 ? [{ id: 'claims', title: 'The paper’s claims', nav: 'Claims', content: claimsSection(report.claims) }] : []),
    ...exhibits,
    ...(report.outputs.length > 0 ? [{ id: 'outputs', title: 'What the models write', nav: 'Outputs', content: report.outputs.map(sideBySide).join('') }] : []),
    ...(report.costs.length > 0 ? [{ id: 'costs', title: 'What the methods cost', nav: 'Costs', content: costsSection(report) }] : []),
    { id: 'settings', title: 'Table 5. Settings', content: settingsSection(report) },
    { id: 'runs', title: 'Runs', content: await runsSection(report) },
    { id: 'about', title: 'How this was made', nav: 'Made', content: aboutSection(report) },
  ];
  const title = report.own ? `Prefix-tuning on ${report.own}` : 'Prefix-Tuning, reproduced';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${style}</style></head><body>
<header class="top">${element('h1', title)}
${element('p', `${report.own ? 'Methods' : 'Tables and figures'} of ${report.source}.`, 'class="soft"')}
${element('p', report.scale, 'class="scale"')}</header>
<nav aria-label="Sections"><div>${sections.map(({ id, title: name, nav }) => `<a href="#${id}">${escapeHtml(nav ?? name.replace(/\. .*/, ''))}</a>`).join('')}</div></nav>
<main>${sections.map(({ id, title: name, content }) => section(id, name, content)).join('\n')}
<footer>The same as <a href="report.md">Markdown</a> and <a href="report.json">JSON</a>.</footer></main>
</body></html>
`;
}

function exhibitHtml(exhibit: ExhibitData): string | Promise<string> {
  if (exhibit.kind === 'table') return tableSection(exhibit);
  if (exhibit.kind === 'figure') return figureSection(exhibit);
  return `${element('p', exhibit.caption, 'class="caption"')}${exhibit.items.map(sideBySide).join('')}`;
}
