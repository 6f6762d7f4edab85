#pragma once
// Inside the click handler: all that one request knows, filled from top to bottom.

#include <memory>
#include <optional>
#include <string>

#include "click/click_node.h"
#include "click/link_request.h"
#include "net/http.h"

namespace linkgate::click {

struct Visit {
  const net::HttpRequest& request;
  const Strings& strings;
  LinkRequest asked;
  std::shared_ptr<const state::PolicyView> view;
  std::shared_ptr<const url::Keyring> keys;
  Time now{};
  SteadyTime started{};
  ClickFacts facts;
  const verdict::SafeLinksPolicy* policy = nullptr;  // lives in view, or is the built-in one
  std::string location;      // where a redirect goes; empty where the URL cannot be opened
  std::string stored_under;  // of a long link: the hash under which state keeps the URL
  bool unopenable = false;   // the URL is known and no browser opens it
  Id digest{};
  std::optional<ClickToken> token;  // that the request brought and that is good
  bool used_before = false;

  // What the answer has to wait for, and what it was made of.
  struct Unrecorded {
    Rows rows;
    KnownPtr known;
    Decision decision;
  };
  std::optional<Unrecorded> unrecorded;

  bool tracked() const { return policy->TrackClicks; }
};

}  // namespace linkgate::click
