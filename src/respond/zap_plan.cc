#include "respond/zap_plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/ascii.h"
#include "url/canonical_key.h"
#include "url/unwrap.h"
#include "url/url.h"

namespace linkgate::respond {
namespace {

struct Spelled {
  std::string key, host;
};

// As it stands, and without other vendors' wrappers.
std::vector<Spelled> spellings(const std::string& text) {
  std::vector<Spelled> out;
  for (const std::string& form : {text, url::unwrap(text).url}) {
    const auto parsed = url::Url::parse(form);
    if (parsed) out.push_back({url::canonical_key(*parsed), std::string(parsed->hostname())});
  }
  return out;
}

std::vector<std::string> chain_of(const std::string& json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  std::vector<std::string> chain;
  for (const auto& one : parsed.is_array() ? parsed : nlohmann::json::array()) {
    if (one.is_string()) chain.push_back(one.get<std::string>());
  }
  return chain;
}

std::vector<std::string> hosts_of(const std::map<std::string, size_t>& keys) {
  std::set<std::string> hosts;
  for (const auto& [key, which] : keys) {
    const auto parsed = url::Url::parse("http://" + key);
    if (parsed) hosts.insert(std::string(parsed->hostname()));
  }
  hosts.erase("");
  return {hosts.begin(), hosts.end()};
}

// Still where a user can see it.
bool lies_in_mailbox(const store::StoredRow& mail) {
  const std::string location = mail.text("LatestDeliveryLocation");
  return location == "Inbox/Folder" || location == "Junk folder";
}

}  // namespace

std::optional<state::ZapAction> configured_action(const ZapConfig& config, const std::string& threat) {
  const std::string& word = threat == "Malware" ? config.malware
                            : threat == "Spam"  ? config.spam
                                                : config.phishing;
  if (word == "quarantine") return state::ZapAction::kQuarantine;
  if (word == "junk") return state::ZapAction::kJunk;
  return std::nullopt;
}

bool zap_enabled(const verdict::SafeLinksPolicy& policy, const std::string& threat) {
  return threat == "Malware" ? policy.ZapEnabled
         : threat == "Spam"  ? policy.SpamZapEnabled
                             : policy.PhishZapEnabled;
}

// A hop that stands before a bad one in a chain leads to it.
Result<void> ZapPlanner::add_hops(const KnownChains& chains, const std::vector<std::string>& hosts,
                                  Time since, Keys* keys) {
  Keys hops;
  const auto look_at = [&](const std::vector<std::string>& chain) {
    for (size_t bad = chain.size(); bad-- > 1;) {
      const auto spelled = spellings(chain[bad]);
      const auto found = spelled.empty() ? keys->end() : keys->find(spelled.front().key);
      if (found == keys->end()) continue;
      for (size_t hop = 0; hop < bad; ++hop) {
        for (const Spelled& one : spellings(chain[hop])) hops.emplace(one.key, found->second);
      }
      return;
    }
  };
  TRY_ASSIGN(const auto seen, history_.chains_naming(hosts, since));
  for (const std::string& json : seen) look_at(chain_of(json));
  if (chains) TRY(chains(look_at));
  keys->insert(hops.begin(), hops.end());
  return {};
}

Result<Plan> ZapPlanner::for_urls(const std::vector<BadUrl>& urls, const std::string& cause, Time now,
                                  const KnownChains& chains) {
  Plan plan;
  Keys keys;
  for (size_t i = 0; i < urls.size(); ++i) {
    if (!configured_action(config_.zap, urls[i].threat)) continue;
    for (const Spelled& one : spellings(urls[i].url)) keys.emplace(one.key, i);
  }
  if (keys.empty()) return plan;
  const Time since = now - config_.zap.look_back;
  TRY(add_hops(chains, hosts_of(keys), since, &keys));
  TRY_ASSIGN(const auto links, history_.links_naming(hosts_of(keys), since));
  std::map<std::string, size_t> messages;  // which of the bad URLs: of several, a malware one
  for (const auto& [message, text] : links) {
    for (const Spelled& one : spellings(text)) {
      const auto found = keys.find(one.key);
      if (found == keys.end()) continue;
      const auto [at, is_new] = messages.emplace(message, found->second);
      if (!is_new && urls[found->second].threat == "Malware") at->second = found->second;
    }
  }
  std::vector<std::string> ids;
  for (const auto& [message, which] : messages) ids.push_back(message);
  TRY_ASSIGN(auto mails, history_.mails(ids));
  for (store::StoredRow& mail : mails) {
    if (mail.timestamp < since || !lies_in_mailbox(mail)) {
      ++plan.passed_over;
      continue;
    }
    const BadUrl& because = urls[messages[mail.text("NetworkMessageId")]];
    const std::string recipient = mail.text("RecipientEmailAddress");
    // What was reported lies there for those who look at it.
    if (ascii::iequals(recipient, config_.submissions.mailbox)) {
      ++plan.passed_over;
      continue;
    }
    if (policies_ != nullptr && !zap_enabled(*policies_->match(recipient).policy, because.threat)) {
      ++plan.switched_off;
      continue;
    }
    add_jobs(mail, because, *configured_action(config_.zap, because.threat), cause, now, &plan);
    plan.mails.push_back(std::move(mail));
  }
  return plan;
}

Result<Plan> ZapPlanner::for_messages(const std::vector<Chosen>& chosen, const BadUrl& because,
                                      state::ZapAction action, const std::string& cause, Time now) {
  Plan plan;
  std::map<std::string, std::set<std::string>> wanted;  // recipients by message; "": all
  for (const Chosen& one : chosen) wanted[one.network_message_id].insert(ascii::to_lower(one.recipient));
  std::vector<std::string> ids;
  for (const auto& [message, recipients] : wanted) ids.push_back(message);
  TRY_ASSIGN(auto mails, history_.mails(ids));
  for (store::StoredRow& mail : mails) {
    const auto& recipients = wanted[mail.text("NetworkMessageId")];
    const bool is_meant =
        recipients.contains("") || recipients.contains(ascii::to_lower(mail.text("RecipientEmailAddress")));
    if (!is_meant) continue;
    if (!lies_in_mailbox(mail)) {
      ++plan.passed_over;
      continue;
    }
    add_jobs(mail, because, action, cause, now, &plan);
    plan.mails.push_back(std::move(mail));
  }
  return plan;
}

void ZapPlanner::add_jobs(const store::StoredRow& mail, const BadUrl& because, state::ZapAction action,
                          const std::string& cause, Time now, Plan* plan) {
  const std::string recipient = mail.text("RecipientEmailAddress");
  for (const std::string& mailbox : names_.of(recipient)) {
    state::ZapJob job;
    job.network_message_id = mail.text("NetworkMessageId");
    job.recipient = recipient;
    job.mailbox = mailbox;
    job.action = action;
    job.threat = because.threat;
    job.unread_only = because.threat == "Spam" && !cause.starts_with("admin");
    job.cause = cause;
    job.url = because.url;
    job.created = job.due = now;
    job.give_up = now + config_.zap.retry_for;
    plan->jobs.push_back(std::move(job));
  }
}

}  // namespace linkgate::respond
