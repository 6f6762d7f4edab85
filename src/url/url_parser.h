#pragma once
// The basic URL parser (URL Standard, section 4.4) as functions a part instead of a machine a character.
// Inside url/ only.

#include <string>
#include <string_view>

#include "base/ascii.h"
#include "url/url.h"

namespace linkgate::url {

// Where what follows "//" ends: at the path, the query, or the end.
inline size_t authority_end(std::string_view text, bool special) {
  size_t end = 0;
  while (end < text.size() && text[end] != '/' && text[end] != '?' && !(special && text[end] == '\\')) ++end;
  return end;
}

// "C:" or "C|" ("Windows drive letter").
inline bool is_drive_letter(std::string_view text) {
  return text.size() == 2 && ascii::is_alpha(text[0]) && (text[1] == ':' || text[1] == '|');
}

// One parse: made, run once, dropped. Builds href_ of the result from left to right.
class UrlParser {
 public:
  UrlParser(Url& result, const Url* base) : url_(result), base_(base) {}
  // `input` without leading and trailing C0 controls and spaces, tabs and newlines. False: failure.
  bool run(std::string_view input);
  // The same for inputs as they come, where they need no work (url_plain.cc). False: run() has to look, and
  // the result is to be made anew.
  bool run_plain(std::string_view input);

 private:
  bool take_scheme();
  bool parse_special();
  bool parse_other();
  bool parse_without_scheme();
  bool parse_file();
  bool parse_file_slash();
  bool parse_file_host();
  bool parse_relative();
  bool parse_authority();  // rest_ begins behind the "//"
  bool append_credentials(std::string_view credentials);
  bool append_host_and_port(std::string_view text);
  bool append_port(std::string_view digits);
  bool finish_path();  // rest_ is path and query; href_ may hold segments of the base's path already
  void finish_opaque_path();
  void append_path(std::string_view path);
  void append_segments(std::string_view path);
  void append_query(std::string_view query);
  void append_fragment();

  void begin_authority();    // "//"
  void without_authority();  // sets the offsets for a URL without host
  void begin_file_host();    // "//" and an empty host
  void copy_base_authority();
  void copy_base_path();
  void copy_base_query();
  void shorten_path();
  bool is_slash(char c) const { return c == '/' || (c == '\\' && special_); }
  uint32_t size() const { return static_cast<uint32_t>(url_.href_.size()); }
  std::string_view path_so_far() const {
    return std::string_view(url_.href_).substr(url_.at_.pathname_start);
  }

  Url& url_;
  const Url* base_;
  std::string_view rest_;  // what is not parsed yet, fragment cut off
  std::string_view fragment_;
  bool has_fragment_ = false;
  bool special_ = false;
};

}  // namespace linkgate::url
