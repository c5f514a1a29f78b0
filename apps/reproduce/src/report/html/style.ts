/** The page's style: no file, no font and no script is fetched; light and dark follow the reader's system. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: #1b1e24; --soft: #667080; --ground: #fdfdfc; --card: #ffffff; --line: #e3e6ea; --tint: #f3f5f7;
  --series-1: #2f5fd0; --series-2: #d9702a; --series-3: #2f9e6e; --series-4: #b0439b; --series-5: #b3892a;
  --good: #1c7c4f; --bad: #b93a32; --open: #8a6a16; --good-tint: #e5f4ec; --bad-tint: #fbeae8; --open-tint: #f8f1dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e7e9ec; --soft: #98a1ad; --ground: #14161a; --card: #1a1d22; --line: #2e333b; --tint: #20242a;
    --series-1: #7ea2ff; --series-2: #f2995a; --series-3: #5fc79b; --series-4: #e58ad4; --series-5: #d9b35c;
    --good: #6fd3a2; --bad: #f08a82; --open: #dfbf66; --good-tint: #173026; --bad-tint: #3a201f; --open-tint: #332b14;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink); background: var(--ground); }
main, header.top { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header.top { padding-top: 2.75rem; }
h1 { font-size: clamp(1.6rem, 4.5vw, 2.3rem); line-height: 1.15; letter-spacing: -.02em; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.35rem; line-height: 1.25; letter-spacing: -.01em; margin: 0 0 .35rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
p { max-width: 46rem; margin: .4rem 0 .9rem; }
section { padding: 2.25rem 0 .5rem; }
section + section { border-top: 1px solid var(--line); margin-top: 2.25rem; }
.soft, figcaption, .caption { color: var(--soft); }
.caption { font-size: .92rem; }
a { color: var(--series-1); text-underline-offset: .18em; text-decoration-thickness: 1px; }
nav { position: sticky; top: 0; z-index: 2; background: color-mix(in srgb, var(--ground) 92%, transparent); backdrop-filter: blur(8px); border-bottom: 1px solid var(--line); margin-top: 1.5rem; }
nav div { max-width: 72rem; margin: 0 auto; padding: .55rem 1.25rem; display: flex; gap: 1.1rem; overflow-x: auto; white-space: nowrap; font-size: .9rem; scrollbar-width: none; }
nav a { color: var(--soft); text-decoration: none; } nav a:hover { color: var(--ink); }
.scale { border-left: 3px solid var(--open); background: var(--open-tint); padding: .7rem 1rem; border-radius: 0 6px 6px 0; max-width: 46rem; margin: 1.1rem 0; }
.wide { overflow-x: auto; margin: 0 -1.25rem; padding: 0 1.25rem; }
table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; width: 100%; font-size: .94rem; }
th { font-weight: 600; text-align: right; vertical-align: bottom; padding: .45rem .65rem; border-bottom: 1.5px solid var(--ink); line-height: 1.3; }
td { text-align: right; vertical-align: top; padding: .5rem .65rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
tr.group span { position: sticky; left: 0; } tr.group td { padding-top: 1.1rem; font-size: .82rem; color: var(--soft); text-transform: uppercase; letter-spacing: .06em; border-bottom-color: transparent; }
.value { font-size: 1.05rem; } .mark { font-size: .72em; margin-left: .2em; } .better { color: var(--good); } .worse { color: var(--bad); }
.interval, .published { display: block; font-size: .78rem; line-height: 1.35; color: var(--soft); }
.published { font-style: italic; }
.none { color: var(--soft); }
td > a[href^="#"] { color: inherit; text-decoration-color: var(--line); } td > a[href^="#"]:hover { text-decoration-color: currentColor; }
.left td, .left th { text-align: left; } .ends-in-code td { white-space: normal; } .ends-in-code td:first-child { min-width: 13rem; } .files { display: block; min-width: 9rem; } .ends-in-code td:last-child { min-width: 18rem; } .names td:nth-child(2), .names th:nth-child(2) { text-align: left; }
.failures { border-left: 3px solid var(--bad); background: var(--bad-tint); padding: .7rem 1rem; border-radius: 0 6px 6px 0; font-size: .92rem; overflow-wrap: anywhere; }
.caption ul, .failures ul { margin: .2rem 0; padding-left: 1.1rem; }
tr:has(:target) td { background: var(--open-tint); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem 2rem; margin: 1rem 0; }
figure { margin: 0; min-width: 0; } figure svg { width: 100%; height: auto; overflow: visible; }
figcaption { font-size: .88rem; margin-bottom: .3rem; } figcaption b { color: var(--ink); font-weight: 600; }
svg text { font-family: inherit; }
blockquote { margin: .6rem 0 1rem; padding: .1rem 0 .1rem 1rem; border-left: 3px solid var(--line); color: var(--soft); font-size: .94rem; max-width: 46rem; }
.claims { display: grid; gap: .9rem; margin: 1.25rem 0; }
.claim { display: grid; grid-template-columns: 2.2rem 1fr auto; gap: .2rem .9rem; padding: 1rem 1.1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.claim > .number { font-size: 1.35rem; line-height: 1.3; color: var(--soft); font-variant-numeric: tabular-nums; }
.claim > p { margin: .1rem 0; } .claim > details, .claim > ul { grid-column: 2 / -1; }
.claim ul { margin: .3rem 0 0; padding: 0; list-style: none; font-size: .9rem; }
.claim li { position: relative; padding: .18rem 0 .18rem 1.15rem; color: var(--soft); } .claim li b { font-weight: 500; color: var(--ink); margin-right: .3rem; }
.dot { position: absolute; left: 0; top: .65rem; width: .55rem; height: .55rem; border-radius: 50%; background: var(--open); } .dot.for { background: var(--good); } .dot.against { background: var(--bad); }
.pill { align-self: start; font-size: .8rem; font-weight: 600; padding: .18rem .65rem; border-radius: 99px; white-space: nowrap; background: var(--open-tint); color: var(--open); }
.pill.holds { background: var(--good-tint); color: var(--good); } .pill.not { background: var(--bad-tint); color: var(--bad); } .pill.none { background: var(--tint); color: var(--soft); border: 0; }
details summary { cursor: pointer; color: var(--soft); font-size: .88rem; } details[open] summary { margin-bottom: .5rem; }
.texts { border: 1px solid var(--line); border-radius: 10px; background: var(--card); padding: .9rem 1.1rem; margin: .9rem 0; }
.texts h4 { margin: 0 0 .4rem; font-size: .82rem; color: var(--soft); font-weight: 600; }
.texts dl { display: grid; grid-template-columns: 8.5rem 1fr; gap: .4rem 1rem; margin: 0; font-size: .94rem; }
.texts dt { color: var(--soft); } .texts dd { margin: 0; overflow-wrap: anywhere; } .texts .source { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: .84rem; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: .84em; background: var(--tint); padding: .12em .4em; border-radius: 4px; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .35rem 1.25rem; font-size: .94rem; } .facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: .88rem; padding: 2.5rem 0 4rem; }
@media (max-width: 40rem) {
  .claim { grid-template-columns: 1.6rem 1fr; } .claim > .pill { grid-column: 2; grid-row: 1; justify-self: start; } .claim > p { grid-column: 2; } .claim li b { display: block; }
  .texts dl { grid-template-columns: 1fr; gap: .1rem; } .texts dt { margin-top: .5rem; font-size: .82rem; }
  .facts { grid-template-columns: 1fr; gap: 0; } .facts dt { margin-top: .6rem; }
  td, th { padding-left: .55rem; padding-right: .55rem; }
  .wide { padding: 0; } tr.group span { left: 1.25rem; } .ends-in-code td:last-child { white-space: nowrap; } td:last-child, th:last-child { padding-right: 1.25rem; }
  td:first-child, th:first-child { padding-left: 1.25rem; } td:first-child:not([colspan]), th:first-child { position: sticky; left: 0; background: var(--ground); } td:first-child:not([colspan]) { white-space: normal; min-width: 7.5rem; max-width: 10rem; overflow-wrap: anywhere; }
}
@media print { nav { display: none; } section { break-inside: avoid-page; } }
`;
