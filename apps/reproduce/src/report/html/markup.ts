const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it may stand in a page, attributes included. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]!);

/** An element with escaped text. */
export const element = (tag: string, text: string, attributes = ''): string => `<${tag}${attributes && ` ${attributes}`}>${escapeHtml(text)}</${tag}>`;

/** Where the page has a run's files and command. */
export const runAnchor = (id: string): string => `run-${encodeURIComponent(id)}`;

/** What a table or a figure lacks, with the reasons. */
export const withoutValue = (reasons: readonly string[]): string =>
  reasons.length === 0 ? '' : `<div class="caption">Without a value:<ul>${reasons.map((reason) => element('li', reason)).join('')}</ul></div>`;

/** A table of plain texts. */
export function plainTable(header: readonly string[], rows: readonly (readonly string[])[], className = ''): string {
  const line = (cells: readonly string[], tag: string) => `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table class="${className}"><thead>${line(header.map(escapeHtml), 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table></div>`;
}

export const section = (id: string, title: string, content: string): string => `<section id="${id}"><h2>${escapeHtml(title)}</h2>${content}</section>`;
