// linkgate token: who may ask portal, and what.
#include <fmt/format.h>

#include "api/token.h"
#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/rows.h"

namespace linkgate::cli {
namespace {

struct Options {
  std::string name;
  std::string scope = std::string(api::kHuntingScope);
  std::string format = "table";
};

Result<std::unique_ptr<state::TokenStore>> open(Context& context) {
  TRY_ASSIGN(const Config* config, context.installation());
  return state::open_token_store(state_options(*config));
}

Result<int> run_create(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  const std::string token = api::new_token();
  TRY(store->create({options.name, options.scope, SystemClock().now()}, api::token_hash(token)));
  fmt::print("{}\n", token);
  fmt::print(stderr, "This is the only time that it is shown. Send it as: Authorization: Bearer {}...\n",
             token.substr(0, 6));
  return kYes;
}

Result<int> run_list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  TRY_ASSIGN(const auto tokens, store->list());
  Rows rows{{"name", "scope", "created"}, {}};
  for (const state::ApiToken& token : tokens)
    rows.rows.push_back({token.name, token.scope, to_iso8601(token.created)});
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

Result<int> run_revoke(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  TRY(store->revoke(options.name));
  return kYes;
}

}  // namespace

void add_token(Commands& commands) {
  const auto options = std::make_shared<Options>();
  static const std::vector<std::string> kScopes = {
      std::string(api::kHuntingScope), std::string(api::kFunctionsScope), std::string(api::kCheckScope),
      std::string(api::kAlertsScope), std::string(api::kAlertsWriteScope)};
  Command& token = commands.add("token", "who may ask linkgate-portal, and what");
  token.add("create", "make a token and print it, this once")
      .argument("NAME", options->name, "whose it is: a person or a tool")
      .option_of("--scope", options->scope, kScopes, "what its bearer may do")
      .notes("linkgate token create ada    # docs/portal.md says how clients send it")
      .action([options](Context& context) { return run_create(context, *options); });
  token.add("list", "whose tokens there are").format(options->format).action([options](Context& context) {
    return run_list(context, *options);
  });
  token.add("revoke", "the token is refused from now on")
      .argument("NAME", options->name, "its name")
      .action([options](Context& context) { return run_revoke(context, *options); });
}

}  // namespace linkgate::cli
