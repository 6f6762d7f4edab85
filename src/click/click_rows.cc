#include "click/click_rows.h"

#include "base/check.h"
#include "url/url.h"

namespace linkgate::click {
namespace {

constexpr std::string_view kWorkload = "Email";
constexpr std::string_view kAppName = "Email";

const events::Table& table(std::string_view name) {
  const events::Table* found = events::find_table(name);
  CHECK(found != nullptr);
  return *found;
}

std::string_view location_word(url::LinkLocation location) {
  switch (location) {
    case url::LinkLocation::kBody:
      return "Body";
    case url::LinkLocation::kSubject:
      return "Subject";
    case url::LinkLocation::kAttachment:
      return "Attachment";
    case url::LinkLocation::kQrCode:
      return "QRCode";
    case url::LinkLocation::kCalendar:
      return "Calendar";
    case url::LinkLocation::kForm:
      return "Form";
  }
  return "";
}

std::string chain_text(const std::vector<std::string>& chain) {
  if (chain.empty()) return {};
  std::string out = "[";
  for (const std::string& url : chain) {
    if (out.size() > 1) out += ',';
    out += events::json_string(url);
  }
  return out + "]";
}

std::string evidence_json(const std::vector<verdict::Evidence>& evidence) {
  std::string out = "[";
  for (const verdict::Evidence& one : evidence) {
    if (out.size() > 1) out += ',';
    out += "{\"code\":" + events::json_string(one.code) +
           ",\"sentence\":" + events::json_string(one.sentence) +
           ",\"artifact\":" + events::json_string(one.artifact) + "}";
  }
  return out + "]";
}

// A message id of zeroes means that the link said nothing about its message.
std::string message_id(const url::LinkClaims& claims) {
  return claims.network_message_id == Id{} ? std::string() : url::uuid_text(claims.network_message_id);
}

std::shared_ptr<const RowTexts> texts_of(const Knowledge& known) {
  return known.texts ? known.texts : std::make_shared<const RowTexts>(row_texts(known.verdict));
}

std::string_view cut(std::string_view text) { return text.substr(0, kMaxRowText); }

// The columns that UrlClickEvents and UrlClickLog share, in the schema's order.
void fill_shared(events::Row& row, const ClickFacts& facts, const Step& step, const Knowledge& known,
                 const RowTexts& texts, std::string_view report_id) {
  row.set("Url", facts.claims.url);
  if (step.outcome != nullptr) row.set("ActionType", step.outcome->action_type);
  row.set("AccountUpn", facts.claims.recipient)
      .set("Workload", kWorkload)
      .set("NetworkMessageId", message_id(facts.claims))
      .set("IPAddress", facts.client_address)
      .set("ThreatTypes", verdict::threat_type(known.verdict.disposition))
      .set("DetectionMethods", known.verdict.detection_method);
  if (step.outcome != nullptr) row.set("IsClickedThrough", step.outcome->is_clicked_through);
  row.set("UrlChain", texts.chain)
      .set("ReportId", report_id)
      .set("AppName", kAppName)
      .set("SourceId", location_word(facts.claims.location))
      .set("UrlDomain", facts.url_domain ? *facts.url_domain : url_domain(facts.claims.url));
  if (step.outcome != nullptr)
    row.set("PageShown", step.outcome->page_shown).set("ReportAction", step.outcome->report_action);
  row.set("Policy", facts.policy).set("IsAutomated", facts.automated);
}

// `click` is the row of the click itself, where there is one.
std::string log_row(const ClickFacts& facts, const Step& step, const Knowledge& known, const RowTexts& texts,
                    Time now, const events::Row* click) {
  static const events::Table& log = table("UrlClickLog");
  // Every step is a row of its own, also one that is repeated.
  events::Row row(log, now, url::uuid_text(random_id()), 1);
  if (click != nullptr) {
    row.set_all_of(*click);
  } else {
    fill_shared(row, facts, step, known, texts, url::uuid_text(facts.click.report_id));
  }
  row.set("Step", step.word)
      .set("StepRank", step.outcome == nullptr ? 0 : step.outcome->rank)
      .set("ClickTime", facts.click.start)
      .set("UserAgent", cut(facts.user_agent))
      .set("Referrer", cut(facts.referrer))
      .set("Disposition", verdict::to_string(known.verdict.disposition))
      .set("Evidence", texts.evidence)
      .set("Reason", step.reason.empty() ? known.trouble : step.reason)
      .set("LinkLocation", location_word(facts.claims.location))
      .set("Node", facts.node);
  if (facts.claims.message_time != Time{}) row.set("MessageTime", facts.claims.message_time);
  return row.finish();
}

}  // namespace

std::string url_domain(std::string_view url) {
  auto parsed = url::Url::parse(url);
  return parsed ? std::string(parsed->hostname()) : std::string();
}

RowTexts row_texts(const verdict::Verdict& verdict) {
  return {events::EncodedText(chain_text(verdict.url_chain)),
          events::EncodedText(evidence_json(verdict.evidence))};
}

Rows click_rows(const ClickFacts& facts, const Step& step, const Knowledge& known, Time now) {
  CHECK(step.outcome != nullptr);
  static const events::Table& clicks = table("UrlClickEvents");
  const auto texts = texts_of(known);
  const std::string report_id = url::uuid_text(facts.click.report_id);
  events::Row row(clicks, facts.click.start, report_id, static_cast<uint64_t>(step.outcome->rank));
  fill_shared(row, facts, step, known, *texts, report_id);
  std::string log = log_row(facts, step, known, *texts, now, &row);
  Rows rows;
  rows.reserve(2);
  rows.emplace_back("UrlClickEvents", row.finish());
  rows.emplace_back("UrlClickLog", std::move(log));
  return rows;
}

std::pair<std::string, std::string> submission_row(const ClickFacts& facts, Reported as, Time now) {
  static const events::Table& submissions = table("UserSubmissions");
  Id id = facts.click.report_id;
  if (as == Reported::kClean) id.back() ^= 1;  // the two of one click are two submissions
  const std::string name = url::uuid_text(id);
  events::Row row(submissions, now, name, 1);
  row.set("SubmissionId", name)
      .set("Source", "Page")
      .set("Category", as == Reported::kClean ? "Clean" : "Phish")
      .set("ReportedBy", facts.claims.recipient)
      .set("IsVerified", true)
      .set("NetworkMessageId", message_id(facts.claims))
      .set("RecipientEmailAddress", facts.claims.recipient)
      .set("Url", facts.claims.url)
      .set("IPAddress", facts.client_address)
      .set("ReportId", url::uuid_text(facts.click.report_id));
  return {"UserSubmissions", row.finish()};
}

Rows log_rows(const ClickFacts& facts, const Step& step, const Knowledge& known, Time now) {
  Rows rows;
  rows.emplace_back("UrlClickLog", log_row(facts, step, known, *texts_of(known), now, nullptr));
  return rows;
}

}  // namespace linkgate::click
