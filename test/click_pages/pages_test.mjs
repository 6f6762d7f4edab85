// The click pages in a real Chromium, as a user meets them: with and without JavaScript, light and dark, on a narrow phone, by
// keyboard alone. Exits 0 when all claims held, 77 where Chromium or playwright-core is missing.
//   node pages_test.mjs SERVER [--shots DIR]

import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import assert from "node:assert/strict";
import path from "node:path";

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const modules = path.resolve(here, "../../tools/npm/node_modules");
const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const server = process.argv[2];
const shots = process.argv.includes("--shots") ? process.argv[process.argv.indexOf("--shots") + 1] : null;

if (!existsSync(chromiumPath) || !existsSync(path.join(modules, "playwright-core"))) {
  console.log("SKIPPED: Chromium or playwright-core is missing; ./dev setup installs both");
  process.exit(77);
}
const { chromium } = createRequire(path.join(modules, "x.js"))("playwright-core");

async function startServer() {
  const child = spawn(server, [], { stdio: ["pipe", "pipe", "inherit"] });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the page server ended with ${code}`)));
  });
  return { child, ...JSON.parse(line) };
}

const world = await startServer();
const links = world.links;
const browser = await chromium.launch({
  executablePath: chromiumPath,
  // As root (containers, CI) Chromium has no sandbox of its own; what it opens here are our own pages.
  chromiumSandbox: process.getuid() !== 0,
  args: [
    `--host-resolver-rules=MAP links.corp.test ${world.click}, MAP * ${world.sites}`,
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable", "--no-first-run",
  ],
});

// Runs `body` with a page of a fresh context; fails on anything the page logs or asks from elsewhere.
async function withPage(options, body) {
  const context = await browser.newContext({ javaScriptEnabled: false, ...options });
  const page = await context.newPage();
  const troubles = [];
  page.on("console", (message) => {
    // That a page came with a 4xx status is logged by the browser itself.
    if (["error", "warning"].includes(message.type()) && !/status of 4\d\d/.test(message.text())) troubles.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const own = /^\/(events|picture)\//.test(url.pathname) && url.hostname === "links.corp.test";
    if (!request.isNavigationRequest() && url.protocol !== "data:" && !own) troubles.push(`asked for ${request.url()}`);
  });
  try {
    await body(page, context, troubles);
    assert.deepEqual(troubles, [], "a page logs no errors and needs nothing from elsewhere");
    assert.deepEqual(await context.cookies(), [], "no cookies");
  } finally {
    await context.close();
  }
}

async function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

// Contrast of every text against the background behind it (WCAG 2.2, 1.4.3): the lowest ratio of the page.
async function lowestContrast(page) {
  return page.evaluate(() => {
    const channel = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const parse = (text) => text.match(/[\d.]+/g).map(Number);
    const background = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = parse(getComputedStyle(at).backgroundColor);
        if (color.length < 4 || color[3] > 0) return color;
      }
      return [255, 255, 255];
    };
    let lowest = { ratio: 21, text: "" };
    for (const element of document.body.querySelectorAll("*")) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (!own || !element.checkVisibility()) continue;
      const a = luminance(parse(getComputedStyle(element).color));
      const b = luminance(background(element));
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < lowest.ratio) lowest = { ratio, text: element.textContent.trim().slice(0, 40) };
    }
    return lowest;
  });
}

const PAGES = {
  phishing: "This link leads to a fake site", malicious: "This link leads to a harmful site",
  suspicious: "Be careful with this link", gated: "This site hides what it shows",
  unknown: "Blocked: nobody knows this site yet", blocked: "Your organisation warns of this site",
  error: "This link could not be checked", error_closed: "This link could not be checked",
  scanning: "Checking this link", form: "This message asked for your input",
  altered: "This link was changed on its way", damaged: "This link is damaged",
  not_issued: "This link was not made here", phishing_strict: "Blocked: this link leads to a fake site",
  subdomain: "Blocked: this link leads to a fake site", blocked_strict: "Your organisation blocks this site",
  cut: "This link is damaged", about: "This server checks links in mail",
};
const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1000, height: 800 } },
  dark: { colorScheme: "dark", viewport: { width: 1000, height: 800 } },
  narrow: { colorScheme: "light", viewport: { width: 320, height: 640 }, isMobile: true },
};

const claims = {};

for (const [name, heading] of Object.entries(PAGES)) {
  claims[`the page "${name}" reads well in light, dark and on 320 pixels`] = async () => {
    for (const [look, options] of Object.entries(LOOKS)) {
      await withPage({ ...options, javaScriptEnabled: true }, async (page) => {
        await page.goto(links[name]);
        if (name === "scanning") await page.evaluate(() => window.stop());  // else it goes on under our hands
        assert.equal(await page.locator("h1").textContent(), heading);
        assert.equal(await page.title(), heading);
        assert.equal(await page.locator("html").getAttribute("lang"), "en");
        assert.equal(await page.locator("main").count(), 1);
        assert.ok((await overflow(page)) <= 0, `${look}: nothing is wider than the window`);
        if (shots) await page.screenshot({ path: path.join(shots, `${name}-${look}.png`), fullPage: true });
        if (await page.locator("summary").count()) await page.locator("summary").click();
        assert.ok((await overflow(page)) <= 0, `${look}: nor with the details open`);
        const contrast = await lowestContrast(page);
        assert.ok(contrast.ratio >= 4.5, `${look}: "${contrast.text}" has a contrast of ${contrast.ratio.toFixed(2)}`);
        for (const target of await page.locator("button, summary").all()) {
          const box = await target.boundingBox();
          assert.ok(box.height >= 24 && box.width >= 24, `${look}: targets are large enough`);
        }
        if (shots) await page.screenshot({ path: path.join(shots, `${name}-${look}-open.png`), fullPage: true });
      });
    }
  };
}

claims["a harmless link leads to its site at once and tells it nothing"] = () => withPage({}, async (page) => {
  const response = await page.goto(links.plain);
  assert.equal(page.url(), "http://canteen.example/menu");
  assert.equal(await page.locator("#referrer").textContent(), "");
  assert.equal(response.request().redirectedFrom().url(), links.plain);
});

claims["a warning is passed by two deliberate steps, without JavaScript"] = () => withPage({}, async (page) => {
  await page.goto(links.phishing);
  const onward = page.getByRole("button", { name: "Open it anyway (not recommended)" });
  assert.equal(await onward.isVisible(), false, "the way on is folded away");
  await page.locator("summary").click();
  await onward.click();
  await page.waitForURL("http://northgate-voicemail.com/**");
  assert.equal(await page.locator("#arrived").textContent(), "northgate-voicemail.com");
  assert.equal(await page.locator("#referrer").textContent(), "");
});

claims["where the policy lets nobody through there is no way on"] = () => withPage({}, async (page) => {
  await page.goto(links.phishing_strict);
  assert.equal(await page.locator("form[action^='/continue']").count(), 0);
  assert.equal(await page.locator("a[href^='http://north']").count(), 0);
});

claims["a link that was changed shows where it leads now as text, and the reference of its row"] = () => withPage({}, async (page) => {
  await page.goto(links.altered);
  assert.equal(await page.locator(".host").textContent(), "evil.example");
  assert.equal(await page.locator("main a:not([href^=mailto])").count(), 0);
  await page.locator("summary").click();
  assert.match(await page.locator("dd").last().textContent(), /^[0-9a-f-]{36}$/);
});

claims["the first button is the way back, and it ends well"] = () => withPage({}, async (page) => {
  await page.goto(links.phishing);
  await page.keyboard.press("Tab");
  const focused = page.locator(":focus");
  assert.equal(await focused.textContent(), "Go back, do not open it");
  const outline = await focused.evaluate((element) => getComputedStyle(element).outlineWidth);
  assert.ok(parseFloat(outline) >= 2, "focus can be seen");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "You stayed away from the site" }).waitFor();
  if (shots) await page.screenshot({ path: path.join(shots, "closed-light.png"), fullPage: true });
});

claims["everything can be done by keyboard alone"] = () => withPage({}, async (page) => {
  await page.goto(links.phishing);
  const seen = [];
  for (let i = 0; i < 7; ++i) {
    await page.keyboard.press("Tab");
    const text = (await page.locator(":focus").textContent()).trim();
    seen.push(text);
    if (text === "Details and other choices") await page.keyboard.press("Enter");
    if (text.startsWith("Open it anyway")) break;
  }
  assert.deepEqual(seen, ["Go back, do not open it", "security@corp.test", "Details and other choices", "Report as safe", "Report this message",
    "Open it anyway (not recommended)"]);
  await page.keyboard.press("Enter");
  await page.waitForURL("http://northgate-voicemail.com/**");
});

claims["a site can be reported as safe, which opens nothing"] = () => withPage({}, async (page) => {
  await page.goto(links.malicious);
  await page.locator("summary").click();
  await page.getByRole("button", { name: "Report as safe" }).click();
  await page.getByRole("heading", { name: "Thank you for telling us" }).waitFor();
  if (shots) await page.screenshot({ path: path.join(shots, "reported-light.png"), fullPage: true });
});

for (const script of [true, false]) {
  claims[`a slow check goes on by itself ${script ? "with" : "without"} JavaScript`] = () =>
    withPage({ javaScriptEnabled: script }, async (page, context) => {
      const other = await context.newPage();
      await page.goto(links.slow_bad);
      assert.equal(await page.locator("h1").textContent(), "Checking this link");
      await page.getByRole("heading", { name: "This link leads to a fake site" }).waitFor({ timeout: 15000 });
      await other.goto(links.slow_good);
      await other.waitForURL("http://slow-news.example/today", { timeout: 15000 });
    });
}

claims["a form in a mail sends nothing of what was typed"] = () => withPage({}, async (page) => {
  const requests = [];
  page.on("request", (request) => requests.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`));
  await page.setContent(`<form method="post" action="${links.form}"><input name="password" value="hunter2"><button>Send</button></form>`);
  await page.locator("button").click();
  await page.getByRole("heading", { name: "This message asked for your input" }).waitFor();
  await page.locator("summary").click();
  await page.getByRole("button", { name: "Open this site" }).click();
  await page.waitForURL("http://canteen.example/menu");
  assert.ok(requests.filter((line) => line.includes("canteen.example/menu ")).every((line) => !line.includes("hunter2")));
  assert.ok(requests.some((line) => line.includes("hunter2")), "it was really sent to us");
});

claims["the language is the reader's"] = () => withPage({ locale: "de-AT" }, async (page) => {
  await page.goto(links.phishing);
  assert.equal(await page.locator("h1").textContent(), "Dieser Link führt auf eine gefälschte Seite");
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  if (shots) await page.screenshot({ path: path.join(shots, "phishing-german.png"), fullPage: true });
});

claims["with scripts the scanning page says how far the check is and goes on by itself"] = () => withPage({ javaScriptEnabled: true }, async (page) => {
  await page.goto(links.slow_bad);
  await page.getByText("Opening the page in a browser of our own").waitFor();
  await page.getByRole("heading", { name: PAGES.phishing_strict }).waitFor();
});

claims["a suspicious page is shown as it is, scaled to the card"] = () => withPage({ javaScriptEnabled: true }, async (page) => {
  await page.goto(links.suspicious);
  const picture = page.locator("figure img");
  await picture.scrollIntoViewIfNeeded();
  await picture.evaluate((image) => image.decode());
  assert.equal(await picture.evaluate((image) => image.naturalWidth), 64);
  assert.ok((await overflow(page)) <= 0);
});

claims["no page can be framed"] = () => withPage({}, async (page, context, troubles) => {
  await page.goto("http://canteen.example/");
  const refusal = page.waitForEvent("console", (message) => /frame/i.test(message.text()));
  await page.setContent(`<iframe src="${links.phishing}"></iframe>`);
  assert.match((await refusal).text(), /frame-ancestors|X-Frame-Options/);
  const frame = page.frames().find((one) => one !== page.mainFrame());
  assert.ok(!(await frame.content()).includes(PAGES.phishing));
  troubles.length = 0;  // the refusal is what was asked for
});

let failed = 0;
if (shots) mkdirSync(shots, { recursive: true });
for (const [name, claim] of Object.entries(claims)) {
  try {
    await claim();
    console.log(`ok    ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAIL  ${name}\n${error.stack}`);
  }
}
await browser.close();
world.child.stdin.end();
process.exit(failed === 0 ? 0 : 1);
