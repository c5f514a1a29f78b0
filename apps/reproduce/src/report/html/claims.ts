import type { Claim } from '../claims/claims.js';
import { element, escapeHtml } from './markup.js';

const pills: Record<Claim['verdict'], string> = { holds: 'holds', 'holds where tested': 'open', 'does not hold': 'not', 'undecided at this scale': 'open', 'not tested': 'none' };

/** The paper's claims with verdicts and the tests behind them. */
export function claimsSection(claims: readonly Claim[]): string {
  const rule = 'A claim holds if every test is for it, does not hold if one is significantly against it, and is undecided otherwise; where cells of it were not run, it holds where tested. A test’s dot: green for the claim, red against it, ochre neither.';
  return `${element('p', rule, 'class="caption"')}<div class="claims">${claims.map(claimHtml).join('')}</div>`;
}

function claimHtml({ number, text, verdict, tests, method }: Claim): string {
  const items = tests.map(({ what, found, outcome }) => `<li><span class="dot ${outcome}" role="img" aria-label="${outcome}" title="${outcome}"></span><b>${escapeHtml(what)}</b> ${escapeHtml(found)}</li>`);
  const details = tests.length === 0 ? '' : `<ul>${items.join('')}</ul><details><summary>How it is tested</summary>${element('p', method, 'class="caption"')}</details>`;
  return `<div class="claim"><span class="number">${number}</span>${element('p', text)}${element('span', verdict, `class="pill ${pills[verdict]}"`)}${details}</div>`;
}
