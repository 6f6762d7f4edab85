// The part of MessageBuilder that reads one body: decodes it, finds its links and places their slots.
#include <algorithm>

#include "base/ascii.h"
#include "mail/calendar_links.h"
#include "mail/charset_choice.h"
#include "mail/html_entities.h"
#include "mail/iso2022jp.h"
#include "mail/link_target.h"
#include "mail/message_builder.h"
#include "mail/pgp_blocks.h"
#include "mail/text_links.h"

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;

Range scaled(Range range, size_t width) { return {range.begin * width, range.end * width}; }

// Where what was found in the skeleton stands in the bytes. Escape sequences at its ends belong to the value
// of an attribute, which is replaced; around text they stay where they are.
Slot html_slot(const HtmlLink& html, const Charset& charset, Iso2022JpCursor& escapes) {
  Slot slot;
  slot.at = scaled(html.value, charset.width());
  slot.kind = html.kind == HtmlLinkKind::kText ? SlotKind::kHtmlText : SlotKind::kAttribute;
  slot.quote = html.quote;
  slot.prefix = html.prefix;
  if (charset.shape() != Charset::Shape::kIso2022Jp) return slot;
  const bool is_text = slot.kind == SlotKind::kHtmlText;
  const auto begin = is_text ? escapes.begin_of(html.value.begin) : escapes.end_of(html.value.begin);
  const auto end = is_text ? escapes.end_of(html.value.end) : escapes.begin_of(html.value.end);
  slot.at = {begin.at, end.at};
  slot.before = begin.state;
  slot.after = end.state;
  return slot;
}

Error unreadable_html(bool contradictory) {
  return Error(ErrorCode::kLimit, contradictory ? "HTML that readers take apart in too many ways"
                                                : "too many links, attributes of one tag, or svg in svg");
}

}  // namespace

Result<void> MessageBuilder::add_body(size_t container_index, size_t entity_index, Role role,
                                      SignedState signed_state) {
  const Container& container = impl_.containers[container_index];
  const Entity& entity = container.structure.entities[entity_index];
  part_ = static_cast<int>(container.first_part + entity_index);
  signed_state_ = signed_state;
  Body body;
  body.container = static_cast<int>(container_index);
  body.entity = entity_index;
  body.region = container.region;
  body.at = entity.body;
  body.encoding = entity.encoding;
  body.first_slot = impl_.slots.size();
  const std::string_view raw = impl_.regions[container.region].bytes.substr(body.at.begin, body.at.size());
  std::string storage;
  std::string_view bytes = raw;
  if (entity.encoding == Encoding::kBase64) body.at.end = body.at.begin + base64_extent(raw);
  if (entity.encoding != Encoding::kIdentity)
    bytes = storage = decode(raw.substr(0, body.at.size()), entity.encoding);
  if (role != Role::kNone) {
    CharsetChoice choice = choose_charset(entity.charset, bytes, role == Role::kHtml);
    if (choice.contradictory) return Error(ErrorCode::kLimit, "text that shows links in two charsets");
    body.charset = std::move(choice.charset);
    body.must_be_utf8 = choice.shows_as_ascii;
  }
  bool becomes_utf8 = false;
  const bool keeps_ascii = body.charset.shape() == Charset::Shape::kAscii;
  if (body.charset.shape() == Charset::Shape::kOther || (role == Role::kCalendar && !keeps_ascii)) {
    bytes = storage = body.charset.to_utf8(bytes);
    body.charset = Charset::utf8();
    becomes_utf8 = true;
  }
  switch (role) {
    case Role::kNone:
      break;
    case Role::kHtml:
      TRY(scan_html(bytes, body, entity, container));
      break;
    case Role::kText:
      TRY(scan_text(bytes, body, entity, /*patchable=*/true));
      break;
    case Role::kOtherText:
      TRY(scan_text(bytes, body, entity, /*patchable=*/false));
      break;
    case Role::kCalendar:
      TRY(scan_calendar(bytes));
      break;
  }
  body.last_slot = impl_.slots.size();
  if (body.encoding == Encoding::kBase64) TRY(scan_undecodable(raw));
  if (body.first_slot == body.last_slot && !body.must_be_utf8) return {};
  if (becomes_utf8 || body.encoding == Encoding::kBase64 || body.encoding == Encoding::kUuencode) {
    Region& region = add_region(container_index, entity_index, body.at, std::move(storage));
    region.was_other_encoding = body.encoding != Encoding::kBase64;
    region.was_other_charset = becomes_utf8;
    body.region = static_cast<int>(impl_.regions.size()) - 1;
  } else {
    place_slots(raw, body);
  }
  impl_.bodies.push_back(std::move(body));
  return {};
}

// From offsets in the decoded body to offsets in the region around it.
void MessageBuilder::place_slots(std::string_view encoded, Body& body) {
  QuotedPrintableCursor cursor(encoded);
  for (size_t i = body.first_slot; i < body.last_slot; ++i) {
    Range& at = impl_.slots[i].at;
    if (body.encoding == Encoding::kQuotedPrintable) {
      at.begin = cursor.begin_of(at.begin);
      at.end = cursor.end_of(at.end);
    }
    at.begin += body.at.begin;
    at.end += body.at.begin;
  }
}

Result<void> MessageBuilder::scan_html(std::string_view bytes, Body& body, const Entity& entity,
                                       const Container& container) {
  std::string storage;
  const Charset& charset = body.charset;
  const std::string_view skeleton = charset.skeleton(bytes, storage);
  const HtmlLinks found = find_html_links(skeleton, limits_.max_links - impl_.links.size());
  if (found.limit_reached) return unreadable_html(found.contradictory);
  Iso2022JpCursor escapes(bytes);
  const auto utf8 = [&](const Slot& slot) {
    return charset.to_utf8(bytes.substr(slot.at.begin, slot.at.size()), slot.before);
  };
  const std::optional<url::Url> base = base_of(found, container, entity, [&](Range at) {
    Iso2022JpCursor of_base(bytes);
    return utf8(html_slot({at, HtmlLinkKind::kHref}, charset, of_base));
  });
  for (const HtmlLink& html : found.links) {
    Slot slot = html_slot(html, charset, escapes);
    std::string raw = utf8(slot);
    TRY(add_html_link(html, std::move(slot), std::move(raw), base ? &*base : nullptr, charset));
  }
  return {};
}

Result<void> MessageBuilder::add_html_link(const HtmlLink& html, Slot slot, std::string raw,
                                           const url::Url* base, const Charset& charset) {
  LinkNotes notes;
  std::optional<Target> target;
  if (html.kind == HtmlLinkKind::kText) {
    const std::string words = decode_references(raw, ReferenceContext::kText);
    notes.www = words.find("://") == kNone || ascii::istarts_with(words, "www.");
    target = text_target(words, notes.www);
  } else {
    const std::string value = decode_references(raw, ReferenceContext::kAttribute);
    const auto refresh = html.kind == HtmlLinkKind::kRefresh ? parse_refresh(value) : std::nullopt;
    target = html_target(refresh ? refresh->url : std::string_view(value), base, charset);
  }
  if (!target) return {};
  Link link;
  link.url = std::move(target->url);
  link.text = std::move(raw);
  link.place = html.kind == HtmlLinkKind::kForm ? Place::kForm : Place::kHtml;
  link.left_alone = target->left_alone;
  const bool patchable = link.left_alone == Unwrapped::kNo;
  TRY_ASSIGN(slot.link, add_link(std::move(link), notes));
  if (patchable) impl_.slots.push_back(std::move(slot));
  return {};
}

// The first <base href>; else Content-Base or Content-Location of the part (RFC 2557, and RFC 2110 before).
std::optional<url::Url> MessageBuilder::base_of(const HtmlLinks& found, const Container& container,
                                                const Entity& entity,
                                                const std::function<std::string(Range)>& utf8) const {
  std::optional<url::Url> around;
  for (const std::string_view name : {"Content-Base", "Content-Location"}) {
    const auto value = field(container, entity, name);
    if (value && !around) around = url::Url::parse(ascii::trim(*value));
    if (around && !around->is_http()) around.reset();
  }
  if (!found.base) return around;
  const std::string value = decode_references(utf8(*found.base), ReferenceContext::kAttribute);
  auto base = url::Url::parse(value, around ? &*around : nullptr);
  if (!base && (value.starts_with("//") || ascii::istarts_with(value, "www."))) {
    base = url::Url::parse((value.starts_with("//") ? "http:" : "http://") + value);
  }
  return base ? base : around;
}

Result<void> MessageBuilder::scan_text(std::string_view bytes, Body& body, const Entity& entity,
                                       bool patchable) {
  const bool delsp = entity.delsp && entity.format == "flowed";
  const bool stateful = body.charset.shape() == Charset::Shape::kIso2022Jp;
  Iso2022JpStates states(bytes);
  const std::vector<TextLink> all = find_plain_links(bytes, body.charset, delsp);
  PgpBlocks pgp(bytes, all);
  for (const TextLink& found : all) {
    const bool schemeless = found.kind != url::FoundKind::kScheme;
    Target target = text_target(found.found, schemeless);
    LinkNotes notes;
    notes.www = found.kind == url::FoundKind::kWww;
    const PgpBlocks::Kind block = pgp.at(found.at.begin);
    if (block == PgpBlocks::Kind::kSigned) notes.signed_state = SignedState::kUnverified;
    if (target.left_alone == Unwrapped::kNo) {
      if (found.kind == url::FoundKind::kBareDomain) target.left_alone = Unwrapped::kSchemeless;
      if (!patchable) target.left_alone = Unwrapped::kOtherFormat;
      if (block == PgpBlocks::Kind::kEncrypted) target.left_alone = Unwrapped::kEncryptedPart;
    }
    Link link;
    link.url = std::move(target.url);
    link.text = found.found;
    link.place = Place::kText;
    link.left_alone = target.left_alone;
    Slot slot;
    TRY_ASSIGN(slot.link, add_link(std::move(link), notes));
    if (target.left_alone != Unwrapped::kNo) continue;
    slot.at = found.at;
    slot.runs_on = found.runs_on;
    if (stateful) {
      slot.before = states.state_at(slot.at.begin);
      slot.after = states.state_at(slot.at.end);
    }
    impl_.slots.push_back(std::move(slot));
  }
  return {};
}

// Readable text in a body that says it is base64 (a footer that a mailing list added, or a lie): seen and
// counted, but what a client makes of it is anybody's guess.
Result<void> MessageBuilder::scan_undecodable(std::string_view raw) {
  if (raw.find("://") == kNone) return {};
  for (const url::FoundUrl& found : url::find_urls(raw)) {
    if (found.kind != url::FoundKind::kScheme) continue;
    Link link;
    link.text = raw.substr(found.begin, found.end - found.begin);
    link.url = text_target(link.text, false).url;
    link.place = Place::kText;
    link.left_alone = Unwrapped::kUndecodable;
    TRY(add_link(std::move(link), {}));
  }
  return {};
}

Result<void> MessageBuilder::scan_calendar(std::string_view bytes) {
  for (ContentLine& found_line : find_calendar_links(bytes, limits_.max_links - impl_.links.size())) {
    if (found_line.limit_reached) return unreadable_html(/*contradictory=*/true);
    CalendarLine line;
    line.text = std::move(found_line.text);
    for (FoundInLine& found : found_line.found) TRY(add_calendar_link(found, line));
    if (line.values.empty()) continue;
    Slot slot;
    slot.kind = SlotKind::kContentLine;
    slot.at = found_line.at;
    slot.line = impl_.calendar_lines.size();
    impl_.slots.push_back(std::move(slot));
    impl_.calendar_lines.push_back(std::move(line));
  }
  return {};
}

Result<void> MessageBuilder::add_calendar_link(FoundInLine& found, CalendarLine& line) {
  using Kind = FoundInLine::Kind;
  CalendarLine::Value value;
  value.at = found.at;
  value.escaped = found.escaped;
  value.html = found.kind == Kind::kHtml;
  value.html_text = found.kind == Kind::kHtmlText;
  value.quote = found.html.quote;
  value.prefix = found.html.prefix;
  value.runs_on = found.runs_on;
  LinkNotes notes;
  std::optional<Target> target;
  if (found.kind == Kind::kUri || found.kind == Kind::kHtml) {
    std::string reference = found.words;
    if (value.html) reference = decode_references(reference, ReferenceContext::kAttribute);
    const auto refresh = found.html.kind == HtmlLinkKind::kRefresh ? parse_refresh(reference) : std::nullopt;
    target = html_target(refresh ? refresh->url : std::string_view(reference), nullptr, Charset::utf8());
  } else {
    if (value.html_text) found.words = decode_references(found.words, ReferenceContext::kText);
    notes.www = found.kind == Kind::kWww || (value.html_text && found.words.find("://") == kNone);
    target = text_target(found.words, notes.www || found.kind == Kind::kBareDomain);
    if (found.kind == Kind::kBareDomain && target->left_alone == Unwrapped::kNo) {
      target->left_alone = Unwrapped::kSchemeless;
    }
  }
  if (!target) return {};
  Link link;
  link.url = std::move(target->url);
  link.text = std::move(found.words);
  link.place = Place::kCalendar;
  link.left_alone = target->left_alone;
  const bool patched = link.left_alone == Unwrapped::kNo;
  TRY_ASSIGN(value.link, add_link(std::move(link), notes));
  if (patched) line.values.push_back(std::move(value));
  return {};
}

}  // namespace linkgate::mail
