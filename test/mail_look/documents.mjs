// Documents as flat lists of nodes, and what differs between that of a part and that of the part rewritten.

// Runs in the page. A node is {e: element, at: index among all elements, attributes: {name: value}}, {end: true},
// {t: text} or {c: comment}. What Outlook reads of a conditional comment is an element of its own.
export function outline() {
  const nodes = [];
  let count = 0;
  const text = (data) => {
    const last = nodes.at(-1);
    if (last?.t !== undefined) last.t += data;
    else if (data !== "") nodes.push({ t: data });
  };
  const walk = (root, isPage) => {
    // A stack, not recursion: mails nest tables thousands deep.
    const stack = [[...root.childNodes].reverse()];
    while (stack.length > 0) {
      const node = stack.at(-1).pop();
      if (node === undefined) {
        stack.pop();
        if (stack.length > 0) nodes.push({ end: true });
      } else if (node.nodeType === Node.TEXT_NODE) {
        text(node.data);
      } else if (node.nodeType === Node.ELEMENT_NODE) {
        const attributes = {};
        for (const { name, value } of node.attributes) attributes[name] = value;
        const element = { e: `${node.namespaceURI.slice(-5)} ${node.localName}`, attributes };
        if (isPage) element.at = count++;
        if (isPage && (node.localName === "a" || node.localName === "area") && typeof node.href === "string") element.href = node.href;
        nodes.push(element);
        stack.push([...(node instanceof HTMLTemplateElement ? node.content : node).childNodes].reverse());
      } else if (node.nodeType === Node.COMMENT_NODE) {
        const conditional = /^\s*\[if/i.test(node.data) ? node.data.match(/^([^>]*>)(.*?)(<!\[endif\]-*)?$/is) : null;
        if (!conditional) {
          nodes.push({ c: node.data });
          continue;
        }
        // Outlook's reading is a document of its own here, so that an end tag in it closes nothing of ours.
        nodes.push({ e: "comment", attributes: { mark: conditional[1] + (conditional[3] ?? "") } });
        walk(new DOMParser().parseFromString(conditional[2], "text/html"), false);
        nodes.push({ end: true });
      }
    }
  };
  walk(document, true);
  return { nodes, elements: count, base: document.baseURI };
}

const PATCHED = new Set(["href", "xlink:href", "action", "formaction"]);

// What leads somewhere on a click, as an address that a browser would open; null where it is no http(s) or ftp.
function target(node, name, document) {
  try {
    // The browser's own reading encodes queries in the charset of the document; of what it cannot read it gives the text.
    const url = name === "href" && node.href !== undefined ? new URL(node.href) : new URL(node.attributes[name], document.base);
    return /^(https?|ftp):$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function leadsSomewhere(node, name) {
  const tag = node.e.split(" ").at(-1);
  if (name === "action") return tag === "form";
  if (name === "formaction") return true;
  return tag === "a" || tag === "area";
}

// {elements: [before, after], links: [[address before, address after]], open: [...], new_links: [index of element],
// trouble: first thing that is not as it was, or null}. `open` are links that lead past us: to be explained by a reason.
export function differences(before, after, origin) {
  const result = { elements: [before.elements, after.elements], links: [], open: [], new_links: [], trouble: null };
  const a = before.nodes, b = after.nodes;
  const isOurs = (value) => value.startsWith(`${origin}/`);
  // An <a href> of ours around nothing but text, without any other attribute.
  const mayBeNew = (j) => / a$/.test(b[j].e ?? "") && Object.keys(b[j].attributes).join() === "href" && isOurs(b[j].attributes.href) &&
    b[j + 1]?.t !== undefined && b[j + 2]?.end;
  const fail = (what, i, j) => ({ ...result, trouble: `${what}: ${JSON.stringify(a[i] ?? null).slice(0, 300)} is now ${JSON.stringify(b[j] ?? null).slice(0, 300)}` });
  let i = 0, rest = "";
  for (let j = 0; j < b.length; ++j) {
    if (rest === "" && a[i]?.t !== undefined) rest = a[i++].t;
    const isNew = rest !== "" && b[j].e && mayBeNew(j);
    const text = isNew ? b[j + 1].t : b[j].t;
    if (text !== undefined) {
      if (!rest.startsWith(text)) return fail("text", i - 1, j);
      rest = rest.slice(text.length);
      if (isNew) {
        if (b[j].at !== undefined) result.new_links.push(b[j].at);
        j += 2;
      }
      continue;
    }
    if (rest !== "") return fail("text", i - 1, j);
    const old = a[i++], now = b[j];
    if (old === undefined || old.e !== now.e || old.c !== now.c || old.end !== now.end) return fail("node", i - 1, j);
    if (!now.e) continue;
    if (Object.keys(old.attributes).join("\n") !== Object.keys(now.attributes).join("\n")) return fail("attributes", i - 1, j);
    for (const [name, value] of Object.entries(now.attributes)) {
      const was = old.attributes[name];
      const address = PATCHED.has(name) && leadsSomewhere(old, name) ? target(old, name, before) : null;
      if (value === was) {
        if (address && !isOurs(address) && !was.trim().startsWith("#") && !address.startsWith("https://mail.invalid/")) result.open.push(address);
        continue;
      }
      const refresh = / meta$/.test(now.e) && name === "content" && /^\s*refresh\s*$/i.test(now.attributes["http-equiv"] ?? "");
      if (refresh) {
        const url = (text) => text.replace(/^[\d.\s]*[;,]?\s*(url\s*=)?\s*['"]?/i, "");
        if (!isOurs(url(value))) return fail("refresh", i - 1, j);
        result.links.push([url(was), url(value)]);
      } else if (PATCHED.has(name) && isOurs(value)) {
        result.links.push([address ?? was, value]);
      } else {
        return fail(`attribute ${name}`, i - 1, j);
      }
    }
  }
  if (rest !== "" || i < a.length) return fail("the end", i, b.length);
  if (after.elements - before.elements !== result.new_links.length) return fail("number of elements", i, b.length);
  return result;
}
