#pragma once
// In which charset a part is read where its byte order mark, its Content-Type and its <meta> say different
// things.
//
// The order is that of browsers: byte order mark, Content-Type, meta, then
// UTF-8 where it is valid, else windows-1252. Mail clients keep to it but for the mark, which some do not
// heed. Where that decides whether a byte is a character or half of one (UTF-16, UTF-32, EBCDIC, UTF-7 and
// the like against all that keep ASCII), what counts is the reading that shows links: a reader who takes the
// other one sees none to click.

#include <string_view>

#include "mail/charset.h"

namespace linkgate::mail {

struct CharsetChoice {
  Charset charset;
  // Links can be seen in two readings, and no reader sees both.
  bool contradictory = false;
  // UTF-7, HZ and the like, which show ASCII as it is: who does not know them sees links too, and perhaps
  // others.
  bool shows_as_ascii = false;
};

// `label`: of Content-Type, may be empty. `is_html`: the bytes may have a <meta>.
CharsetChoice choose_charset(std::string_view label, std::string_view bytes, bool is_html);

}  // namespace linkgate::mail
