// How operators and names are written.

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/check.h"
#include "kql/ast.h"
#include "kql/kusto_names.h"
#include "kql/lexer.h"
#include "kql/literal.h"

namespace linkgate::kql {
namespace {

struct OperatorName {
  OperatorKind kind;
  std::string_view name;
};
constexpr auto kOperatorNames = std::to_array<OperatorName>({
    {OperatorKind::kWhere, "where"},
    {OperatorKind::kExtend, "extend"},
    {OperatorKind::kProject, "project"},
    {OperatorKind::kProjectAway, "project-away"},
    {OperatorKind::kProjectKeep, "project-keep"},
    {OperatorKind::kProjectByNames, "project-by-names"},
    {OperatorKind::kProjectRename, "project-rename"},
    {OperatorKind::kProjectReorder, "project-reorder"},
    {OperatorKind::kSummarize, "summarize"},
    {OperatorKind::kSort, "sort"},
    {OperatorKind::kTake, "take"},
    {OperatorKind::kTop, "top"},
    {OperatorKind::kDistinct, "distinct"},
    {OperatorKind::kCount, "count"},
    {OperatorKind::kJoin, "join"},
    {OperatorKind::kLookup, "lookup"},
    {OperatorKind::kUnion, "union"},
    {OperatorKind::kRender, "render"},
    {OperatorKind::kGetSchema, "getschema"},
    {OperatorKind::kAs, "as"},
    {OperatorKind::kSerialize, "serialize"},
    {OperatorKind::kMakeSeries, "make-series"},
    {OperatorKind::kParseKv, "parse-kv"},
    {OperatorKind::kPartition, "partition"},
    {OperatorKind::kTopNested, "top-nested"},
    {OperatorKind::kTopHitters, "top-hitters"},
    {OperatorKind::kSampleDistinct, "sample-distinct"},
    {OperatorKind::kSample, "sample"},
    {OperatorKind::kParse, "parse"},
    {OperatorKind::kParseWhere, "parse-where"},
    {OperatorKind::kMvExpand, "mv-expand"},
    {OperatorKind::kMvApply, "mv-apply"},
    {OperatorKind::kSearch, "search"},
    {OperatorKind::kInvoke, "invoke"},
    {OperatorKind::kEvaluate, "evaluate"},
    {OperatorKind::kFind, "find"},
    {OperatorKind::kScan, "scan"},
    {OperatorKind::kReduce, "reduce"},
    {OperatorKind::kMakeGraph, "make-graph"},
    {OperatorKind::kGraphMatch, "graph-match"},
    {OperatorKind::kGraphShortestPaths, "graph-shortest-paths"},
    {OperatorKind::kGraphMarkComponents, "graph-mark-components"},
    {OperatorKind::kGraphToTable, "graph-to-table"},
    {OperatorKind::kGraphWhereNodes, "graph-where-nodes"},
    {OperatorKind::kGraphWhereEdges, "graph-where-edges"},
    {OperatorKind::kAssertSchema, "assert-schema"},
    {OperatorKind::kFork, "fork"},
    {OperatorKind::kFacet, "facet"},
    {OperatorKind::kUnread, "?"},
});

// Words that mean something at the places where names stand; a name that is one of them is printed quoted.
constexpr std::array<std::string_view, 31> kWords = {
    "and",  "or",        "by",      "on",      "asc",     "desc",    "nulls", "in",
    "has",  "true",      "false",   "let",     "from",    "to",      "step",  "of",
    "with", "datatable", "range",   "union",   "print",   "dynamic", "True",  "False",
    "TRUE", "FALSE",     "has_any", "has_all", "between", "matches", "view"};

bool is_plain_name(std::string_view name) {
  if (name.empty() || ascii::is_digit(name[0])) return false;
  const bool plain =
      std::all_of(name.begin(), name.end(), [](char c) { return ascii::is_alnum(c) || c == '_'; });
  if (!plain && name != "$left" && name != "$right" && name != "$table") return false;
  return std::find(kWords.begin(), kWords.end(), name) == kWords.end() && !type_from_name(name) &&
         !is_reserved_name(name);
}

}  // namespace

std::string_view to_string(OperatorKind kind) {
  for (const OperatorName& row : kOperatorNames) {
    if (row.kind == kind) return row.name;
  }
  CHECK(false);
}

std::string quoted_name(std::string_view name) {
  return is_plain_name(name) ? std::string(name) : "[" + json_string(name) + "]";
}

}  // namespace linkgate::kql
