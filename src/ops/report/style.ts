/** The page's style: one column on a phone, several on a desk, dark where the reader's system is dark. */
export const style = `
:root { color-scheme: light dark; --ground: #f6f6f4; --card: #fff; --text: #1d1d1b; --soft: #66655f; --rule: #e2e1dc;
  --line: #0b62c4; --band: #0b62c433; --shade: #8a888018; --warn: #c0392b; --done: #1f8a4c; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #131312; --card: #1d1d1b; --text: #ecebe6; --soft: #a09e96; --rule: #34332f; --line: #6cb2ff;
    --band: #6cb2ff33; --shade: #ffffff10; --warn: #ff8a7a; --done: #6fd49a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 20px 16px 48px; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 36px 0 4px; }
h3 { font-size: 1rem; margin: 0; display: flex; justify-content: space-between; gap: 12px; align-items: baseline; }
p { margin: 4px 0 12px; color: var(--soft); max-width: 70ch; }
.now { font-variant-numeric: tabular-nums; font-weight: 500; white-space: nowrap; }
.bar { height: 8px; border-radius: 4px; background: var(--rule); margin: 14px 0 10px; overflow: hidden; }
.bar div { height: 100%; background: var(--line); }
.bar.done div { background: var(--done); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 12px; margin: 0; }
dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 14px; margin-top: 12px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 12px 14px; margin: 0; }
.card p { font-size: .85rem; line-height: 1.4; margin-bottom: 8px; }
svg { display: block; width: 100%; height: auto; }
svg .grid { stroke: var(--rule); stroke-width: 1; } svg .text { fill: var(--soft); font-size: 10px; }
svg .line { fill: none; stroke: var(--line); stroke-width: 1.8; stroke-linejoin: round; } svg .end { fill: var(--line); }
svg .raw { fill: none; stroke: var(--line); stroke-width: .8; opacity: .35; } svg .band { fill: var(--band); } svg .pretrain { fill: var(--shade); }
svg .before { stroke: var(--warn); stroke-dasharray: 2 3; fill: none; } svg .best { stroke: var(--done); fill: none; }
.notices { padding-left: 1.2em; color: var(--soft); } .verdict { color: inherit; font-size: 1.05rem; } .verdict.worse { color: var(--warn); }
svg .restart { stroke: var(--soft); stroke-dasharray: 3 3; fill: none; } svg .restored { stroke: var(--warn); fill: none; }
figure { margin: 12px 0; } figure img { display: block; width: 100%; height: auto; border-radius: 6px; }
.newest { max-width: 860px; }
figcaption { color: var(--soft); font-size: .85rem; }
.columns { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; text-align: center; padding-bottom: 4px; }
.earlier { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 14px; }
code { font-size: .9em; overflow-wrap: anywhere; }
footer { margin-top: 36px; border-top: 1px solid var(--rule); padding-top: 8px; font-size: .85rem; }
`;
