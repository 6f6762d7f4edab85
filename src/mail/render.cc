#include "mail/render.h"

#include <algorithm>

#include "base/ascii.h"
#include "mail/calendar_links.h"
#include "mail/html_entities.h"

namespace linkgate::mail {
namespace {

// A replacement stands in HTML, in text and in calendars: nothing but visible ASCII may be in it.
std::string visible_ascii(std::string url) {
  const auto is_visible = [](char c) { return c > ' ' && c < 127; };
  if (std::all_of(url.begin(), url.end(), is_visible)) return url;
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : url) {
    if (is_visible(c)) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

bool is_own_field(std::string_view name) { return ascii::istarts_with(name, "X-Linkgate-"); }

}  // namespace

Result<Rendered> Renderer::run() {
  decide_links();
  for (const Body& body : message_.bodies) TRY(edit_body(body));
  const size_t repairs = settle_oddities();
  // Inner regions come after those around them.
  for (size_t i = edits_.size(); i-- > 1;) TRY(close_region(i));
  edit_header();
  Rendered result;
  result.repairs = repairs;
  TRY_ASSIGN(result.bytes, apply_edits(message_.bytes, std::move(edits_[0])));
  result.outcomes = std::move(outcomes_);
  return result;
}

void Renderer::decide_links() {
  outcomes_.resize(message_.links.size());
  for (size_t i = 0; i < outcomes_.size(); ++i) {
    outcomes_[i].link = i;
    outcomes_[i].result = decide(i, outcomes_[i].replacement);
  }
}

bool Renderer::is_kept(SignedState state) const {
  return state == SignedState::kTrusted || (state == SignedState::kUnverified && !options_.rewrite_signed);
}

Unwrapped Renderer::decide(size_t index, std::string& replacement) const {
  const Link& link = message_.links[index];
  const LinkNotes& notes = message_.notes[index];
  if (link.left_alone != Unwrapped::kNo) return link.left_alone;
  if (notes.signed_state == SignedState::kTrusted) return Unwrapped::kSignedPart;
  if (notes.signed_state == SignedState::kUnverified && !options_.rewrite_signed)
    return Unwrapped::kSignedPart;
  if (notes.www && !options_.rewrite_www) return Unwrapped::kSchemeless;
  auto answer = replace_(link);
  if (!answer) return Unwrapped::kPolicy;
  replacement = visible_ascii(std::move(*answer));
  return Unwrapped::kNo;
}

// A replacement that says what stands there already (a link of ours for this recipient) changes no byte.
bool Renderer::is_replaced(size_t index) const {
  const LinkOutcome& outcome = outcomes_[index];
  return outcome.result == Unwrapped::kNo && outcome.replacement != message_.links[index].url;
}

Result<void> Renderer::edit_body(const Body& body) {
  const Container& container = message_.containers[body.container];
  std::vector<Edit> edits;
  for (size_t i = body.first_slot; i < body.last_slot; ++i) add_slot_edits(body, message_.slots[i], edits);
  if (edits.empty()) return {};
  std::vector<Edit>& region_edits = edits_[body.region];
  if (body.region != container.region) {
    region_edits = std::move(edits);
    return {};
  }
  const std::string_view bytes = message_.regions[body.region].bytes.substr(body.at.begin, body.at.size());
  for (Edit& edit : edits) edit.at.begin -= body.at.begin, edit.at.end -= body.at.begin;
  if (body.encoding == Encoding::kQuotedPrintable) {
    encode_as_quoted_printable(bytes, edits);
  } else if (makes_long_line(bytes, edits)) {
    TRY_ASSIGN(const std::string patched, apply_edits(bytes, std::move(edits)));
    const bool binary = body.charset.width() > 1;
    edits.assign(1, Edit{{0, bytes.size()}, encode_quoted_printable(patched, message_.newline, binary)});
    set_field(body.container, body.entity, "Content-Transfer-Encoding", "quoted-printable");
  }
  for (Edit& edit : edits) {
    edit.at.begin += body.at.begin, edit.at.end += body.at.begin;
    region_edits.push_back(std::move(edit));
  }
  return {};
}

void Renderer::add_slot_edits(const Body& body, const Slot& slot, std::vector<Edit>& edits) const {
  if (slot.kind == SlotKind::kContentLine) {
    const CalendarLine& line = message_.calendar_lines[slot.line];
    std::vector<const std::string*> urls;
    bool any = false;
    for (const CalendarLine::Value& value : line.values) {
      urls.push_back(is_replaced(value.link) ? &outcomes_[value.link].replacement : nullptr);
      any |= urls.back() != nullptr;
    }
    if (any) edits.push_back({slot.at, replace_in_content_line(line, urls, message_.newline)});
    return;
  }
  if (!is_replaced(slot.link)) return;
  const std::string& url = outcomes_[slot.link].replacement;
  const Charset& charset = body.charset;
  switch (slot.kind) {
    case SlotKind::kAttribute: {
      std::string value = escape_attribute(slot.prefix + url);
      if (slot.quote == Quote::kUnquoted) value = '"' + value + '"';
      edits.push_back({slot.at, charset.from_ascii(value, slot.before, slot.after)});
      break;
    }
    case SlotKind::kHtmlText: {
      const std::string open = "<a href=\"" + escape_attribute(url) + "\">";
      edits.push_back({{slot.at.begin, slot.at.begin}, charset.from_ascii(open, slot.before, slot.before)});
      edits.push_back({{slot.at.end, slot.at.end}, charset.from_ascii("</a>", slot.after, slot.after)});
      break;
    }
    case SlotKind::kPlain: {
      const std::string words = slot.runs_on ? "<" + url + ">" : url;
      edits.push_back({slot.at, charset.from_ascii(words, slot.before, slot.after)});
      break;
    }
    case SlotKind::kContentLine:
      break;
  }
}

// The texts of the edits become quoted-printable, each with regard to the line that it stands in.
void Renderer::encode_as_quoted_printable(std::string_view encoded, std::vector<Edit>& edits) const {
  size_t column = 0;
  size_t done = 0;
  for (size_t i = 0; i < edits.size(); ++i) {
    Edit& edit = edits[i];
    const size_t newline = encoded.substr(done, edit.at.begin - done).rfind('\n');
    column = newline == std::string_view::npos ? column + (edit.at.begin - done)
                                               : edit.at.begin - (done + newline + 1);
    const size_t next = i + 1 < edits.size() ? edits[i + 1].at.begin : encoded.size();
    size_t line_end = std::min(encoded.find('\n', edit.at.end), encoded.size());
    if (line_end > edit.at.end && encoded[line_end - 1] == '\r') --line_end;
    const size_t rest = std::min(line_end, next) - edit.at.end;
    edit.text = encode_patch(edit.text, column, rest, message_.newline);
    done = edit.at.end;
  }
}

// Writes an inner region again, as one edit of the region around it.
Result<void> Renderer::close_region(size_t index) {
  if (edits_[index].empty()) return {};
  const Region& region = message_.regions[index];
  TRY_ASSIGN(std::string patched, apply_edits(region.bytes, std::move(edits_[index])));
  if (region.is_opaque) return open_opaque(region, std::move(patched));
  std::string encoded;
  switch (region.encoding) {
    case Encoding::kQuotedPrintable:
      encoded = encode_quoted_printable(patched, message_.newline, false);
      break;
    default:
      if (region.needs_padding && patched.size() % 3 == 0) patched += message_.newline;
      encoded = encode_base64(patched, region.line_length, message_.newline);
  }
  if (region.final_newline && !encoded.ends_with('\n')) encoded += message_.newline;
  edits_[region.parent].push_back({region.at, std::move(encoded)});
  if (region.was_other_encoding)
    set_field(region.container, region.entity, "Content-Transfer-Encoding", "base64");
  if (region.was_other_charset) set_charset(region.container, region.entity);
  return {};
}

// A signature that no longer holds goes, and what it enclosed takes its place: the fields that described the
// envelope give way to those inside.
Result<void> Renderer::open_opaque(const Region& region, std::string inner) {
  const Container& container = message_.containers[region.container];
  const Entity& entity = container.structure.entities[region.entity];
  if (has_long_line(inner)) {
    return Error(ErrorCode::kInvalidArgument,
                 "signed part holds lines that cannot be sent once it is opened");
  }
  std::vector<Edit>& edits = edits_[container.region];
  for (size_t i = entity.first_field; i < entity.last_field; ++i) {
    const HeaderField& field = container.structure.fields[i];
    const bool describes = ascii::istarts_with(message_.field_text(container, field.name), "Content-");
    const auto is_this = [i](const Structure::Oddity& shadowed) { return shadowed.at == i; };
    const auto& shadowed = container.structure.shadowed;
    if (describes && std::none_of(shadowed.begin(), shadowed.end(), is_this))
      edits.push_back({field.whole, ""});
  }
  edits.push_back({{entity.header.end, entity.body.end}, std::move(inner)});
  return {};
}

void Renderer::append_field(std::string& out, std::string_view name, std::string_view value) const {
  out += name;
  out += ": ";
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string_view rest = value.substr(i);
    if (rest.starts_with("\r\n ") || rest.starts_with("\r\n\t")) {  // folded, RFC 5322 section 2.2.3
      out += message_.newline;
      ++i;
    } else {
      const char c = value[i];
      out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
    }
  }
  out += message_.newline;
}

// Replaces a header field of an entity, or adds it at the end of the header.
void Renderer::set_field(int container_index, size_t entity_index, std::string_view name,
                         std::string_view value) {
  const Container& container = message_.containers[container_index];
  const Structure& structure = container.structure;
  const Entity& entity = structure.entities[entity_index];
  std::vector<Edit>& edits = edits_[container.region];
  bool found = false;
  bool mime = false;
  for (size_t i = entity.first_field; i < entity.last_field; ++i) {
    const HeaderField& field = structure.fields[i];
    const std::string_view field_name = message_.field_text(container, field.name);
    mime |= ascii::iequals(field_name, "MIME-Version");
    if (!ascii::iequals(field_name, name)) continue;
    found = true;
    // One that says the same must go on saying the same; one that contradicts is taken out anyway.
    const auto is_this = [i](const Structure::Oddity& shadowed) { return shadowed.at == i; };
    if (std::none_of(structure.shadowed.begin(), structure.shadowed.end(), is_this)) {
      edits.push_back({field.value, " " + std::string(value)});
    }
  }
  if (found) return;
  std::string text;
  const bool is_message = entity.parent < 0 || structure.entities[entity.parent].is_message;
  if (is_message && !mime) append_field(text, "MIME-Version", "1.0");
  append_field(text, name, value);
  edits.push_back({{entity.header.end, entity.header.end}, std::move(text), false, Edit::Order::kField});
}

// Content-Type as it stands, with another charset.
void Renderer::set_charset(int container_index, size_t entity_index) {
  const Container& container = message_.containers[container_index];
  const Entity& entity = container.structure.entities[entity_index];
  std::string value = entity.type;
  for (size_t i = entity.first_field; i < entity.last_field; ++i) {
    const HeaderField& field = container.structure.fields[i];
    if (!ascii::iequals(message_.field_text(container, field.name), "Content-Type")) continue;
    value = unfold(message_.field_text(container, field.value));
    break;
  }
  const size_t at = ascii::to_lower(value).find("charset=");
  if (at == std::string::npos) {
    value += "; charset=utf-8";
  } else {
    const size_t begin = at + std::string_view("charset=").size();
    const bool quoted = begin < value.size() && value[begin] == '"';
    const size_t end = quoted ? value.find('"', begin + 1) : value.find_first_of("; \t", begin);
    value.replace(begin, std::min(end, value.size()) - begin + (quoted && end < value.size() ? 1 : 0),
                  "utf-8");
  }
  // A field too long for one line says no more than it must.
  constexpr size_t kName = std::string_view("Content-Type: ").size();
  if (kName + value.size() > kMaxMessageLine)
    value = entity.type + std::string(message_.newline) + " ; charset=utf-8";
  set_field(container_index, entity_index, "Content-Type", value);
}

// What mail clients would read in different ways, they now read in one: ours.
size_t Renderer::settle_oddities() {
  size_t repairs = 0;
  for (const Container& container : message_.containers) {
    std::vector<Edit>& edits = edits_[container.region];
    for (const Structure::Oddity& odd : container.structure.shadowed) {
      if (is_kept(container.signed_states[odd.entity])) continue;
      edits.push_back({container.structure.fields[odd.at].whole, ""});
      ++repairs;
    }
    for (const Structure::Oddity& odd : container.structure.missing_separators) {
      if (is_kept(container.signed_states[odd.entity])) continue;
      edits.push_back({{odd.at, odd.at}, std::string(message_.newline), false, Edit::Order::kSeparator});
      ++repairs;
    }
    for (const Structure::Oddity& odd : container.structure.missing_folds) {
      if (is_kept(container.signed_states[odd.entity])) continue;
      edits.push_back({{odd.at, odd.at}, " ", /*yields=*/true});
      ++repairs;
    }
  }
  for (const Body& body : message_.bodies) {
    const Container& container = message_.containers[body.container];
    if (!body.must_be_utf8 || is_kept(container.signed_states[body.entity])) continue;
    if (edits_[body.region].empty()) edits_[body.region].push_back({{0, 0}, ""});
    ++repairs;
  }
  return repairs;
}

void Renderer::edit_header() {
  const Container& top = message_.containers[0];
  const Entity& entity = top.structure.entities[0];
  std::vector<Edit>& edits = edits_[0];
  std::string added;
  if (!options_.stamp.empty()) append_field(added, "X-Linkgate-Id", options_.stamp);
  for (const auto& [name, value] : options_.add_headers) append_field(added, name, value);
  // Before the first field, not before junk that a field of ours would then be continued by.
  const size_t top_field = top.structure.fields[entity.first_field].whole.begin;
  if (!added.empty()) edits.push_back({{top_field, top_field}, std::move(added)});
  if (!options_.strip_own_headers) return;
  for (size_t i = entity.first_field; i < entity.last_field; ++i) {
    const HeaderField& field = top.structure.fields[i];
    if (is_own_field(message_.field_text(top, field.name))) edits.push_back({field.whole, ""});
  }
}

}  // namespace linkgate::mail
