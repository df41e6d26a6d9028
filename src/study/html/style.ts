/** The page's style. Colours are chosen to be told apart by the colour-blind, on light and on dark ground. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--text:#1b2330;--soft:#5c6675;--line:#dfe3e9;
--settled:#1a936f;--would-settle:#5fb49c;--failed:#c8414b;--lost:#e08e2b;--rejected:#8f5bb5;--expired:#7d8794;
--declined:#b4bcc7;--unmatched:#d3c48b;--invalid:#6b4b3a;--duplicate:#ccd5de;--open:#3d7dca;--blue:#2f6fbe}
@media (prefers-color-scheme:dark){:root{--ground:#12161c;--card:#1a2029;--text:#e6eaf0;--soft:#97a2b1;--line:#2c3440;
--settled:#35c496;--would-settle:#2f8c73;--failed:#ef6a72;--lost:#f2ac55;--rejected:#b488d6;--expired:#8e99a8;
--declined:#5b6675;--unmatched:#a8985a;--invalid:#a9826a;--duplicate:#3d4755;--open:#68a4ea;--blue:#6aa8f0}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px 16px 48px}
header p{color:var(--soft);margin:2px 0;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0 0 4px}h2{font-size:1.1rem;margin:0}h3{font-size:1rem;margin:0}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin:20px 0}
.tile,figure,details{background:var(--card);border:1px solid var(--line);border-radius:10px}
.tile{flex:1 1 auto;min-width:108px;padding:12px 14px}.tile b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.tile span{color:var(--soft);font-size:.85rem}
.gain b{color:var(--settled)}.loss b{color:var(--failed)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:16px;margin-bottom:20px}
figure{margin:0;padding:14px 16px}figcaption p{color:var(--soft);font-size:.85rem;margin:2px 0 6px}
svg{display:block;width:100%;height:auto}
.legend{display:flex;flex-wrap:wrap;gap:4px 14px;list-style:none;margin:0 0 6px;padding:0;font-size:.85rem;color:var(--soft)}
.legend i{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:5px;background:currentColor}
.grid{stroke:var(--line)}.zero{stroke:var(--soft)}.tick{fill:var(--soft);font-size:11.5px}
.line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}.area{fill:currentColor;opacity:.12}
.dot,.fill,.point{fill:currentColor}.point{color:var(--blue);opacity:.55}.bar{color:var(--blue)}
.ideal{stroke:var(--soft);stroke-dasharray:4 4}
.fill:hover,.dot:hover,.point:hover{opacity:.75}
.actual,.settled{color:var(--settled)}.simulated,.would-settle{color:var(--would-settle)}
.failed{color:var(--failed)}.lost{color:var(--lost)}.rejected{color:var(--rejected)}.expired{color:var(--expired)}
.declined{color:var(--declined)}.unmatched{color:var(--unmatched)}.invalid{color:var(--invalid)}
.duplicate{color:var(--duplicate)}.queued,.planning,.in-flight{color:var(--open)}
.empty,.note{color:var(--soft);font-size:.88rem}.note{margin:0 16px 10px}
details{margin:10px 0}summary{padding:11px 16px;cursor:pointer}summary h2{display:inline}
summary span{color:var(--soft);font-size:.85rem;margin-left:8px}
.scroll{overflow-x:auto;padding:0 16px 14px}
table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums;width:100%}
th,td{padding:5px 12px 5px 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}.left{text-align:left}
@media (max-width:520px){main{padding:14px 10px 32px}figure{padding:12px 10px}.tick{font-size:16px}}
`;
