#include "browser/snapshot.h"

namespace linkgate::browser {

// The numbers are the limits of snapshot.h; snapshot_test holds the two together.
namespace {
constexpr std::string_view kScript = R"js((() => {
  'use strict';
  const limit = {html: 2097152, text: 262144, title: 1024, forms: 64, fields: 128, field: 256, list: 1000,
                 scripts: 200, script: 262144, inline: 1048576, url: 8192, nodes: 200000,
                 thin: 400, styled: 2000, steps: 40, before: 60};
  let cut = false;
  const getter = (type, name) => Object.getOwnPropertyDescriptor(type.prototype, name).get;
  const ask = (type, name, object) => getter(type, name).call(object);
  const attribute = (element, name) => Element.prototype.getAttribute.call(element, name);
  const all = (root, selector) =>
      (root instanceof Document ? Document : root instanceof DocumentFragment ? DocumentFragment : Element)
          .prototype.querySelectorAll.call(root, selector);
  const clip = (value, most) => {
    const text = String(value ?? '');
    if (text.length <= most) return text;
    cut = true;
    return text.slice(0, most);
  };
  const page = String(ask(Document, 'URL', document));
  const base = String(ask(Node, 'baseURI', document));
  const absolute = (reference) => {
    try { return clip(new URL(String(reference), base).href, limit.url); } catch { return ''; }
  };
  const root = ask(Document, 'documentElement', document);

  // Documents within the document: open shadow trees.
  const trees = [document];
  let seen = 0;
  for (let at = 0; at < trees.length && trees.length < limit.list; ++at) {
    const walker = document.createTreeWalker(trees[at], NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (++seen > limit.nodes) { cut = true; break; }
      const shadow = ask(Element, 'shadowRoot', node);
      if (shadow) trees.push(shadow);
    }
  }
  const each = (selector) => {
    const found = [];
    for (const tree of trees) for (const element of all(tree, selector)) found.push(element);
    return found;
  };
  const urls = (selector, name) => {
    const out = [];
    for (const element of each(selector)) {
      const value = attribute(element, name) ?? attribute(element, 'xlink:href');
      if (value === null || value === '') continue;
      const url = absolute(value);
      if (url === '' || url.startsWith('data:')) continue;
      if (out.length >= limit.list) { cut = true; break; }
      out.push(url);
    }
    return out;
  };

  const words = (element) => element ? String(ask(HTMLElement, 'innerText', element) ?? '').trim() : '';
  // What stands right before a field without a label, and after the field before it.
  const before = (field) => {
    const top = Node.prototype.getRootNode.call(field);
    const walker = document.createTreeWalker(top, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    walker.currentNode = field;
    for (let steps = 0, node = walker.previousNode(); node && steps < limit.steps; ++steps, node = walker.previousNode()) {
      const name = (of) => of ? String(ask(Node, 'nodeName', of)).toLowerCase() : '';
      if (['input', 'select', 'textarea'].includes(name(node))) {
        if (attribute(node, 'type') === 'hidden') continue;
        return '';
      }
      const isText = node instanceof Text && !['script', 'style', 'option'].includes(name(ask(Node, 'parentNode', node)));
      const text = isText ? node.data.trim() : '';
      if (/[\p{L}]/u.test(text)) return text.length <= limit.before ? text : '';
    }
    return '';
  };
  const label = (field) => {
    const labels = 'labels' in field ? field.labels : null;
    let text = labels && labels.length ? words(labels[0]) : '';
    text = text || attribute(field, 'placeholder') || attribute(field, 'aria-label') || attribute(field, 'title') || '';
    if (!text && attribute(field, 'aria-labelledby')) {
      const other = Document.prototype.getElementById.call(document, attribute(field, 'aria-labelledby'));
      if (other instanceof HTMLElement) text = words(other);
    }
    return clip(text || before(field), limit.field);
  };
  // A field that shows dots for what is typed keeps a secret, whatever it calls itself.
  const masks = (field) => {
    const style = getComputedStyle(field);
    return !['', 'none'].includes(style.webkitTextSecurity ?? '') || /text-security|password-?dot/i.test(style.fontFamily ?? '');
  };
  const kind = (field) => {
    if (!(field instanceof HTMLSelectElement) && masks(field)) return 'password';
    if (field instanceof HTMLInputElement) return ask(HTMLInputElement, 'type', field);
    if (field instanceof HTMLSelectElement) return 'select';
    if (field instanceof HTMLTextAreaElement) return 'textarea';
    return 'editable';
  };
  const owner = (field) => {
    for (const type of [HTMLInputElement, HTMLSelectElement, HTMLTextAreaElement])
      if (field instanceof type) return ask(type, 'form', field);
    return null;
  };
  const forms = new Map();
  for (const form of each('form')) {
    if (forms.size >= limit.forms) { cut = true; break; }
    const action = attribute(form, 'action');
    forms.set(form, {action: action ? absolute(action) : page,
                     method: (attribute(form, 'method') || 'get').toLowerCase() === 'post' ? 'post' : 'get', fields: []});
  }
  for (const field of each('input, select, textarea, [contenteditable=""], [contenteditable=true], [contenteditable^=plain]')) {
    const form = owner(field);
    if (!forms.has(form)) {
      if (form !== null) continue;
      forms.set(null, {action: page, method: 'script', fields: []});
    }
    const fields = forms.get(form).fields;
    if (fields.length >= limit.fields) { cut = true; continue; }
    fields.push({type: kind(field), name: clip(attribute(field, 'name') || attribute(field, 'id'), limit.field),
                 label: label(field)});
  }

  const inline = [];
  let inlineSize = 0;
  for (const script of each('script:not([src])')) {
    const text = clip(ask(Node, 'textContent', script), limit.script);
    if (text.trim() === '') continue;
    inlineSize += text.length;
    if (inline.length >= limit.scripts || inlineSize > limit.inline) { cut = true; break; }
    inline.push(text);
  }

  let largest = {share: 0, url: ''};
  const width = window.innerWidth, height = window.innerHeight;
  for (const frame of each('iframe, frame').slice(0, limit.list)) {
    const box = Element.prototype.getBoundingClientRect.call(frame);
    const seenWidth = Math.max(0, Math.min(box.right, width) - Math.max(box.left, 0));
    const seenHeight = Math.max(0, Math.min(box.bottom, height) - Math.max(box.top, 0));
    const share = width * height > 0 ? seenWidth * seenHeight / (width * height) : 0;
    if (share > largest.share) largest = {share, url: absolute(attribute(frame, 'src') ?? '')};
  }

  const body = ask(Document, 'body', document);
  const texts = [words(body instanceof HTMLElement ? body : root instanceof HTMLElement ? root : null)];
  for (const tree of trees.slice(1))
    for (const child of ask(DocumentFragment, 'children', tree)) if (child instanceof HTMLElement) texts.push(words(child));
  // Words that are in the style sheet alone, where there are hardly any others.
  if (texts.join('').length < limit.thin) {
    const generated = [];
    for (const element of each('body, body *').slice(0, limit.styled)) {
      for (const side of ['::before', '::after']) {
        const content = getComputedStyle(element, side).content;
        if (content.length > 2 && content.startsWith('"') && content.endsWith('"'))
          generated.push(content.slice(1, -1).replace(/\\(.)/g, '$1'));
      }
    }
    if (generated.length) texts.push(generated.join(' '));
  }
  const icons = each('link[rel~="icon" i]');
  return JSON.stringify({
    url: clip(page, limit.url), title: clip(ask(Document, 'title', document), limit.title),
    html: clip(root ? ask(Element, 'outerHTML', root) : '', limit.html), text: clip(texts.join('\n').trim(), limit.text),
    icon: icons.length ? absolute(attribute(icons[0], 'href') ?? '') : '',
    forms: [...forms.values()], links: urls('a[href], area[href]', 'href'),
    frames: urls('iframe[src], frame[src], embed[src]', 'src'), scripts: urls('script[src]', 'src'),
    images: urls('img[src], input[type=image][src], image', 'src'), inline_scripts: inline,
    frame_share: largest.share, largest_frame: largest.url, is_cut: cut});
})())js";
}  // namespace

std::string_view snapshot_script() { return kScript; }

}  // namespace linkgate::browser
