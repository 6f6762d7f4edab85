#include "mail/header_value.h"

#include <gmime/gmime.h>

#include <memory>

#include "base/ascii.h"

namespace linkgate::mail {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
struct Free {
  void operator()(char* text) const { g_free(text); }
};

void start_gmime() {
  static const bool started = [] {
    g_mime_init();
    return true;
  }();
  (void)started;
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

// GMime hands on bytes that are no UTF-8 where a field breaks the rules; rows and pages need UTF-8.
std::string valid_utf8(std::string text) {
  if (g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr) != 0) return text;
  const std::unique_ptr<char, Free> repaired(
      g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  return repaired.get();
}

std::string parameter(GMimeParamList* list, const char* name) {
  GMimeParam* param = g_mime_param_list_get_parameter(list, name);
  return param != nullptr ? text_or_empty(g_mime_param_get_value(param)) : "";
}

// A boundary that no semicolon parts from the type ("multipart/mixed\n\tboundary=x"), which many readers
// find all the same: the parts must not be plain text to us alone.
std::string stray_boundary(std::string_view value) {
  constexpr std::string_view kName = "boundary=";
  const size_t at = ascii::to_lower(value).find(kName);
  if (at == std::string_view::npos) return "";
  value.remove_prefix(at + kName.size());
  if (!value.starts_with('"')) return std::string(value.substr(0, value.find_first_of("; \t")));
  return std::string(value.substr(1, value.find('"', 1) - 1));
}

}  // namespace

std::optional<ContentType> parse_content_type(std::string_view value) {
  start_gmime();
  if (value.find('/') == std::string_view::npos) return std::nullopt;
  const std::string text(value);
  const std::unique_ptr<GMimeContentType, Unref> parsed(g_mime_content_type_parse(nullptr, text.c_str()));
  if (!parsed) return std::nullopt;
  ContentType result;
  result.type = ascii::to_lower(text_or_empty(g_mime_content_type_get_media_type(parsed.get())) + "/" +
                                text_or_empty(g_mime_content_type_get_media_subtype(parsed.get())));
  // What GMime makes of a value that it cannot read.
  const bool unreadable =
      result.type == "application/octet-stream" && !ascii::istarts_with(ascii::trim(value), "application");
  if (unreadable) return std::nullopt;
  GMimeParamList* list = g_mime_content_type_get_parameters(parsed.get());
  result.charset = ascii::to_lower(parameter(list, "charset"));
  result.boundary = parameter(list, "boundary");
  if (result.boundary.empty() && result.type.starts_with("multipart/"))
    result.boundary = stray_boundary(value);
  result.name = valid_utf8(parameter(list, "name"));
  result.format = ascii::to_lower(parameter(list, "format"));
  result.protocol = ascii::to_lower(parameter(list, "protocol"));
  result.smime_type = ascii::to_lower(parameter(list, "smime-type"));
  result.delsp = ascii::iequals(parameter(list, "delsp"), "yes");
  return result;
}

Disposition parse_disposition(std::string_view value) {
  start_gmime();
  const std::string text(value);
  const std::unique_ptr<GMimeContentDisposition, Unref> parsed(
      g_mime_content_disposition_parse(nullptr, text.c_str()));
  if (!parsed) return {};
  GMimeParamList* list = g_mime_content_disposition_get_parameters(parsed.get());
  return {
      ascii::iequals(text_or_empty(g_mime_content_disposition_get_disposition(parsed.get())), "attachment"),
      valid_utf8(parameter(list, "filename"))};
}

std::string decode_header_text(std::string_view value) {
  start_gmime();
  const std::string text(value);
  const std::unique_ptr<char, Free> decoded(g_mime_utils_header_decode_text(nullptr, text.c_str()));
  return valid_utf8(text_or_empty(decoded.get()));
}

std::vector<Mailbox> parse_addresses(std::string_view value) {
  start_gmime();
  const std::string text(value);
  const std::unique_ptr<InternetAddressList, Unref> list(internet_address_list_parse(nullptr, text.c_str()));
  std::vector<Mailbox> result;
  if (!list) return result;
  // Groups are opened one level at a time with a list of our own: they may be nested in hostile mail.
  std::vector<InternetAddressList*> lists = {list.get()};
  for (size_t i = 0; i < lists.size(); ++i) {
    const int length = internet_address_list_length(lists[i]);
    for (int k = 0; k < length; ++k) {
      InternetAddress* address = internet_address_list_get_address(lists[i], k);
      if (INTERNET_ADDRESS_IS_GROUP(address)) {
        lists.push_back(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)));
        continue;
      }
      result.push_back(
          {valid_utf8(text_or_empty(internet_address_get_name(address))),
           valid_utf8(text_or_empty(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address))))});
    }
  }
  return result;
}

}  // namespace linkgate::mail
