#pragma once
// The MIME tree of a message as byte ranges (RFC 5322, RFC 2045, RFC 2046): which header fields and which
// body each entity has, without copying any of it. Our own scanner, because patches need offsets and hostile
// messages need limits before anything is built; GMime reads what stands in the fields, and is this scanner's
// oracle in the tests.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/html_tokenizer.h"
#include "mail/rewriter.h"
#include "mail/transfer_encoding.h"

namespace linkgate::mail {

inline constexpr size_t kMaxHeaderFields = 20'000;    // in all entities of a message
inline constexpr size_t kMaxHeaderBytes = 2'000'000;  // of one entity

struct HeaderField {
  Range name;
  Range value;  // after the colon, up to the last line end, folded as it stands
  Range whole;  // with the line end
};

struct Entity {
  int parent = -1;  // index; -1: the message itself
  int depth = 0;
  size_t first_field = 0;  // into Structure::fields
  size_t last_field = 0;
  Range header;                     // the fields, without the empty line
  Range body;                       // without the line end that belongs to the boundary after it
  std::string type = "text/plain";  // lower case
  std::string charset, boundary, file_name, format, protocol, smime_type;
  bool delsp = false;
  bool type_given = false;
  bool disposition_attachment = false;
  bool is_multipart = false;  // with at least one part; one without any is read as text
  bool is_message = false;    // its only child is the message inside
  Encoding encoding = Encoding::kIdentity;
};

struct Structure {
  std::vector<Entity> entities;  // parents before their children, in order of the bytes
  std::vector<HeaderField> fields;
  // Where mail clients disagree how the message is to be read, so that what we protected may not be what is
  // shown; render() makes them agree. Mail of honest make has neither.
  struct Oddity {
    size_t entity;
    size_t at;
  };
  // Second Content-Type, -Transfer-Encoding and -Disposition fields that contradict the first (`at` indexes
  // fields): taken out.
  std::vector<Oddity> shadowed;
  // Bodies that begin without an empty line after the header (`at` is where): it is put in.
  std::vector<Oddity> missing_separators;
  // Lines that continue a field without the space that says so (`at` is where they begin): it is put in.
  std::vector<Oddity> missing_folds;
};

// `depth` and `parts` are what surrounds a message that was found inside an encoded part; they count against
// the limits. Errors: kLimit; kInvalidArgument where there is no header at all, or for message/partial.
Result<Structure> scan_structure(std::string_view bytes, const Limits& limits, int depth = 0,
                                 size_t parts = 0);

// message/rfc822 and its kin (message/global, message/news): a message inside.
bool holds_message(std::string_view type);

// Value of a field without line ends; surrounding white space removed.
std::string unfold(std::string_view value);

}  // namespace linkgate::mail
