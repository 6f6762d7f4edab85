#include "respond/mailbox_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/ascii.h"
#include "base/file_system.h"

namespace linkgate::respond {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (c != ',' && !ascii::is_space(c)) {
      word += ascii::to_lower(c);
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace

Result<MailboxNames> MailboxNames::parse(const MailboxesConfig& config, std::string_view aliases) {
  MailboxNames names(config);
  std::vector<std::pair<size_t, std::string>> lines;  // logical ones, with the number of their first
  size_t number = 0;
  for (const std::string_view line : ascii::split(aliases, '\n')) {
    ++number;
    const std::string_view text = ascii::trim(line);
    if (text.empty() || text.starts_with('#')) continue;
    if (ascii::is_space(line.front()) && !lines.empty())
      lines.back().second.append(" ").append(text);
    else
      lines.emplace_back(number, text);
  }
  for (const auto& [at, line] : lines) {
    std::vector<std::string> words = words_of(line);
    if (words.size() < 2)
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("{}:{}: an alias and where it leads are wanted", config.aliases_file, at));
    const std::string alias = std::move(words.front());
    words.erase(words.begin());
    names.aliases_[alias] = std::move(words);
  }
  return names;
}

Result<MailboxNames> MailboxNames::load(const MailboxesConfig& config) {
  if (config.aliases_file.empty()) return parse(config, "");
  TRY_ASSIGN(const std::string text, real_file_system().read(config.aliases_file));
  return parse(config, text);
}

std::string MailboxNames::without_detail(const std::string& address) const {
  const size_t at = std::min(address.rfind('@'), address.size());
  const size_t plus = config_.recipient_delimiter.empty()
                          ? std::string::npos
                          : address.find_first_of(config_.recipient_delimiter, 1);
  return plus == std::string::npos || plus >= at ? address : address.substr(0, plus) + address.substr(at);
}

// virtual(5): user+detail@domain, user@domain, @domain.
const std::vector<std::string>* MailboxNames::targets_of(const std::string& address) const {
  const size_t at = address.rfind('@');
  const std::string domain = at == std::string::npos ? "" : address.substr(at);
  for (const std::string& name : {address, without_detail(address), domain}) {
    const auto found = aliases_.find(name);
    if (found != aliases_.end() && !name.empty()) return &found->second;
  }
  return nullptr;
}

std::vector<std::string> MailboxNames::of(std::string_view recipient) const {
  std::vector<std::string> mailboxes, pending = {ascii::to_lower(recipient)};
  std::unordered_set<std::string> seen(pending.begin(), pending.end());
  const auto add = [&](const std::string& address) {
    std::string name = without_detail(address);
    if (config_.name == "local") name = name.substr(0, name.rfind('@'));
    if (std::find(mailboxes.begin(), mailboxes.end(), name) == mailboxes.end())
      mailboxes.push_back(std::move(name));
  };
  for (size_t depth = 0; !pending.empty() && depth <= kMaxAliasDepth; ++depth) {
    std::vector<std::string> next;
    for (const std::string& address : pending) {
      const auto* targets = targets_of(address);
      if (targets == nullptr) add(address);
      for (const std::string& target : targets != nullptr ? *targets : std::vector<std::string>()) {
        if (target == address || target == without_detail(address))
          add(target);  // an alias that names itself keeps a copy
        else if (seen.size() < kMaxMailboxesOfOne && seen.insert(target).second)
          next.push_back(target);
      }
    }
    pending = std::move(next);
  }
  return mailboxes;
}

}  // namespace linkgate::respond
