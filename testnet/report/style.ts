/** The page's style sheet, whole: nothing is fetched. Colours keep their names in both schemes. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: #f6f6f3; --card: #fdfdfc; --ink: #14140f; --soft: #55544e; --line: #deddd5;
  --blue: #2a78d6; --green: #12875c; --orange: #d9581f; --violet: #5a48b8;
  --good: #0b6e37; --good-wash: #e2f3e7; --bad: #b3261e; --bad-wash: #fbe6e4; }
@media (prefers-color-scheme: dark) { :root {
  --page: #0f0f0e; --card: #1a1a18; --ink: #f2f1ec; --soft: #b7b5ab; --line: #34332f;
  --blue: #5a9df0; --green: #2fb583; --orange: #ee7f4c; --violet: #a197f2;
  --good: #6fd695; --good-wash: #12301d; --bad: #ff9a91; --bad-wash: #3d1614; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; line-height: 1.3; margin: 0; }
p { margin: 0; }
.lead { color: var(--soft); max-width: 75ch; overflow-wrap: anywhere; }
section, figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; margin: 16px 0 0; min-width: 0; }
.verdict { border-left: 6px solid var(--soft); }
.verdict.held { border-left-color: var(--good); }
.verdict.failed { border-left-color: var(--bad); }
.verdict ul { list-style: none; margin: 10px 0 0; padding: 0; display: grid; gap: 6px; }
.verdict li { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; }
.verdict code { overflow-wrap: anywhere; }
.tag { font-size: .85rem; font-weight: 600; padding: 0 8px; border-radius: 99px; }
.tag.held { color: var(--good); background: var(--good-wash); }
.tag.failed { color: var(--bad); background: var(--bad-wash); }
.invalid { border-color: var(--bad); background: var(--bad-wash); }
.invalid h2 { color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(190px, 46%), 1fr)); gap: 12px; margin: 16px 0 0; padding: 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; min-width: 0; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; }
.tiles .value { font-size: 1.45rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles .detail { color: var(--soft); font-size: .82rem; line-height: 1.35; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 16px; margin-top: 16px; }
.plots figure { margin: 0; display: flex; flex-direction: column; gap: 10px; }
figcaption p, .note, section > p { color: var(--soft); font-size: .9rem; line-height: 1.45; margin-top: 4px; }
.plot svg { display: block; width: 100%; max-width: 100%; height: auto; color: var(--ink); --plot-background: var(--card); }
.legend { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: .85rem; }
.legend li { display: flex; align-items: center; gap: 6px; }
.swatch { width: 12px; height: 12px; border-radius: 3px; }
details { font-size: .9rem; }
.plots details { margin-top: auto; }
summary { cursor: pointer; color: var(--soft); }
.scroll { overflow-x: auto; margin-top: 8px; }
details .scroll { max-height: 420px; overflow-y: auto; }
section > details { margin-top: 12px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .88rem; }
caption { text-align: left; color: var(--soft); padding-bottom: 6px; }
th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child { text-align: left; padding-left: 0; font-weight: 500; }
thead th { color: var(--soft); font-weight: 500; }
td.words, th.words { text-align: left; white-space: normal; min-width: 14em; color: var(--soft); }
pre { overflow: auto; max-height: 480px; margin: 8px 0 0; padding: 12px; background: var(--page); border-radius: 6px; font: 13px/1.5 ui-monospace, monospace; }
.facts th, .facts td { white-space: normal; }
.facts td { overflow-wrap: anywhere; }
.facts td, .facts thead th:last-child { padding-right: 0; }
@media (max-width: 600px) { section, figure { padding: 14px 12px; } td.words, th.words { min-width: 0; font-size: .8rem; } th, td { padding: 5px; } }
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --blue: #2a78d6; --green: #12875c; --orange: #d9581f; --violet: #5a48b8; --good: #0b6e37; --good-wash: #fff; --bad: #b3261e; --bad-wash: #fff; }
  body { font-size: 11pt; print-color-adjust: exact; }
  main { padding: 0; max-width: none; }
  figure, section, .tiles div { break-inside: avoid; }
  .scroll, details .scroll, pre { max-height: none; overflow: visible; }
  pre { white-space: pre-wrap; }
}
`;
