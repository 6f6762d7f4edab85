#include "click/page_style.h"

namespace linkgate::click {

// Contrast is at least 4.5:1 for text and 3:1 for borders and focus rings, in light and dark (WCAG 2.2, 1.4.3
// and 1.4.11); targets are 44 px high (2.5.8 asks for 24); nothing moves for those who asked for less motion.
const std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#f3f4f6;--card:#fff;--ink:#16181d;--soft:#4b5260;--line:#d5d9e0;--box:#f3f4f6;
--accent:#1d4ed8;--on-accent:#fff;--focus:#1d4ed8;--tone:#4b5260;--tint:#eceef2;--quiet-line:#767d8c}
.danger{--tone:#b3161b;--tint:#fdecec}.caution{--tone:#8f5300;--tint:#fdf1dc}.info{--tone:#1d4ed8;--tint:#e7eefc}
.good{--tone:#17692f;--tint:#e5f4e9}
@media(prefers-color-scheme:dark){:root{--bg:#101216;--card:#1a1d23;--ink:#eef0f4;--soft:#b3bac7;--line:#363c47;
--box:#22262e;--accent:#8fb4ff;--on-accent:#0b1220;--focus:#8fb4ff;--tone:#b3bac7;--tint:#262b34;--quiet-line:#7b8494}
.danger{--tone:#ff8f8a;--tint:#3a1a1c}.caution{--tone:#f5bd5c;--tint:#372a12}.info{--tone:#8fb4ff;--tint:#1a2740}
.good{--tone:#79d394;--tint:#15301e}}
*{box-sizing:border-box}
html{font:100%/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);min-height:100vh;display:flex;flex-direction:column;align-items:center;
padding:1rem}
main{width:100%;max-width:36rem;margin:auto;background:var(--card);border:1px solid var(--line);border-radius:1rem;
overflow:hidden}
.band:last-child{border-bottom:0}.band{background:var(--tint);border-bottom:3px solid var(--tone);padding:1.5rem 1.5rem 1.25rem;display:flex;gap:1rem;
align-items:flex-start}
.band svg{flex:none;width:2.5rem;height:2.5rem;color:var(--tone);margin-top:.1rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .4rem;text-wrap:balance}
.band p{margin:0}
.body{padding:1.25rem 1.5rem 1.5rem}
h2{font-size:.875rem;font-weight:600;color:var(--soft);margin:0 0 .25rem}
.host{font-size:1.6rem;line-height:1.25;margin:0;overflow-wrap:anywhere;color:var(--soft);font-weight:400}
.host b{color:var(--ink);font-weight:700;display:inline-block;max-width:100%}
.dest{border:2px solid var(--tone);border-radius:.75rem;padding:.75rem 1rem;margin:0 0 1rem}
.note{margin:.35rem 0 0;color:var(--soft)}
ul{margin:.25rem 0 1rem;padding-left:1.25rem}
.org{background:var(--box);border-radius:.75rem;padding:.75rem 1rem;margin:0 0 1rem;overflow-wrap:anywhere}
.org p{margin:0;white-space:pre-line}
button{font:inherit;font-weight:600;min-height:2.75rem;padding:.6rem 1.25rem;border-radius:.6rem;cursor:pointer}
.main{width:100%;text-wrap:balance;font-size:1.125rem;background:var(--accent);color:var(--on-accent);border:2px solid var(--accent)}
.quiet{background:transparent;color:var(--ink);border:1px solid var(--quiet-line);font-weight:500}
:focus-visible{outline:3px solid var(--focus);outline-offset:3px}
.calm,.ask{margin:0 0 1rem}form+.ask,.again+.ask,.ask:first-child{margin:1rem 0 0}.ask:first-child{margin-top:0}.ask a{color:var(--accent);font-weight:600}.ask{overflow-wrap:anywhere}
.again{margin:.75rem 0 0;text-align:center}.again a{color:var(--accent);font-weight:600;display:inline-block;padding:.3rem .5rem}
details{margin-top:1rem;border-top:1px solid var(--line);padding-top:.5rem}
summary{cursor:pointer;color:var(--soft);min-height:2.75rem;display:flex;align-items:center;gap:.5rem;border-radius:.4rem;
list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"";flex:none;width:.45rem;height:.45rem;border:solid currentColor;border-width:0 2px 2px 0;
transform:rotate(-45deg);margin-left:.2rem}
details[open] summary::before{transform:translateY(-.12rem) rotate(45deg)}
details form{margin:.5rem 0 0}details section{border-top:1px solid var(--line);padding:.75rem 0}
details section:last-child{padding-bottom:0}details p{margin:0}
dl{margin:.25rem 0 1rem}dt{color:var(--soft);font-size:.875rem;font-weight:600}dd{margin:0 0 .6rem;overflow-wrap:anywhere}
.bar{height:.4rem;border-radius:.2rem;background:var(--line);overflow:hidden;margin:0 0 1rem}
.bar i{display:block;height:100%;width:35%;border-radius:.2rem;background:var(--tone);animation:run 1.4s ease-in-out infinite}
figure{margin:0 0 1rem}figcaption{font-size:.875rem;font-weight:600;color:var(--soft);margin:0 0 .25rem}
figure img{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:.4rem}#stage{margin:0 0 1rem;color:var(--soft)}
@keyframes run{from{margin-left:-35%}to{margin-left:100%}}
@media(prefers-reduced-motion:reduce){.bar i{animation:none;width:100%}}
footer{width:100%;max-width:36rem;color:var(--soft);font-size:.875rem;padding:1rem .5rem 0;text-align:center;
overflow-wrap:anywhere}
footer p{margin:.15rem 0}footer a{color:inherit}
.logo{display:block;max-height:3rem;max-width:12rem;margin:auto auto 0;padding-bottom:.75rem}.logo+main{margin-top:0}
.inside{flex:1;min-width:0}
@media(max-width:26rem){body{padding:.5rem}.band{padding:1.1rem 1rem;gap:.75rem}.band svg{width:2rem;height:2rem}
.body{padding:1rem}h1{font-size:1.3rem}.host{font-size:1.35rem}}
@media(forced-colors:active){.dest,main{border-color:CanvasText}.main{border-color:ButtonText}}
)css";

}  // namespace linkgate::click
