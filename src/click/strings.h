#pragma once
// Everything that users read on the click server's pages, a file per language (strings_en.cc, strings_de.cc).
// To add a language, write its file and name it in strings.cc. Plain text: the page escapes it. Written after
// what is known to make people heed a warning: say what and why in one sentence, in plain words, without
// jargon and without frightening.

#include <array>
#include <span>
#include <string_view>

namespace linkgate::click {

// What a page says in its head.
struct PageText {
  std::string_view title;              // of the tab, and the heading
  std::string_view lead;               // one or two sentences
  std::string_view closed_title = {};  // where there is no way on; empty: the same
};

struct EvidenceText {
  std::string_view code;  // of verdict::Evidence
  std::string_view sentence;
};

struct Strings {
  std::string_view language;  // BCP 47, the value of <html lang>

  PageText scanning, suspicious, gated, unknown, phishing, malicious, blocked, error, error_closed;
  PageText altered, damaged, revoked, not_issued, unopenable;
  PageText form, closed, reported, submit, submitted, too_many, used, about;

  // Behind the lead of what warns: where one may go on (suspicious, gated and unknown), and where not (all).
  std::string_view look_at_address, stays_closed;

  std::string_view where_it_leads;       // above the host
  std::string_view where_altered_leads;  // above the host that an altered link names
  std::string_view calm;                 // nothing has happened, and it is not the reader's fault
  std::string_view why;                  // above the reasons
  std::string_view go_back;              // the one button
  std::string_view try_again;            // on error pages
  std::string_view details;              // what unfolds, without, with and with more than reporting
  std::string_view details_and_report;
  std::string_view details_and_choices;
  std::string_view full_address;
  std::string_view received;   // "Received on", followed by the day on which the gateway took the message
  std::string_view finding;    // what the check said, in its own words
  std::string_view reference;  // followed by the click's id
  std::string_view report_text, report_button;  // the site as safe
  std::string_view submit_text, submit_button;  // the message as phishing
  std::string_view continue_text, continue_button;
  std::string_view continue_in_scan_text;
  std::string_view continue_error_text;
  std::string_view form_button;     // "Open", on a page for a form's link that is not known to be bad
  std::string_view form_discarded;  // nothing typed was sent
  std::string_view not_familiar;    // that the address may not be the one they know
  std::string_view contact;         // followed by whom to ask
  std::string_view message_of_organisation;  // above the policy's text
  std::string_view checking_again;           // for readers of the scanning page without a picture
  // How far the check is, on the scanning page of browsers that follow it.
  std::string_view stage_looking_up, stage_waiting, stage_fetching, stage_opening, stage_comparing;
  std::string_view picture;  // above what the page behind the link looks like
  std::string_view footer;   // after the organisation's name

  std::span<const EvidenceText>
      evidence;  // plain words for reasons that we know; the check's own words stand under `finding`
};

std::span<const Strings* const> languages();  // the first is the default

// By Accept-Language (RFC 9110, 12.5.4): the language of highest quality that we have, else the default.
const Strings& choose_language(std::string_view accept_language);

}  // namespace linkgate::click
