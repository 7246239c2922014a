#include "report/page_style.hpp"

namespace sluice::report {

const char* const page_style = R"css(
:root {
    color-scheme: light dark;
    --paper:#ffffff; --panel:#f6f7f8; --ink:#1c2126; --soft:#5a636c; --rule:#d9dde1; --grid:#e8eaed; --density:#3a4652;
    --hue0:#0072b2; --hue1:#d55e00; --hue2:#009e73; --hue3:#b5589a; --hue4:#c98a00; --hue5:#3fa3da; --hue6:#7d5a2e; --hue7:#666666;
    --ramp0:#17078b; --ramp1:#3d049b; --ramp2:#5c01a4; --ramp3:#7805a6; --ramp4:#9310a2; --ramp5:#ab2593; --ramp6:#c03a82;
    --ramp7:#d24f72; --ramp8:#e16562; --ramp9:#ee7c51; --ramp10:#f79441; --ramp11:#fcae33;
}
@media screen and (prefers-color-scheme: dark) {
    :root {
        --paper:#15191d; --panel:#1d2328; --ink:#e6e9ec; --soft:#a3adb7; --rule:#3a434b; --grid:#272e34; --density:#b8c6d4;
        --hue0:#4da6e8; --hue1:#f58a4f; --hue2:#33c79d; --hue3:#e59cc8; --hue4:#f0bc45; --hue5:#93d3f7; --hue6:#c7a678;
        --hue7:#a9a9a9;
        --ramp0:#9d199c; --ramp1:#b12a90; --ramp2:#c13b82; --ramp3:#d04d74; --ramp4:#dd5e66; --ramp5:#e87159; --ramp6:#f2844b;
        --ramp7:#f8983e; --ramp8:#fcae33; --ramp9:#fcc628; --ramp10:#f7df23; --ramp11:#f0f921;
    }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 22px; margin: 56px 0 4px; padding-top: 20px; border-top: 2px solid var(--ink); overflow-wrap: anywhere; }
h3 { font-size: 16px; margin: 32px 0 8px; }
a { color: var(--hue0); }
.subtitle, .remark { color: var(--soft); margin: 0 0 16px; overflow-wrap: anywhere; }
.remark { margin: 24px 0; font-size: 14px; font-style: italic; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 14px 24px; margin: 20px 0 8px; padding: 16px 0;
    border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
.facts dt { color: var(--soft); font-size: 13px; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 32px 0; break-inside: avoid; }
figcaption { font-size: 14px; line-height: 1.45; color: var(--soft); margin-top: 8px; overflow-wrap: anywhere; }
figcaption b { color: var(--ink); }
.table { overflow-x: auto; margin: 32px 0; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); margin-bottom: 8px; }
th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
td { overflow-wrap: anywhere; }
th { border-bottom: 1.5px solid var(--ink); font-weight: 600; }
.number { text-align: right; }
td.number { white-space: nowrap; }
tr.total td { border-top: 1.5px solid var(--ink); font-weight: 600; }
pre { font: 13px/1.45 "DejaVu Sans Mono", Menlo, Consolas, monospace; background: var(--panel); border: 1px solid var(--rule); border-radius: 4px;
    padding: 14px 16px; overflow-x: auto; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 12.5px; fill: var(--ink); font-family: inherit; }
svg .tick { fill: var(--soft); font-variant-numeric: tabular-nums; }
.middle { text-anchor: middle; } .end { text-anchor: end; }
.axis { stroke: var(--soft); stroke-width: 1; } .grid { stroke: var(--grid); stroke-width: 1; }
.frame { fill: none; stroke: var(--soft); stroke-width: 0.75; }
.line { fill: none; stroke: var(--hue); stroke-width: 2.2; stroke-linejoin: round; }
.thin { fill: none; stroke: var(--hue); stroke-width: 1.2; } .faint { stroke-opacity: 0.4; }
.band { fill: var(--hue); fill-opacity: 0.2; } .dot, .box { fill: var(--hue); } .box { stroke: none; }
.dot { stroke: var(--paper); stroke-width: 1; stroke-dasharray: none; }
.pick { fill: var(--hue); stroke: var(--paper); stroke-width: 0.7; }
.hollow { fill: var(--paper); stroke: var(--hue); stroke-width: 1.2; } .cross { fill: none; stroke: var(--hue); stroke-width: 2; }
.cells { fill: var(--density); shape-rendering: crispEdges; }
.sharp { image-rendering: pixelated; } .gap { stroke: var(--paper); stroke-width: 3; }
.d1 { stroke-dasharray: 6 4; } .d2 { stroke-dasharray: 2 3; } .d3 { stroke-dasharray: 9 3 2 3; }
.ink { --hue: var(--ink); }
.c0{--hue:var(--hue0)} .c1{--hue:var(--hue1)} .c2{--hue:var(--hue2)} .c3{--hue:var(--hue3)} .c4{--hue:var(--hue4)}
.c5{--hue:var(--hue5)} .c6{--hue:var(--hue6)} .c7{--hue:var(--hue7)}
.r0{--hue:var(--ramp0)} .r1{--hue:var(--ramp1)} .r2{--hue:var(--ramp2)} .r3{--hue:var(--ramp3)} .r4{--hue:var(--ramp4)}
.r5{--hue:var(--ramp5)} .r6{--hue:var(--ramp6)} .r7{--hue:var(--ramp7)} .r8{--hue:var(--ramp8)} .r9{--hue:var(--ramp9)}
.r10{--hue:var(--ramp10)} .r11{--hue:var(--ramp11)}
.g0{fill-opacity:0.07} .g1{fill-opacity:0.13} .g2{fill-opacity:0.19} .g3{fill-opacity:0.24} .g4{fill-opacity:0.30}
.g5{fill-opacity:0.36} .g6{fill-opacity:0.42} .g7{fill-opacity:0.48} .g8{fill-opacity:0.53} .g9{fill-opacity:0.59}
@media print {
    @page { margin: 16mm; }
    body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    main { max-width: none; padding: 0; }
    nav { display: none; }
    h2 { break-before: page; border-top: none; padding-top: 0; margin-top: 0; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; }
    tr, .table { break-inside: avoid; }
    h3, caption { break-after: avoid; }
}
)css";

}  // namespace sluice::report
