"""The style and the script of the HTML page: constants, whose hashes the page's content policy names."""

from __future__ import annotations

STYLE = """
:root{--bg:#fff;--fg:#1c2024;--dim:#5b6670;--line:#d9dfe5;--soft:#f4f6f8;--add:#116b33;--addbg:#e3f5e8;
--clear:#a51d2d;--clearbg:#fdeaec;--change:#7a5200;--look:#7d2ba3;--unseen:#0b6472}
@media (prefers-color-scheme:dark){:root{--bg:#14181c;--fg:#e4e8ec;--dim:#98a4b0;--line:#333c45;--soft:#1d2329;
--add:#7ad493;--addbg:#16301f;--clear:#ff98a2;--clearbg:#3a1a1f;--change:#f0c060;--look:#d9a0f2;--unseen:#6fd0de}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:78rem;padding:1rem;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:1.35rem;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:1.4rem 0 .5rem}
header{border-left:.4rem solid var(--dim);padding:.2rem 0 .2rem .9rem}
header.good{border-color:var(--add)}header.update{border-color:var(--change)}header.bad{border-color:var(--clear)}
header p{margin:.15rem 0}
#tools{display:flex;flex-wrap:wrap;gap:.5rem;position:sticky;top:0;background:var(--bg);padding:.5rem 0;z-index:1}
#tools[hidden]{display:none}
#search{flex:1 1 16rem}
input,select,button{font:inherit;padding:.35rem .6rem;color:inherit;background:var(--soft);
border:1px solid var(--line);border-radius:.3rem}
#shown{align-self:center;color:var(--dim)}
details{border:1px solid var(--line);border-radius:.4rem;margin:.35rem 0;background:var(--bg)}
details[hidden]{display:none}
summary{cursor:pointer;padding:.45rem .7rem;overflow-wrap:anywhere}
summary .title{font-weight:600}
.note{color:var(--clear)}.good .note{color:var(--add)}.none .note{color:var(--dim)}
.place{color:var(--dim);font-size:.86em;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem;table-layout:fixed}
thead th:nth-child(1){width:2.2rem}thead th:nth-child(2){width:26%}thead th:nth-child(5){width:22%}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
thead th{color:var(--dim);font-weight:500}
tbody th{font-weight:500}
.fleet{table-layout:auto;font-variant-numeric:tabular-nums}.fleet>thead th{width:auto}
.fleet>*>tr>:not(:first-child){text-align:right;white-space:nowrap}
.fleet>*>tr>th:first-child{position:sticky;left:0;min-width:8rem;background:var(--bg)}
.fleet>*>.stop>td{border:0;padding-left:2rem}.fleet>*>.objects>td{border:0;padding:0 0 .4rem 1.4rem}
.fleet>.bad>tr>td:last-child{color:var(--clear)}.fleet>.update>tr>td:last-child{color:var(--change)}
.fleet>.entry>tr.objects>td:last-child{color:inherit}
.mark{font-family:ui-monospace,monospace}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,monospace;white-space:pre-wrap}
del,ins{text-decoration:none;padding:0 .2em;border-radius:.2em}
del{color:var(--clear);background:var(--clearbg)}ins{color:var(--add);background:var(--addbg)}
.add .mark,.create>summary .mark{color:var(--add)}.change .mark,.update>summary .mark{color:var(--change)}
.clear .mark,.stop,.blocked>summary .mark,.bad>summary .mark{color:var(--clear)}.look{color:var(--look)}
.unseen{color:var(--unseen)}
.fix,.cause{color:var(--dim);font-size:.92em}.fix::before{content:"\\2192\\00a0"}
ul{padding-left:1.2rem}li{overflow-wrap:anywhere}li.error{color:var(--clear)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;color:var(--dim);font-size:.86rem}
dd{margin:0;overflow-wrap:anywhere}
@media (max-width:40rem){table{table-layout:auto}body{padding:.6rem}thead{display:none}
tr{display:block;border-top:1px solid var(--line)}
th,td{display:block;border:0;padding:.1rem .7rem}td.mark{display:inline-block;padding-right:0}td:empty{display:none}
.fleet>thead{display:table-header-group}.fleet>*>tr{display:table-row;border:0}
.fleet>*>tr>*{display:table-cell;border-top:1px solid var(--line)}}
@media print{#tools{display:none}details{break-inside:avoid}details>:not(summary){display:block}
body{max-width:none;font-size:11px}}
"""

SCRIPT = """
(() => {
  "use strict";
  const entries = [...document.querySelectorAll(".entry")];
  if (!entries.length) return;
  const get = (id) => document.getElementById(id);
  const texts = entries.map((entry) => entry.textContent.toLowerCase());
  const search = get("search"), filter = get("filter"), shown = get("shown");
  const show = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    entries.forEach((entry, index) => {
      const fits = (!filter.value || entry.dataset.tone === filter.value)
        && words.every((word) => texts[index].includes(word));
      entry.hidden = !fits;
      count += fits;
    });
    shown.value = count === entries.length ? "" : count + " of " + entries.length;
  };
  const fold = (open) => entries.forEach((entry) => { if (!entry.hidden) entry.open = open; });
  search.addEventListener("input", show);
  filter.addEventListener("change", show);
  get("open")?.addEventListener("click", () => fold(true));
  get("close")?.addEventListener("click", () => fold(false));
  addEventListener("beforeprint", () => fold(true));
  get("tools").hidden = false;
})();
"""
