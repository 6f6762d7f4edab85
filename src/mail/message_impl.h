#pragma once
// What parse() finds out about a message and render() works from. Private to this folder.
//
// A message is a tree of regions: the message itself, and each stretch of it that has to be decoded to be
// patched (a base64 part, a message inside a base64 part). A slot says where in its region a link stands and
// how a replacement is written there; identity and quoted-printable parts have their slots in the region
// around them. render() makes edits of the slots, applies the edits of the inner regions, encodes each as one
// edit of the region around it, and ends with the message.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "mail/charset.h"
#include "mail/html_links.h"
#include "mail/mime_structure.h"
#include "mail/rewriter.h"
#include "mail/transfer_encoding.h"

namespace linkgate::mail {

enum class SignedState : uint8_t { kNone, kUnverified, kTrusted };

struct Region {
  int parent = -1;    // -1: the message
  Range at;           // in the parent
  std::string owned;  // decoded bytes; empty for the message
  std::string_view bytes;
  Encoding encoding = Encoding::kBase64;  // in which it is written again; a uuencoded one becomes base64
  size_t line_length = kMaxEncodedLine;   // of base64, as it was
  bool final_newline = false;
  bool needs_padding = false;  // of base64: what follows is none, and only padding tells readers so
  // Whose body it is, for where its header has to say something else afterwards.
  int container = 0;
  size_t entity = 0;
  bool was_other_encoding = false;
  bool was_other_charset = false;
  bool is_opaque =
      false;  // inside opaque signed-data: header and body of an entity that replaces the envelope
};

// A header and bodies found in one region: the message, or a message inside an encoded part.
struct Container {
  int region = 0;
  int depth = 0;  // of the entities around it
  SignedState signed_state = SignedState::kNone;
  size_t first_part = 0;  // index of its first entity among all parts
  Structure structure;
  std::vector<SignedState> signed_states;  // of each entity
};

enum class SlotKind : uint8_t {
  kAttribute,    // the value of an HTML attribute, without quotes
  kHtmlText,     // text of HTML: a link is made around it
  kPlain,        // the words themselves
  kContentLine,  // a whole line of a calendar, with links inside
};

struct Slot {
  Range at;  // in the body's region
  size_t link = 0;
  SlotKind kind = SlotKind::kPlain;
  Quote quote = Quote::kNone;
  char before = 'B', after = 'B';  // states of ISO-2022-JP at both ends
  std::string prefix;              // kept in front of the URL (meta refresh)
  size_t line = 0;                 // kContentLine: index into calendar_lines
  bool runs_on = false;            // kPlain: see TextLink
};

// A content line of iCalendar, unfolded, and what is to be replaced in it.
struct CalendarLine {
  struct Value {
    Range at;  // in text
    size_t link = 0;
    bool html = false;  // inside HTML: reference-escaped first
    bool html_text = false;
    Quote quote = Quote::kNone;
    bool escaped = true;  // a TEXT value, where \ , ; are escaped
    std::string prefix;
    bool runs_on = false;
  };
  std::string text;
  std::vector<Value> values;
};

struct Body {
  int container = 0;
  size_t entity = 0;  // in the container's structure
  int region = 0;     // of the slots: the container's, or one of its own
  Range at;           // its encoded bytes in the container's region
  Encoding encoding = Encoding::kIdentity;
  Charset charset;
  size_t first_slot = 0, last_slot = 0;
  bool must_be_utf8 = false;  // in a region of its own; see CharsetChoice::shows_as_ascii
};

struct LinkNotes {
  SignedState signed_state = SignedState::kNone;
  bool www = false;  // without scheme: RewriteWwwInPlainText decides
};

struct MessageImpl {
  std::string_view bytes;
  std::string_view newline;  // "\r\n" or "\n", as the message has it
  std::vector<Link> links;
  std::vector<LinkNotes> notes;
  std::vector<Part> parts;
  Envelope envelope;
  std::deque<Region> regions;  // deque: views into `owned` must not move
  std::deque<Container> containers;
  std::vector<Body> bodies;
  std::vector<Slot> slots;
  std::vector<CalendarLine> calendar_lines;

  std::string_view field_text(const Container& container, Range range) const {
    return regions[container.region].bytes.substr(range.begin, range.size());
  }
};

}  // namespace linkgate::mail
