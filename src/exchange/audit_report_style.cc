// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "exchange/audit_report.h"
#include "exchange/track_drawing.h"

namespace ningyi::exchange {

// Text colours reach 4.5:1 on their grounds, lines and marks 3:1, in both schemes.
std::string_view report_style() {
    static const std::string style = std::string(drawing_style()) + R"css(
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:3.5rem}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.6 "Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei","Source Han Sans SC",system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--blue)}
a:focus-visible,button:focus-visible,select:focus-visible,input:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:.5rem;top:.5rem;background:var(--card);padding:.5rem;z-index:9}
.wrap{max-width:1240px;margin:0 auto;padding:0 1.25rem}
header.top{background:var(--head);color:var(--headink);padding:1.5rem 0 1.6rem}
.row{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between}
.row>div{display:flex;gap:.5rem;flex-wrap:wrap}
h1{font-size:1.65rem;line-height:1.3;margin:0 0 .15rem;font-weight:700}
.facts{color:var(--headdim);margin:.1rem 0 0}
.facts span.f{margin-right:1.4rem;white-space:nowrap}
button,select,input[type=search]{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--dim);border-radius:6px;padding:.25rem .7rem;min-height:2.25rem;max-width:100%}
button{cursor:pointer}
html:not(.js) .js-only{display:none!important}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.75rem;margin-top:1.1rem}
.tile{min-width:0;background:rgba(255,255,255,.1);border:1px solid rgba(255,255,255,.22);border-radius:8px;padding:.6rem .75rem}
.tile b{display:block;font-size:1.3rem;line-height:1.35;white-space:nowrap;font-variant-numeric:tabular-nums}
.tile span{color:var(--headdim);font-size:.9rem}
.note{background:var(--soft);border-left:5px solid var(--blue);padding:.7rem 1rem;border-radius:0 6px 6px 0;margin:1.1rem 0}
nav.toc{position:sticky;top:0;z-index:5;background:var(--card);border-bottom:1px solid var(--line)}
nav.toc .wrap{display:flex;gap:.1rem 1.1rem;overflow-x:auto;white-space:nowrap}
nav.toc a{padding:.55rem 0;text-decoration:none;font-weight:600;color:var(--ink)}
nav.toc a:hover{color:var(--blue)}
section{margin:1.7rem 0}
h2{font-size:1.3rem;margin:0 0 .6rem;padding-left:.65rem;border-left:5px solid var(--blue);line-height:1.35}
h3{font-size:1.05rem;margin:.2rem 0 .5rem}
section>h3{margin-top:1.2rem}
.cols p,details p{margin:.1rem 0}
h4{font-size:.92rem;margin:.8rem 0 .2rem;color:var(--dim);font-weight:600}
.dim{color:var(--dim)}.small{font-size:.88rem}
.panel{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.15rem}
.focus{display:grid;grid-template-columns:minmax(0,1.5fr) minmax(0,1fr);gap:1rem}
.focus .side{display:grid;gap:1rem;align-content:start}
ol.leads{list-style:none;margin:0;padding:0}
ol.leads li{border-top:1px solid var(--line);padding:.5rem 0;display:grid;grid-template-columns:6.4rem minmax(0,1fr) auto;gap:.2rem .7rem;align-items:start}
ol.leads li:first-child{border-top:0}
ol.leads .sum{grid-column:2/4;color:var(--dim);font-size:.9rem}
ol.leads .tag{justify-self:start}
.money{font-variant-numeric:tabular-nums;white-space:nowrap;font-weight:600}
.tag{display:inline-block;border:1px solid currentColor;border-radius:4px;padding:0 .4rem;font-size:.82rem;line-height:1.55;white-space:nowrap;font-weight:600}
.s3{color:var(--red)}.s2{color:var(--amber)}.s1{color:var(--dim)}
.o-hit{color:var(--red)}.o-inconclusive{color:var(--violet)}.o-exempt{color:var(--blue)}.o-clear{color:var(--green)}.o-not_applicable{color:var(--dim)}
.scroll{overflow-wrap:break-word;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{padding:.42rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{background:var(--soft);font-weight:600;white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.id,td .id,.ids span{white-space:nowrap}
td.wide{min-width:17rem}
code,.mono{font-family:ui-monospace,"DejaVu Sans Mono",Consolas,monospace;font-size:.88em}
svg.meter{display:block;width:100%;min-width:5rem;height:.55rem;margin-top:.3rem}
.meter rect{fill:var(--soft)}.meter .v{fill:var(--red)}
svg.stack{display:block;width:100%;height:1.5rem;border-radius:5px;margin:.2rem 0 .8rem}
.stack .hit{fill:var(--red)}.stack .exempt{fill:var(--blue)}.stack .inconclusive{fill:var(--violet)}.stack .clear{fill:var(--green)}
.filters{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin-bottom:.9rem}
.filters label{display:grid;font-size:.9rem;color:var(--dim)}
.card{background:var(--card);border:1px solid var(--line);border-left:6px solid var(--dim);border-radius:8px;padding:1rem 1.15rem;margin:0 0 1.1rem;break-inside:avoid}
.card.v3{border-left-color:var(--red)}.card.v2{border-left-color:var(--amber)}
.card>header{display:flex;flex-wrap:wrap;gap:.2rem .8rem;align-items:baseline;margin-bottom:.35rem}
.card>header h3{margin:0}
.card>header .money{margin-left:auto}
.said{font-size:1.05rem;margin:.1rem 0 .5rem}
.who{display:flex;flex-wrap:wrap;gap:.1rem 1.3rem;font-size:.9rem;color:var(--dim);margin:0 0 .6rem}
.draw{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,9fr);gap:.8rem;align-items:start;margin:.4rem 0}
p.facts-of{margin:.1rem 0 .6rem;color:var(--dim)}
.note.warn{border-left-color:var(--amber)}
.draw.one{grid-template-columns:minmax(0,1fr)}
.cols{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 1.6rem}
ul.marks{list-style:none;margin:.1rem 0;padding:0}
ul.marks li{padding-left:1.6rem;position:relative}
ul.marks li>b{position:absolute;left:.1rem;width:1.2rem;text-align:center}
ul.plain{margin:.1rem 0;padding-left:1.2rem}
dl.values{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.05rem .8rem;margin:.1rem 0;font-size:.92rem}
dl.values dt{color:var(--dim)}dl.values dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;max-width:16rem}
details{margin-top:.5rem}
summary{cursor:pointer;font-weight:600;padding:.2rem 0}
footer{border-top:1px solid var(--line);margin-top:2rem;padding:1rem 0 2rem;color:var(--dim);font-size:.9rem}
@media (max-width:860px){.focus,.draw,.cols{grid-template-columns:minmax(0,1fr)}h1{font-size:1.35rem}.wrap{padding:0 .85rem}.facts span.f{display:block;white-space:normal}.card{padding:.8rem .85rem}ol.leads li{grid-template-columns:5.6rem minmax(0,1fr)}ol.leads .money{grid-column:2}ol.leads .sum{grid-column:1/3}.card>header .money{margin-left:0}.tile b{font-size:1.2rem}.tiles{grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.5rem}td.wide{min-width:10.5rem}.filters label,.filters select,.filters input{width:100%}}
@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--dim:#333;--line:#999;--soft:#eee;--head:#fff;--headink:#000;--headdim:#333;--blue:#1a5a9e;--red:#a8241c;--amber:#7a4a00;--green:#1b6338;--violet:#5a3d9a;--area:#1a5a9e}body{font-size:10.5pt}nav.toc,.js-only,.skip{display:none!important}.tile{border-color:#999}.card{border-color:#999}.draw{grid-template-columns:minmax(0,5fr) minmax(0,9fr);overflow:visible}.draw svg.time,.draw svg.wide{min-width:0!important}.draw:has(svg)::before{content:none!important}.scroll{overflow:visible}th{white-space:normal}a{color:inherit;text-decoration:none}}
)css";
    return style;
}

std::string_view report_script() {
    return R"js(
(function(){'use strict';
var root=document.documentElement;root.classList.add('js');
function each(list,act){Array.prototype.forEach.call(list,act);}
var language=document.getElementById('language');
language.addEventListener('click',function(){
var en=root.getAttribute('data-lang')!=='en';
root.setAttribute('data-lang',en?'en':'zh');root.lang=en?'en':'zh-CN';document.title=root.getAttribute(en?'data-title-en':'data-title-zh');words();});
document.getElementById('print').addEventListener('click',function(){window.print();});
var opened=[];
window.addEventListener('beforeprint',function(){each(document.querySelectorAll('details:not([open])'),function(d){d.open=true;opened.push(d);});});
window.addEventListener('afterprint',function(){opened.forEach(function(d){d.open=false;});opened=[];});
var rule=document.getElementById('by-rule'),party=document.getElementById('by-party'),text=document.getElementById('by-text'),shown=document.getElementById('shown');
function filter(){if(!rule)return;var n=0,wanted=text.value.trim().toLowerCase();
each(document.querySelectorAll('#leads .card'),function(card){
var ok=(!rule.value||card.getAttribute('data-rule')===rule.value)&&(!party||!party.value||card.getAttribute('data-party')===party.value)&&(!wanted||card.textContent.toLowerCase().indexOf(wanted)>=0);
card.hidden=!ok;if(ok)n++;});shown.textContent=String(n);}
function words(){each(document.querySelectorAll('option[data-en]'),function(o){if(!o.hasAttribute('data-zh'))o.setAttribute('data-zh',o.textContent);o.textContent=o.getAttribute(root.getAttribute('data-lang')==='en'?'data-en':'data-zh');});}
words();
[rule,party].forEach(function(c){if(c)c.addEventListener('change',filter);});
if(text)text.addEventListener('input',filter);
function reveal(){var t=location.hash.length>1&&document.getElementById(decodeURIComponent(location.hash.slice(1)));
if(t&&t.hidden){rule.value='';if(party)party.value='';text.value='';filter();t.scrollIntoView();}}
window.addEventListener('hashchange',reveal);
})();
)js";
}

}  // namespace ningyi::exchange
