#include "scan/markup.h"

#include <algorithm>
#include <map>

#include "base/ascii.h"
#include "scan/markup_tree.h"

namespace linkgate::scan {
namespace {

using verdict::Form;
using verdict::FormField;
using verdict::Page;

constexpr size_t kMaxTextBefore = 60;             // bytes of a text that is taken for a field's name
constexpr size_t kMaxText = 2000;                 // of a title, label, name, value
constexpr size_t kMaxInlineScripts = 2ULL << 20;  // bytes of all together

std::string attribute(const GumboNode* node, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&node->v.element.attributes, name);
  return found != nullptr ? found->value : "";
}
bool has(const GumboNode* node, const char* name) {
  return gumbo_get_attribute(&node->v.element.attributes, name) != nullptr;
}
std::string lower(const GumboNode* node, const char* name) {
  return ascii::to_lower(ascii::trim(attribute(node, name)));
}
std::string shortened(std::string text) {
  if (text.size() > kMaxText) text.resize(kMaxText);
  return text;
}
void push(std::vector<std::string>& list, std::string text) {
  if (list.size() < kMaxListed && !text.empty()) list.push_back(std::move(text));
}

std::string_view tag_name(const GumboNode* node) { return gumbo_normalized_tagname(node->v.element.tag); }

bool is_unseen(const GumboNode* node) {
  switch (node->v.element.tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_TITLE:
      return true;
    default:
      break;
  }
  if (has(node, "hidden")) return true;
  std::string style = lower(node, "style");
  std::erase_if(style, ascii::is_space);
  return style.find("display:none") != style.npos || style.find("visibility:hidden") != style.npos;
}

bool breaks_words(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_A:
    case GUMBO_TAG_B:
    case GUMBO_TAG_I:
    case GUMBO_TAG_U:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_WBR:
      return false;
    default:
      return true;
  }
}

// Text with one space where markup has any number of them.
void append_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (out.size() >= kMaxVisibleText) return;
    if (!ascii::is_space(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
}

std::string text_below(const GumboNode* top) {
  std::string text;
  std::vector<const GumboNode*> open = {top};
  while (!open.empty() && text.size() < kMaxText) {
    const GumboNode* node = open.back();
    open.pop_back();
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA)
      append_text(text, node->v.text.text);
    if (node->type != GUMBO_NODE_ELEMENT) continue;
    const GumboVector& children = node->v.element.children;
    for (unsigned i = children.length; i > 0; --i)
      open.push_back(static_cast<const GumboNode*>(children.data[i - 1]));
  }
  return shortened(std::string(ascii::trim(text)));
}

std::string raw_text(const GumboNode* node) {
  std::string text;
  const GumboVector& children = node->v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    const auto* child = static_cast<const GumboNode*>(children.data[i]);
    if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE ||
        child->type == GUMBO_NODE_CDATA)
      text += child->v.text.text;
  }
  return text;
}

class Reader {
 public:
  Reader(const url::Url& url, Page* page) : page_(*page) { markup_.base = url; }

  void walk(const GumboNode* root) {
    std::vector<Step> open = {{root, false, false, -1, ""}};
    while (!open.empty()) {
      const Step step = std::move(open.back());
      open.pop_back();
      if (step.is_end) {
        append_text(page_.visible_text, " ");
      } else if (step.node->type == GUMBO_NODE_ELEMENT) {
        enter(step, open);
      } else if (step.node->type != GUMBO_NODE_COMMENT && step.node->type != GUMBO_NODE_DOCUMENT &&
                 step.node->type != GUMBO_NODE_TEMPLATE && !step.is_unseen) {
        append_text(page_.visible_text, step.node->v.text.text);
        note_text(step.node->v.text.text);
      }
    }
    name_fields();
    while (page_.visible_text.ends_with(' ')) page_.visible_text.pop_back();
  }
  Markup take() { return std::move(markup_); }

 private:
  struct Step {
    const GumboNode* node;
    bool is_unseen, is_end;
    int form;
    std::string label;  // of a <label> around it
  };

  void enter(const Step& step, std::vector<Step>& open) {
    const GumboNode* node = step.node;
    Step below{node, step.is_unseen || is_unseen(node), false, step.form, step.label};
    if (node->v.element.tag == GUMBO_TAG_NOSCRIPT) return;  // shown to nobody who has scripts
    if (node->v.element.tag == GUMBO_TAG_FORM) below.form = add_form(node);
    if (node->v.element.tag == GUMBO_TAG_LABEL) below.label = add_label(node);
    note(node, below);
    const bool breaks = !below.is_unseen && breaks_words(node->v.element.tag);
    if (breaks) append_text(page_.visible_text, " ");
    if (breaks) open.push_back({node, false, true, -1, ""});
    const GumboVector& children = node->v.element.children;
    for (unsigned i = children.length; i > 0; --i) {
      below.node = static_cast<const GumboNode*>(children.data[i - 1]);
      open.push_back(below);
    }
  }

  std::string absolute(const std::string& reference) const {
    const auto url = url::Url::parse(reference, &markup_.base);
    return url ? url->href() : "";
  }

  void note(const GumboNode* node, const Step& step) {
    note_handlers(node);
    switch (node->v.element.tag) {
      case GUMBO_TAG_BASE:
        return note_base(node);
      case GUMBO_TAG_TITLE:
        if (page_.title.empty()) page_.title = text_below(node);
        return;
      case GUMBO_TAG_META:
        if (lower(node, "http-equiv") == "refresh") push(markup_.refreshes, attribute(node, "content"));
        return;
      case GUMBO_TAG_A:
      case GUMBO_TAG_AREA:
        return note_link(node);
      case GUMBO_TAG_SCRIPT:
        return note_script(node);
      case GUMBO_TAG_IMG:
        return push(page_.images, absolute(attribute(node, "src")));
      case GUMBO_TAG_FRAME:
      case GUMBO_TAG_IFRAME:
        return note_frame(node);
      case GUMBO_TAG_INPUT:
      case GUMBO_TAG_SELECT:
      case GUMBO_TAG_TEXTAREA:
      case GUMBO_TAG_BUTTON:
        return note_field(node, step);
      default:
        return;
    }
  }

  void note_base(const GumboNode* node) {
    if (has_base_ || !has(node, "href")) return;
    const auto base = url::Url::parse(attribute(node, "href"), &markup_.base);
    if (!base || !base->is_http()) return;
    markup_.base = *base;
    has_base_ = true;
  }

  void note_handlers(const GumboNode* node) {
    for (const char* name : {"onload", "onerror", "onpageshow", "onfocus"}) {
      const bool runs = std::string_view(name) != "onfocus" || has(node, "autofocus");
      if (runs && has(node, name)) push(markup_.handlers, attribute(node, name));
    }
    if (has(node, "onclick")) push(markup_.pressed, attribute(node, "onclick"));
  }

  void note_link(const GumboNode* node) {
    const std::string href = absolute(attribute(node, "href"));
    if (!has(node, "href") || href.empty()) return;
    push(page_.links, href);
    if (markup_.elements.size() < kMaxListed)
      markup_.elements.push_back({attribute(node, "id"), "a", href, -1});
  }

  void note_script(const GumboNode* node) {
    if (has(node, "src")) return push(page_.scripts, absolute(attribute(node, "src")));
    const std::string type = lower(node, "type");
    const bool is_script = type.empty() || type == "module" || type.find("javascript") != type.npos ||
                           type.find("ecmascript") != type.npos;
    std::string text = raw_text(node);
    if (!is_script || script_bytes_ + text.size() > kMaxInlineScripts) return;
    script_bytes_ += text.size();
    push(page_.inline_scripts, std::move(text));
  }

  void note_frame(const GumboNode* node) {
    const std::string source = absolute(attribute(node, "src"));
    if (source.empty() || source.starts_with("about:")) return;
    push(page_.frames, source);
    std::string style = lower(node, "style");
    std::erase_if(style, ascii::is_space);
    const auto is_full = [&](const char* name, std::string_view unit) {
      const std::string value = lower(node, name);
      const std::string in_style = std::string(name) + ":100";
      return value == "100%" || value == "100" + std::string(unit) ||
             style.find(in_style + "%") != style.npos ||
             style.find(in_style + std::string(unit)) != style.npos;
    };
    const bool is_frameset = node->v.element.tag == GUMBO_TAG_FRAME;
    if (is_frameset || (is_full("width", "vw") && is_full("height", "vh"))) push(markup_.full_frames, source);
  }

  int add_form(const GumboNode* node) {
    if (page_.forms.size() >= kMaxListed) return -1;
    Form form;
    form.action = attribute(node, "action").empty() ? document_url() : absolute(attribute(node, "action"));
    form.method = lower(node, "method") == "post" ? "post" : "get";
    MarkupForm more;
    more.id = attribute(node, "id");
    more.name = attribute(node, "name");
    more.action = form.action;
    more.is_post = form.method == "post";
    more.encoding = lower(node, "enctype");
    page_.forms.push_back(std::move(form));
    markup_.forms.push_back(std::move(more));
    return static_cast<int>(page_.forms.size()) - 1;
  }
  std::string document_url() const {
    return page_.chain.empty() ? markup_.base.href() : page_.chain.back().url;
  }

  std::string add_label(const GumboNode* node) {
    std::string text = text_below(node);
    if (const std::string target = attribute(node, "for"); !target.empty()) labels_[target] = text;
    return text;
  }

  void note_field(const GumboNode* node, const Step& step) {
    const std::string_view tag = tag_name(node);
    std::string type = tag == "input" ? lower(node, "type") : std::string(tag);
    if (type.empty()) type = "text";
    const bool is_button =
        type == "submit" || type == "image" ||
        (tag == "button" && lower(node, "type") != "button" && lower(node, "type") != "reset");
    if (is_button && markup_.elements.size() < kMaxListed)
      markup_.elements.push_back({attribute(node, "id"), std::string(tag), "", step.form});
    if (is_button && tag == "input" && !step.is_unseen)
      append_text(page_.visible_text, attribute(node, "value") + " ");
    std::string label = step.label;
    for (const char* name : {"placeholder", "aria-label", "title"}) {
      if (label.empty()) label = shortened(attribute(node, name));
    }
    FormField field{type, shortened(attribute(node, "name")), label};
    note_value(node, field, is_button || tag == "button", step.form);
    Form* form = form_of(step.form);
    if (form->fields.size() >= kMaxListed) return;
    form->fields.push_back(std::move(field));
    if (form->fields.back().label.empty() && unlabelled_.size() < kMaxListed)
      unlabelled_.push_back({form == &loose_ ? -1 : step.form, form->fields.size() - 1, attribute(node, "id"),
                             is_button || type == "hidden" ? "" : text_before_});
    if (!is_button && type != "hidden") text_before_.clear();
  }

  // A field without a label is called what stands right before it.
  void note_text(std::string_view text) {
    text = ascii::trim(text);
    const bool has_letters =
        std::any_of(text.begin(), text.end(), [](char c) { return c < 0 || ascii::is_alpha(c); });
    if (has_letters) text_before_ = text.size() <= kMaxTextBefore ? std::string(text) : std::string();
  }

  // What a submission by script would send of it (HTML Standard, "constructing the entry list").
  void note_value(const GumboNode* node, const FormField& field, bool is_button, int form) {
    if (form < 0 || is_button || field.name.empty() || has(node, "disabled")) return;
    const bool is_choice = field.type == "checkbox" || field.type == "radio";
    if (field.type == "file" || (is_choice && !has(node, "checked"))) return;
    std::string value = attribute(node, "value");
    if (is_choice && !has(node, "value")) value = "on";
    if (field.type == "textarea") value = raw_text(node);
    auto& values = markup_.forms[static_cast<size_t>(form)].successful;
    if (values.size() < kMaxListed) values.emplace_back(field.name, std::move(value));
  }

  // Fields outside a form are one form more, that a script reads.
  Form* form_of(int form) { return form < 0 ? &loose_ : &page_.forms[static_cast<size_t>(form)]; }

  void name_fields() {
    for (auto& [form, field, id, before] : unlabelled_) {
      const auto label = id.empty() ? labels_.end() : labels_.find(id);
      form_of(form)->fields[field].label = label != labels_.end() ? label->second : std::move(before);
    }
    if (loose_.fields.empty()) return;
    loose_.action = document_url();
    loose_.method = "get";
    page_.forms.push_back(std::move(loose_));
    markup_.forms.push_back({});
  }

  struct Unlabelled {
    int form;
    size_t field;
    std::string id;
    std::string before;  // the text in front of it
  };
  Page& page_;
  Markup markup_;
  bool has_base_ = false;
  size_t script_bytes_ = 0;
  Form loose_;
  std::map<std::string, std::string> labels_;  // by the id that they are for
  std::vector<Unlabelled> unlabelled_;
  std::string text_before_;  // since the last field
};

// A frame that is all there is to see fills the page, whatever its size is said to be.
void find_lone_frame(const Page& page, Markup* markup) {
  constexpr size_t kLittleText = 40;
  if (!markup->full_frames.empty() || page.frames.size() != 1) return;
  if (page.visible_text.size() <= kLittleText && page.forms.empty() && page.images.empty())
    markup->full_frames.push_back(page.frames.front());
}

}  // namespace

Markup read_markup(std::string_view html, const url::Url& url, Page* page) {
  const MarkupTree tree(html);
  Reader reader(url, page);
  if (tree.root() != nullptr) reader.walk(tree.root());
  Markup markup = reader.take();
  markup.trouble = tree.trouble();
  find_lone_frame(*page, &markup);
  return markup;
}

}  // namespace linkgate::scan
