// Renders HTML parts before and after rewriting in a real Chromium and compares pictures and documents.
//   node compare_looks.mjs ORIGIN KEPT < pairs.jsonl > answers.jsonl
// A pair is {"name","before","after","charset"}: files with the bytes of the parts. ORIGIN is where links of ours lead; pictures of
// pairs that differ go to the folder KEPT. Exits 77 where Chromium or playwright-core is missing.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import path from "node:path";
import { differences, outline } from "./documents.mjs";

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const modules = path.resolve(here, "../../tools/npm/node_modules");
const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const [origin, kept] = process.argv.slice(2);

if (!existsSync(chromiumPath) || !existsSync(path.join(modules, "playwright-core"))) {
  console.error("SKIPPED: Chromium or playwright-core is missing; ./dev setup installs both");
  process.exit(77);
}
const { chromium } = createRequire(path.join(modules, "x.js"))("playwright-core");

// A mail window on a desk and one on a phone: newsletters have a layout for each.
const WINDOWS = { desk: { width: 900, height: 700 }, phone: { width: 390, height: 700 } };
const ADDRESS = "https://mail.invalid/part";  // of the part, on both sides: relative links and their colours are the same

const browser = await chromium.launch({
  executablePath: chromiumPath,
  // As root (containers, CI) Chromium has no sandbox of its own; no script of a mail runs and nothing is fetched.
  chromiumSandbox: process.getuid() !== 0,
  // Drawn by the processor alone: what a GPU or its stand-in draws of a curve depends on what it drew before.
  args: ["--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars", "--disable-gpu",
    "--disable-gpu-rasterization", "--disable-partial-raster", "--disable-lcd-text", "--force-color-profile=srgb"],
});

let part = null;  // what the address gives now: { body, contentType }
const context = await browser.newContext({ javaScriptEnabled: false, reducedMotion: "reduce" });
await context.route("**/*", (route) => {
  if (part && route.request().isNavigationRequest() && route.request().url() === ADDRESS) {
    const answer = part;
    part = null;  // a mail that leads to itself again (meta refresh) stays where it is
    return route.fulfill(answer);
  }
  return route.abort("aborted");
});
const mail = await context.newPage();
const canvas = await (await browser.newContext()).newPage();

async function open(file, charset) {
  const body = readFileSync(file);
  part = { body, contentType: "text/html" + (charset ? `; charset=${charset}` : "") };
  await mail.goto(ADDRESS, { waitUntil: "load" });
}

const shoot = () => mail.screenshot({ fullPage: true, animations: "disabled" });

// Pixels of two PNG pictures that differ, outside the rectangles given: { pixels, differing }. Where their sizes differ, all do.
async function comparePictures(before, after, except = []) {
  const width = before.readUInt32BE(16), height = before.readUInt32BE(20);  // of the IHDR chunk
  const pixels = width * height;
  if (before.equals(after)) return { pixels, differing: 0 };
  if (after.readUInt32BE(16) !== width || after.readUInt32BE(20) !== height) return { pixels, differing: pixels };
  const differing = await canvas.evaluate(async ({ pictures, except }) => {
    const decode = async (base64) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
      context.drawImage(bitmap, 0, 0);
      // What clients change themselves is white on both sides.
      for (const box of except) context.clearRect(box.x, box.y, box.width, box.height);
      return new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
    };
    const [a, b] = await Promise.all(pictures.map(decode));
    let count = 0;
    for (let i = 0; i < a.length; ++i) count += a[i] !== b[i] ? 1 : 0;
    return count;
  }, { pictures: [before.toString("base64"), after.toString("base64")], except });
  return { pixels, differing };
}

// The lines of text in which links were put around addresses, over all their width: their colour and underline are new, and
// words behind them move by a fraction of a pixel, being set apart.
const linesOf = (indices) => mail.evaluate((wanted) => {
  const elements = [...document.querySelectorAll("*")];
  return wanted.flatMap((index) => [...elements[index].getClientRects()].map((box) => ({
    x: 0, width: document.documentElement.scrollWidth, y: Math.floor(box.y + window.scrollY) - 2, height: Math.ceil(box.height) + 5,
  })));
}, indices);

async function render(file, charset) {
  await open(file, charset);
  return { picture: await shoot(), document: await mail.evaluate(outline) };
}

// Both sides in one window. Where they differ both are drawn once more: a picture that is the same is proof, one that is not may
// be a matter of when something was drawn.
async function compareIn(viewport, pair) {
  await mail.setViewportSize(viewport);
  let answer = null;
  for (let attempt = 0; attempt < 2 && answer?.differing !== 0; ++attempt) {
    const before = await render(pair.before, pair.charset), after = await render(pair.after, pair.charset);
    const changes = differences(before.document, after.document, origin);
    const { pixels, differing } = await comparePictures(before.picture, after.picture);
    answer = { changes, pixels, differing, everywhere: differing, pictures: { before: before.picture, after: after.picture } };
    if (differing > 0 && changes.new_links.length > 0)
      answer.differing = (await comparePictures(before.picture, after.picture, await linesOf(changes.new_links))).differing;
  }
  return answer;
}

async function compare(pair) {
  const answer = { name: pair.name, pixels: 0, differing: 0, in_new_links: 0, pictures: [] };
  for (const [look, viewport] of Object.entries(WINDOWS)) {
    const { changes, pixels, differing, everywhere, pictures } = await compareIn(viewport, pair);
    Object.assign(answer, changes, { new_links: changes.new_links.length });
    answer.pixels += pixels;
    answer.differing += differing;
    answer.in_new_links += everywhere - differing;
    if (differing === 0 && !process.env.LINKGATE_KEEP_LOOKS) continue;
    for (const [side, picture] of Object.entries(pictures)) {
      const file = path.join(kept, `${pair.name.replaceAll("/", "-")}-${look}-${side}.png`);
      writeFileSync(file, picture);
      answer.pictures.push(file);
    }
  }
  return answer;
}

for await (const line of createInterface({ input: process.stdin })) {
  const pair = JSON.parse(line);
  try {
    console.log(JSON.stringify(await compare(pair)));
  } catch (error) {
    console.log(JSON.stringify({ name: pair.name, trouble: error.message }));
  }
}
await browser.close();
