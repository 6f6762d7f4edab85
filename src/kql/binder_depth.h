#pragma once
// Counts the binder's recursion: lets and functions are bound inside one another, which the syntax tree's own
// depth does not bound.

#include "kql/binder_state.h"
#include "kql/limits.h"

namespace linkgate::kql {

class Binder::Depth {
 public:
  explicit Depth(Binder& binder) : binder_(binder) { ++binder_.depth_; }
  ~Depth() { --binder_.depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

  bool exceeded() const { return binder_.depth_ > kMaxBoundDepth; }
  Diagnostic refusal(Span span) const {
    return fail(DiagnosticCode::kTooLarge, span,
                "the query is nested more than " + std::to_string(kMaxBoundDepth) +
                    " deep when its let statements are put in place");
  }

 private:
  Binder& binder_;
};

}  // namespace linkgate::kql
