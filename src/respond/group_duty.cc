#include "respond/group_duty.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/ascii.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/metrics.h"
#include "respond/ldap_directory.h"

namespace linkgate::respond {
namespace {

state::StateOptions state_options(const Config& config) {
  const std::string& elsewhere = config.state.location;
  return {.location = elsewhere.empty() ? "sqlite:" + DataPaths(config.data).state() : elsewhere};
}

// The fields of one line; nothing where a quote is not closed.
std::optional<std::vector<std::string>> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted) return std::nullopt;
  for (std::string& field : fields) field = std::string(ascii::trim(field));
  return fields;
}

// Groups in the order of their keys, each member once, as sync_groups() compares them.
struct Collected {
  std::map<std::string, verdict::Group> groups;
  void add(const std::string& group, const std::string& address) {
    verdict::Group& one = groups[ascii::to_lower(group)];
    if (one.name.empty()) one.name = group;
    one.members.push_back(address);
  }
  std::vector<verdict::Group> take() {
    std::vector<verdict::Group> all;
    for (auto& [key, group] : groups) {
      std::sort(group.members.begin(), group.members.end());
      group.members.erase(std::unique(group.members.begin(), group.members.end()), group.members.end());
      all.push_back(std::move(group));
    }
    return all;
  }
};

Result<std::vector<verdict::Group>> read_named(const GroupsConfig& config) {
  std::vector<verdict::Group> groups;
  for (const NamedGroupConfig& one : config.named) {
    const verdict::Group group{one.name, one.members, "configuration"};
    if (const auto valid = verdict::validate(group); !valid)
      return Error(ErrorCode::kInvalidArgument, "[[group]]: " + valid.error().message());
    groups.push_back(group);
  }
  return groups;
}

Result<std::vector<verdict::Group>> read_file(const GroupsConfig& config) {
  if (config.file.empty()) return std::vector<verdict::Group>();
  TRY_ASSIGN(const std::string text, real_file_system().read(config.file));
  return parse_group_file(config.file, text);
}

Result<std::vector<verdict::Group>> read_ldap(const GroupsConfig& config) {
  if (config.ldap.url.empty()) return std::vector<verdict::Group>();
  return read_directory(config.ldap);
}

// A directory holds what it holds: one entry that means nothing here is no reason to forget the others.
void drop_strangers(const std::string& source, std::vector<verdict::Group>* groups) {
  size_t members = 0;
  for (verdict::Group& group : *groups) {
    members += std::erase_if(group.members, [](const std::string& member) {
      return !verdict::validate(verdict::Group{"g", {member}, {}});
    });
  }
  std::set<std::string> seen;
  const size_t dropped = std::erase_if(*groups, [&](const verdict::Group& group) {
    const bool twice = !seen.insert(ascii::to_lower(group.name)).second;
    return twice || !verdict::validate(group);
  });
  if (dropped + members > 0)
    log::debug(
        "groups of {}: {} groups whose names no rule could name and {} members without an address are "
        "left out",
        source, dropped, members);
}

metrics::Counter& counted(const std::string& source, std::string_view outcome) {
  return metrics::process().counter("linkgate_group_reads_total", "Readings of groups by source and outcome",
                                    {{"source", source}, {"outcome", std::string(outcome)}});
}

class GroupDuty final : public Duty {
 public:
  GroupDuty(const Surroundings& surroundings, std::unique_ptr<state::PolicyStore> store)
      : refresh_(surroundings.config.groups.refresh),
        sources_(group_sources(surroundings.config.groups)),
        store_(std::move(store)) {}

  std::string_view name() const override { return "groups"; }

  // One source that cannot be read keeps no other from being read.
  Result<std::chrono::milliseconds> step() override {
    Result<void> first;
    for (const GroupSource& source : sources_) {
      const auto changed = sync_source(source, *store_);
      counted(source.name, changed ? "read" : "failed").add();
      if (!changed && first)
        first = Error(changed.error().code(),
                      source.name + ": " + changed.error().message() + "; its groups stay as they were");
      if (changed && *changed > 0) log::info("groups of {}: {} changed", source.name, *changed);
    }
    TRY(std::move(first));
    return std::chrono::milliseconds(refresh_);
  }

 private:
  const std::chrono::seconds refresh_;
  const std::vector<GroupSource> sources_;
  std::unique_ptr<state::PolicyStore> store_;
};

}  // namespace

std::vector<GroupSource> group_sources(const GroupsConfig& config) {
  return {{"configuration", [&config] { return read_named(config); }},
          {"file", [&config] { return read_file(config); }},
          {"ldap", [&config] { return read_ldap(config); }}};
}

Result<std::vector<verdict::Group>> parse_group_file(const std::string& file, std::string_view text) {
  if (text.size() > kMaxGroupFile) return Error(ErrorCode::kLimit, file + ": longer than 256 MiB");
  Collected collected;
  size_t number = 0;
  for (std::string_view line : ascii::split(text, '\n')) {
    ++number;
    line = ascii::trim(line);
    if (number == 1 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
    if (line.empty() || line[0] == '#') continue;
    const auto fields = fields_of(line);
    const bool is_heading = fields && number == 1 && fields->size() == 2 &&
                            ascii::iequals((*fields)[0], "group") && ascii::iequals((*fields)[1], "address");
    if (is_heading) continue;
    const auto wrong = [&](std::string_view what) {
      return Error(ErrorCode::kInvalidArgument, fmt::format("{}:{}: {}", file, number, what));
    };
    if (!fields || fields->size() != 2) return wrong("is not GROUP,ADDRESS");
    if (const auto valid = verdict::validate(verdict::Group{(*fields)[0], {(*fields)[1]}, {}}); !valid)
      return wrong(valid.error().message());
    collected.add((*fields)[0], ascii::to_lower((*fields)[1]));
  }
  return collected.take();
}

Result<size_t> sync_source(const GroupSource& source, state::PolicyStore& store) {
  TRY_ASSIGN(auto groups, source.read());
  if (source.name == "ldap") drop_strangers(source.name, &groups);
  return store.sync_groups(source.name, groups);
}

Result<std::unique_ptr<Duty>> make_group_duty(const Surroundings& surroundings) {
  TRY_ASSIGN(auto store, state::open_policy_store(state_options(surroundings.config)));
  return std::unique_ptr<Duty>(std::make_unique<GroupDuty>(surroundings, std::move(store)));
}

}  // namespace linkgate::respond
