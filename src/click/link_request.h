#pragma once
// What a request to the click server asks for, read from its target alone. Pure, and safe on any bytes.
//
//   /?url=...&data=...                a link; /f/<data> a form's link (its own query are submitted fields:
//   dropped) /scan/<token><link>               the scanning page asking again /continue<link> /back<link>
//   /report<link>   buttons of a page: POST with token=<token> as the body
//   /submit<link>   reporting a message: GET shows the page for it, POST does it
//   /robots.txt /favicon.ico
//   /               somebody looks what this server is

#include <string_view>

namespace linkgate::click {

// kProgress: /events/<token><link>, how far the check is. kPicture: /picture/<token><link>, what is there.
enum class Asked {
  kLink,
  kFollow,
  kProgress,
  kPicture,
  kContinue,
  kBack,
  kReport,
  kSubmit,
  kSubmitPage,
  kRobots,
  kIcon,
  kRoot,
  kNothing
};

struct LinkRequest {
  Asked asked = Asked::kNothing;
  std::string_view link;   // target of the link itself, beginning with '/': what url::open takes
  std::string_view token;  // kFollow, kProgress, kPicture; for buttons see token_of_form()
  bool form = false;       // link is /f/<data>
};

// What is found are views into `target`.
LinkRequest read_request(std::string_view target);

// Whether `link` has the url= of a link of ours and no data=: its end was lost, as when a client breaks it
// over two lines or cuts it at the '&'.
bool lost_its_seal(std::string_view link);

// The value of "token" in an application/x-www-form-urlencoded body; empty where absent. Tokens need no
// unescaping.
std::string_view token_of_form(std::string_view body);

}  // namespace linkgate::click
