#pragma once
// Answers of the click server as HTTP: redirects, pages, and the headers that stand on every one of them.

#include <string>
#include <string_view>

#include "click/decision.h"
#include "click/page.h"
#include "click/visit.h"
#include "net/http.h"

namespace linkgate::click {

// For the server, which puts them on every answer, also on those that it gives by itself.
net::Headers common_headers(bool https);

// REQUIRES: `location` is the destination of an opened link; nothing else may ever be redirected to.
net::HttpResponse redirect(unsigned status, const std::string& location);
net::HttpResponse text_answer(unsigned status, std::string_view body);
net::HttpResponse empty_answer(unsigned status);
// A page about the link of `visit`, with the buttons that `decision` grants.
net::HttpResponse link_page(const Visit& visit, const Knowledge& known, const Decision& decision,
                            const Branding& branding);
// True where the page may show what is behind the link: it is suspicious or gated, and a picture is kept.
// Never for what is phishing or malware.
bool shows_picture(const Knowledge& known, const Decision& decision);
// A page about a link that does not open. It names the click where a row does, and the host that an altered
// link now names.
net::HttpResponse refusal_page(const Visit& visit, PageKind kind, unsigned status, bool recorded,
                               const Branding& branding);
// Asks whether the message of the link is to be reported.
net::HttpResponse submit_page(const Visit& visit, const Branding& branding);
// A page about nothing in particular.
net::HttpResponse plain_page(const Visit& visit, PageKind kind, unsigned status, const Branding& branding);

}  // namespace linkgate::click
