#include "mail/mime_structure.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "mail/header_value.h"

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;

struct Line {
  Range text;   // without line end
  size_t next;  // where the next line begins
};

Line line_at(std::string_view bytes, size_t at) {
  const size_t newline = bytes.find('\n', at);
  if (newline == kNone) return {{at, bytes.size()}, bytes.size()};
  const size_t end = newline > at && bytes[newline - 1] == '\r' ? newline - 1 : newline;
  return {{at, end}, newline + 1};
}

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

class Scanner {
 public:
  Scanner(std::string_view bytes, const Limits& limits, int depth, size_t parts)
      : bytes_(bytes), limits_(limits), depth_(depth), parts_(parts) {}

  Result<Structure> run() {
    TRY_ASSIGN(size_t at, open_entity(0, -1, "text/plain"));
    if (result_.fields.empty()) return Error(ErrorCode::kInvalidArgument, "message without a header");
    while (at < bytes_.size()) {
      Entity& entity = result_.entities[current_];
      if (entity.is_message) {
        TRY_ASSIGN(at, open_entity(at, current_, "text/plain"));
        continue;
      }
      if (ascii::istarts_with(entity.type, "multipart/") && !entity.boundary.empty() &&
          entity.body.begin == at) {
        open_.push_back({current_, entity.boundary});
      }
      TRY_ASSIGN(at, to_next_part(at));
    }
    close_through(-1, bytes_.size());
    return std::move(result_);
  }

 private:
  struct OpenMultipart {
    int entity;
    std::string boundary;
  };
  struct Boundary {
    size_t level = 0;  // index into open_
    bool closing = false;
  };

  // Reads a header and makes its entity the current one. Returns where its body begins.
  Result<size_t> open_entity(size_t at, int parent, std::string_view default_type) {
    Entity entity;
    entity.parent = parent;
    entity.depth = parent < 0 ? depth_ : result_.entities[parent].depth + 1;
    if (entity.depth > limits_.max_nesting) return Error(ErrorCode::kLimit, "MIME parts nested too deeply");
    if (++parts_ > static_cast<size_t>(limits_.max_parts))
      return Error(ErrorCode::kLimit, "too many MIME parts");
    entity.type = default_type;
    entity.first_field = result_.fields.size();
    TRY_ASSIGN(const size_t body, scan_header(at, entity));
    entity.last_field = result_.fields.size();
    entity.body = {body, bytes_.size()};
    TRY(read_fields(entity));
    note_shadowed(entity, "Content-Type");
    note_shadowed(entity, "Content-Transfer-Encoding");
    note_shadowed(entity, "Content-Disposition");
    current_ = static_cast<int>(result_.entities.size());
    result_.entities.push_back(std::move(entity));
    return body;
  }

  Result<size_t> scan_header(size_t at, Entity& entity) {
    entity.header = {at, at};
    // An mbox separator may stand before the first field of the message or of one inside.
    if (bytes_.substr(at).starts_with("From ") || bytes_.substr(at).starts_with(">From ")) {
      at = line_at(bytes_, at).next;
      entity.header = {at, at};
    }
    while (at < bytes_.size()) {
      const Line line = line_at(bytes_, at);
      const std::string_view text = bytes_.substr(line.text.begin, line.text.size());
      if (text.empty()) return without_fields(entity, at) ? body_without_header(entity) : line.next;
      if (text.starts_with("--") && boundary_of(text)) break;
      TRY_ASSIGN(const bool is_header, add_field(entity, text, line));
      if (!is_header && result_.fields.size() > entity.first_field) {
        if (!header_goes_on(text, line.next)) {
          result_.missing_separators.push_back({result_.entities.size(), at});
          return at;
        }
        result_.missing_folds.push_back({result_.entities.size(), at});
        extend_last_field(line);
      }
      at = line.next;
      entity.header.end = at;
      if (entity.header.size() > kMaxHeaderBytes) return Error(ErrorCode::kLimit, "header too long");
    }
    return without_fields(entity, at) ? body_without_header(entity) : at;
  }

  // Lines up to `at` that are no fields: a part, or a message inside, that has its body at once. Some readers
  // show these lines, others skip them.
  bool without_fields(const Entity& entity, size_t at) const {
    return entity.parent >= 0 && result_.fields.size() == entity.first_field && at > entity.header.begin;
  }
  size_t body_without_header(Entity& entity) {
    entity.header.end = entity.header.begin;
    result_.missing_separators.push_back({result_.entities.size(), entity.header.begin});
    return entity.header.begin;
  }

  void extend_last_field(const Line& line) {
    result_.fields.back().value.end = line.text.end;
    result_.fields.back().whole.end = line.next;
  }

  // After a line that is no field: a fold that lost its space, where another field or the end of the header
  // follows; else the body has begun without an empty line, as Postfix reads it too.
  bool header_goes_on(std::string_view line, size_t next) const {
    if (line.starts_with("--") || next >= bytes_.size()) return false;
    if (line.size() >= kMaxMessageLine) return false;  // no room for the space
    const Line following = line_at(bytes_, next);
    const std::string_view text = bytes_.substr(following.text.begin, following.text.size());
    const size_t colon = text.find(':');
    if (text.starts_with(' ') || text.starts_with('\t')) return true;
    return text.empty() || (colon != kNone && is_field_name(ascii::trim(text.substr(0, colon))));
  }

  // False where the line is no header field and continues none.
  Result<bool> add_field(const Entity& entity, std::string_view text, const Line& line) {
    if (text[0] == ' ' || text[0] == '\t') {
      if (result_.fields.size() > entity.first_field) extend_last_field(line);
      return true;
    }
    const size_t colon = text.find(':');
    if (colon == kNone) return false;
    const std::string_view name = ascii::trim(text.substr(0, colon));
    if (!is_field_name(name)) return false;
    if (result_.fields.size() >= kMaxHeaderFields) return Error(ErrorCode::kLimit, "too many header fields");
    HeaderField field;
    field.name = {line.text.begin, line.text.begin + name.size()};
    field.value = {line.text.begin + colon + 1, line.text.end};
    field.whole = {line.text.begin, line.next};
    result_.fields.push_back(field);
    return true;
  }

  // The first of several fields of one name counts, as for most clients. Those that say something else are
  // noted: see Structure::shadowed.
  void note_shadowed(const Entity& entity, std::string_view name) {
    const auto first = field(entity, name);
    bool is_first = true;
    for (size_t i = entity.first_field; first && i < result_.fields.size(); ++i) {
      const HeaderField& f = result_.fields[i];
      if (!ascii::iequals(bytes_.substr(f.name.begin, f.name.size()), name)) continue;
      if (!is_first && unfold(bytes_.substr(f.value.begin, f.value.size())) != *first) {
        result_.shadowed.push_back({result_.entities.size(), i});
      }
      is_first = false;
    }
  }

  std::optional<std::string> field(const Entity& entity, std::string_view name) const {
    for (size_t i = entity.first_field; i < result_.fields.size(); ++i) {
      const HeaderField& f = result_.fields[i];
      if (f.name.size() == name.size() && ascii::iequals(bytes_.substr(f.name.begin, f.name.size()), name)) {
        return unfold(bytes_.substr(f.value.begin, f.value.size()));
      }
    }
    return std::nullopt;
  }

  Result<void> read_fields(Entity& entity) const {
    if (const auto value = field(entity, "Content-Transfer-Encoding"))
      entity.encoding = encoding_from(*value);
    if (const auto value = field(entity, "Content-Type")) {
      if (auto type = parse_content_type(*value)) {
        entity.type_given = true;
        entity.type = std::move(type->type);
        entity.charset = std::move(type->charset);
        entity.boundary = std::move(type->boundary);
        entity.file_name = std::move(type->name);
        entity.format = std::move(type->format);
        entity.protocol = std::move(type->protocol);
        entity.smime_type = std::move(type->smime_type);
        entity.delsp = type->delsp;
      }
    }
    if (const auto value = field(entity, "Content-Disposition")) {
      Disposition disposition = parse_disposition(*value);
      entity.disposition_attachment = disposition.attachment;
      if (!disposition.file_name.empty()) entity.file_name = std::move(disposition.file_name);
    }
    if (entity.type == "message/partial") {
      return Error(ErrorCode::kInvalidArgument,
                   "fragment of a message (message/partial), which cannot be read alone");
    }
    entity.is_message = holds_message(entity.type) && entity.encoding == Encoding::kIdentity;
    return {};
  }

  // Whether a line that begins with "--" is a boundary of an open multipart; the innermost first.
  std::optional<Boundary> boundary_of(std::string_view line) const {
    line.remove_prefix(2);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
      line.remove_suffix(1);
    for (size_t i = open_.size(); i-- > 0;) {
      const std::string& boundary = open_[i].boundary;
      if (!line.starts_with(boundary)) continue;
      if (line.size() == boundary.size()) return Boundary{i, false};
      if (line.substr(boundary.size()) == "--") return Boundary{i, true};
    }
    return std::nullopt;
  }

  // From inside a body to the body of the next part, closing what ends on the way.
  Result<size_t> to_next_part(size_t at) {
    while (at < bytes_.size()) {
      size_t begin = at;
      if (!bytes_.substr(at).starts_with("--") || (at > 0 && bytes_[at - 1] != '\n')) {
        const size_t newline = open_.empty() ? kNone : bytes_.find("\n--", at);
        if (newline == kNone) return bytes_.size();
        begin = newline + 1;
      }
      const Line line = line_at(bytes_, begin);
      const auto boundary = boundary_of(bytes_.substr(line.text.begin, line.text.size()));
      if (!boundary) {
        if (line.next == bytes_.size()) return bytes_.size();
        at = line.next - 1;  // its line end may begin the next "\n--"
        continue;
      }
      const int owner = open_[boundary->level].entity;
      close_through(owner, begin);
      open_.resize(boundary->level + (boundary->closing ? 0 : 1));
      current_ = owner;
      at = line.next;
      if (boundary->closing) continue;
      result_.entities[owner].is_multipart = true;
      const bool digest = result_.entities[owner].type == "multipart/digest";
      return open_entity(at, owner, digest ? "message/rfc822" : "text/plain");
    }
    return at;
  }

  // Ends the bodies from the current entity up to, not including, `owner`; `at` is where the boundary line
  // begins.
  void close_through(int owner, size_t at) {
    size_t end = at;
    if (owner >= 0 && end > 0 && bytes_[end - 1] == '\n') end -= end > 1 && bytes_[end - 2] == '\r' ? 2 : 1;
    for (int i = current_; i != owner && i >= 0; i = result_.entities[i].parent) {
      Range& body = result_.entities[i].body;
      body.end = std::max(body.begin, owner >= 0 ? end : at);
      end = std::max(end, body.end);  // a header that runs up to the boundary has taken its line end
    }
  }

  std::string_view bytes_;
  const Limits& limits_;
  int depth_;
  size_t parts_;
  Structure result_;
  std::vector<OpenMultipart> open_;
  int current_ = 0;
};

}  // namespace

bool holds_message(std::string_view type) {
  return type == "message/rfc822" || type == "message/global" || type == "message/news";
}

std::string unfold(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    // A fold that lost its space reads as with the space that rendering gives it back.
    const bool lost = c == '\n' && i + 1 < value.size() && value[i + 1] != ' ' && value[i + 1] != '\t';
    if (lost) out += ' ';
    if (c != '\r' && c != '\n') out += c == '\0' ? ' ' : c;
  }
  return std::string(ascii::trim(out));
}

Result<Structure> scan_structure(std::string_view bytes, const Limits& limits, int depth, size_t parts) {
  return Scanner(bytes, limits, depth, parts).run();
}

}  // namespace linkgate::mail
