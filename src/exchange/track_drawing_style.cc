// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "base/text.h"
#include "exchange/html.h"
#include "exchange/track_drawing.h"

namespace ningyi::exchange {

// Lines and marks reach 3:1 on their ground in both schemes. Of two tracks one is a solid line with discs and the other
// a dashed one with hollow squares, so that neither grey print nor colour blindness mixes them up.
std::string_view drawing_style() {
    return R"css(
:root{color-scheme:light dark;--bg:#f3f5f8;--card:#fff;--ink:#18212c;--dim:#505c6b;--line:#cfd7e0;--soft:#e9eef4;--blue:#1a5a9e;--red:#a8241c;--amber:#7a4a00;--green:#1b6338;--violet:#5a3d9a;--other:#8a55c9;--area:#1a5a9e;--hatch:#8b95a1;--head:#123a63;--headink:#fff;--headdim:#cfe0f2}
@media (prefers-color-scheme:dark){:root{--bg:#10151b;--card:#1a212a;--ink:#e8edf3;--dim:#a9b5c3;--line:#38444f;--soft:#242d38;--blue:#85b8ff;--red:#ff9d92;--amber:#f1bd62;--green:#85d6a0;--violet:#c4afff;--other:#d9b3ff;--area:#85b8ff;--hatch:#6f7b88;--head:#0d2642;--headink:#fff;--headdim:#bdd3ea}}
html:not([data-lang=en]) .en,html[data-lang=en] .zh{display:none}
svg.map,svg.time,svg.wide{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:6px}
.draw{overflow-x:auto}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;font-size:.9rem;margin:.4rem 0 1rem}
.legend span.k{display:inline-flex;align-items:center;gap:.4rem}
.legend svg{width:28px;height:16px;flex:none}
.scroll{overflow-x:auto;background:linear-gradient(to right,var(--card) 40%,transparent) local,linear-gradient(to left,var(--card) 40%,transparent) 100% 0 local,linear-gradient(to right,var(--hatch),transparent),linear-gradient(to left,var(--hatch),transparent) 100% 0,var(--card);background-size:2rem 100%,2rem 100%,.6rem 100%,.6rem 100%,auto;background-repeat:no-repeat}
@media (max-width:860px){.draw svg.time,.draw svg.wide{min-width:34rem}}
@media (max-width:598px){.draw>svg.map{order:-1}.draw:has(svg.time,svg.wide)::before{content:"图较宽，可左右滑动 ⇄";position:sticky;left:0;justify-self:start;display:inline-block;font-size:.85rem;color:var(--dim)}html[data-lang=en] .draw:has(svg.time,svg.wide)::before{content:"Wide drawing: slide it sideways ⇄"}}
svg.wide{max-width:46rem}.inset svg.map{max-width:24rem}
svg text{font-size:11.5px;fill:var(--ink)}
svg .halo{paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
.ground{fill:var(--card)}
.area{fill:var(--area);fill-opacity:.1;stroke:var(--area);stroke-width:1.2;stroke-dasharray:5 3}
.disc circle{fill:var(--green);fill-opacity:.06;stroke:var(--green);stroke-opacity:.3;stroke-width:.7}
.disc.b circle{fill:var(--violet);stroke:var(--violet)}
.path,.line{fill:none;stroke:var(--green);stroke-width:1.7;stroke-linejoin:round;stroke-linecap:round}
.path.b,.line.b{stroke:var(--violet);stroke-dasharray:5 3}
.dots{fill:none;stroke:var(--green);stroke-width:4;stroke-linecap:round}.dots.b{stroke:var(--violet)}
.line{stroke-width:2}
.error{fill:var(--green);fill-opacity:.16;stroke:none}.error.b{fill:var(--violet)}.error.lone{stroke:var(--green);stroke-opacity:.3;stroke-width:2.5}.error.b.lone{stroke:var(--violet)}
.alive{fill:none;stroke:var(--blue);stroke-width:1.6}.alive.b{stroke:var(--violet)}
.pair .path.a{stroke-width:4.5;stroke-opacity:.75}.pair .path.b{stroke:var(--other);stroke-width:1.9;stroke-dasharray:6 3}
.square{fill:var(--card);stroke:var(--other);stroke-width:1.3}
.arrow{fill:var(--green);stroke:var(--card);stroke-width:.8}.arrow.b{fill:var(--other)}
.pair .bar.a{fill:var(--green)}.pair .bar.b{fill:var(--other)}.pair .claim.a{fill:var(--green)}
.distance{fill:none;stroke:var(--ink);stroke-width:.9;stroke-opacity:.45;stroke-linejoin:round}.distance.counted{stroke-width:2.2;stroke-opacity:1}
.threshold{fill:none;stroke:var(--red);stroke-width:1.3;stroke-dasharray:7 3}
.matched{fill:none;stroke:var(--hatch);stroke-width:10;stroke-opacity:.45}.matched.within{stroke:var(--red);stroke-opacity:1}
svg text.strong{font-weight:600}svg text.second{fill:var(--other)}
.point{fill:none;stroke:var(--green);stroke-width:4;stroke-linecap:round;stroke-opacity:.6}
.visit{fill:var(--area);fill-opacity:.22;stroke:var(--area);stroke-width:1}.stay{fill:var(--green)}.stay.stray{fill:var(--amber)}
.missed{fill:none;stroke:var(--red);stroke-width:1.6;stroke-dasharray:4 3}
.aside{stroke:var(--amber);stroke-width:1.6;fill:none}.mock{fill:none;stroke:var(--red);stroke-width:1.6}
.home{fill:var(--area);stroke:var(--card);stroke-width:1.2}.home.b{fill:var(--violet)}
.mark{fill:var(--red);stroke:var(--card);stroke-width:1.2}
.scale,.moment{fill:none;stroke:var(--ink);stroke-width:1.3}.moment{stroke:var(--red);stroke-dasharray:2 2;stroke-width:1}
.grid{stroke:var(--line);stroke-width:.8;fill:none}
.limit{stroke:var(--area);stroke-width:1.2;stroke-dasharray:5 3;fill:none}
.claim{fill:var(--area);fill-opacity:.09}.claim.b{fill:var(--violet)}
.bar.a{fill:var(--area)}.bar.b{fill:var(--violet)}
svg text.onbar{fill:var(--card)}
.gap{fill:url(#gap)}
.defs{position:absolute;width:0;height:0}
.hatch{stroke:var(--hatch);stroke-width:1.2;stroke-opacity:.65}
)css";
}

std::string_view drawing_definitions() {
    return "<svg class=\"defs\" aria-hidden=\"true\"><defs><pattern id=\"gap\" width=\"7\" height=\"7\" "
           "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 "
           "0v7\"/></pattern>"
           "</defs></svg>";
}

std::string drawing_key(std::string_view drawing, std::string_view zh, std::string_view en) {
    return format("<span class=\"k\"><svg viewBox=\"0 0 28 16\" aria-hidden=\"true\">{}</svg>{}</span>", drawing,
                  both(zh, en));
}

std::string track_keys(bool is_pair) {
    std::string keys = drawing_key("<path class=\"line\" d=\"M2 12L12 5 26 9\"/>", "轨迹（只连相隔不超过 120 秒的点）",
                                   "track (only fixes at most 120 s apart are joined)");
    if (is_pair) {
        keys += drawing_key("<path class=\"line b\" d=\"M2 12L12 5 26 9\"/>", "成对轨迹中的另一方（虚线）",
                            "the other one of a pair (dashed)");
    }
    keys += drawing_key("<path class=\"error\" d=\"M2 6L12 1 26 4V13L12 9 2 14z\"/>", "定位误差范围（68%）",
                        "accuracy (68 %)");
    keys += drawing_key("<rect class=\"gap\" width=\"28\" height=\"16\"/>", "没有定位：未知，不作推断",
                        "no fixes: unknown, nothing is concluded");
    keys += drawing_key("<path class=\"aside\" d=\"M11 5l6 6m0 -6l-6 6\"/>", "清洗时搁置的点", "fix set aside");
    keys +=
        drawing_key("<path class=\"mock\" d=\"M14 4l4 7h-8z\"/>", "系统标记的模拟定位", "flagged as mock by the phone");
    if (is_pair) {
        keys += drawing_key("<path class=\"matched within\" d=\"M2 8H26\"/>", "两条轨迹距离在界限内",
                            "the two are within the limit");
    }
    return keys;
}

}  // namespace ningyi::exchange
