// What stands behind the names of operators.

#include "kql/ast_printer.h"
#include "kql/literal.h"

namespace linkgate::kql {

void AstPrinter::one_operator(const Operator& op) {
  if (op.kind == OperatorKind::kRender) {
    out_ += " " + quoted_name(op.name);
    if (!op.parameters.empty()) properties(op.parameters);
    return;
  }
  if (op.kind == OperatorKind::kAs) {
    parameters(op.parameters);
    out_ += " " + quoted_name(op.name);
    return;
  }
  if (op.kind == OperatorKind::kParseKv) return key_values(op);
  if (op.kind == OperatorKind::kReduce) return reduce(op);
  if (op.kind == OperatorKind::kMakeGraph) return make_graph(op);
  parameters(op.parameters);
  if (op.kind == OperatorKind::kTopNested) return nested(op);
  if (op.kind == OperatorKind::kFork) return branches(op);
  if (op.kind == OperatorKind::kScan) return scan(op);
  if (op.kind == OperatorKind::kGraphMatch || op.kind == OperatorKind::kGraphShortestPaths)
    return graph_match(op);
  if (op.kind == OperatorKind::kGraphToTable) return graph_outputs(op);
  if (op.kind == OperatorKind::kMvExpand || op.kind == OperatorKind::kMvApply) return expansion(op);
  if (op.kind == OperatorKind::kParse || op.kind == OperatorKind::kParseWhere) return pattern(op);
  if (op.kind == OperatorKind::kSearch && !op.tables.empty()) {
    list(op.tables, " in (", ")");
  } else {
    tables(op.tables);
  }
  if (op.expr != nullptr) {
    out_ += " ";
    expr(*op.expr);
  }
  const bool is_join = op.kind == OperatorKind::kJoin || op.kind == OperatorKind::kLookup;
  const bool is_of = op.kind == OperatorKind::kTopHitters || op.kind == OperatorKind::kSampleDistinct;
  if (!op.items.empty()) out_ += is_join ? " on " : is_of ? " of " : " ";
  items(op.items);
  if (op.series.step != nullptr) series(op.series);
  if (op.has_by) out_ += " by ";
  items(op.by);
  if (op.body != nullptr) {
    const bool own_table =
        op.kind == OperatorKind::kPartition && op.body->children[0]->kind != ExprKind::kInput;
    out_ += op.kind == OperatorKind::kFacet ? " with (" : own_table ? " {" : " (";
    expr(*op.body);
    out_ += own_table ? "}" : ")";
  }
  if (op.kind == OperatorKind::kCount && !op.name.empty()) out_ += " as " + quoted_name(op.name);
  if (op.kind == OperatorKind::kAssertSchema) {
    out_ += " ";
    declarations(op.schema);
  } else if (op.has_schema) {
    schema(op);
  }
}

void AstPrinter::schema(const Operator& op) {
  out_ += op.schema_keeps_source ? " : (*" : " : (";
  bool first = !op.schema_keeps_source;
  for (const ColumnDeclaration& column : op.schema) {
    out_ += (first ? "" : ", ") + quoted_name(column.name) + ":" + std::string(to_string(column.type));
    first = false;
  }
  out_ += ")";
}

void AstPrinter::find(const Operator& op) {
  parameters(op.parameters);
  if (!op.tables.empty()) list(op.tables, " in (", ")");
  out_ += " where ";
  expr(*op.expr);
  if (!op.name.empty()) out_ += " " + op.name;
  for (size_t i = 0; i < op.items.size(); ++i) {
    out_ += i > 0 ? ", " : " ";
    expr(*op.items[i].expr);
    if (op.items[i].type) out_ += ":" + std::string(to_string(*op.items[i].type));
  }
}

void AstPrinter::reduce(const Operator& op) {
  std::vector<Parameter> before, behind;
  for (const Parameter& parameter : op.parameters)
    (parameter.name == "threshold" || parameter.name == "characters" ? behind : before).push_back(parameter);
  parameters(before);
  out_ += " by ";
  expr(*op.expr);
  for (size_t i = 0; i < behind.size(); ++i) {
    out_ += (i > 0 ? ", " : " with ") + behind[i].name + "=";
    operand(*behind[i].value);
  }
}

void AstPrinter::scan(const Operator& op) {
  if (!op.by.empty()) out_ += " order by ", items(op.by);
  if (!op.items.empty()) out_ += " partition by ", items(op.items);
  if (!op.schema.empty()) out_ += " declare ", declarations(op.schema);
  out_ += " with (";
  for (const Step& step : op.steps) {
    out_ += "step " + quoted_name(step.name);
    if (step.output == StepOutput::kLast) out_ += " output=last";
    if (step.output == StepOutput::kNone) out_ += " output=none";
    out_ += ": ";
    expr(*step.condition);
    if (!step.items.empty()) out_ += " => ", items(step.items);
    out_ += "; ";
  }
  out_ += ")";
}

void AstPrinter::declared_pattern(const Let& let) {
  const Expr& pattern = *let.value;
  std::vector<ColumnDeclaration> arguments = pattern.columns, path;
  if (!pattern.name.empty()) {
    path.push_back(std::move(arguments.back()));
    arguments.pop_back();
  }
  out_ += "declare pattern " + quoted_name(let.name) + " = ";
  declarations(arguments);
  for (const ColumnDeclaration& one : path) out_ += "[" + quoted_name(one.name) + ":string]";
  out_ += "\n{\n";
  for (size_t i = 0; i < pattern.children.size(); ++i) {
    const Item* constants = &pattern.items[i * pattern.columns.size()];
    for (size_t k = 0; k < arguments.size(); ++k) {
      out_ += k > 0 ? ", " : "(";
      expr(*constants[k].expr);
    }
    out_ += ")";
    if (!path.empty()) {
      out_ += ".[";
      expr(*constants[arguments.size()].expr);
      out_ += "]";
    }
    out_ += " = { ";
    statements(pattern.children[i]->lets, *pattern.children[i]->children[0]);
    out_ += " };\n";
  }
  out_ += "};\n";
}

void AstPrinter::make_graph(const Operator& op) {
  out_ += " ";
  items({op.items[0]});
  out_ += " --> ";
  items({op.items[1]});
  parameters(op.parameters);
  for (size_t i = 0; i < op.tables.size(); ++i) {
    out_ += i > 0 ? ", " : " with ";
    operand(*op.tables[i]);
    out_ += " on ";
    items({op.by[i]});
  }
  if (op.body == nullptr) return;
  out_ += " partitioned-by " + quoted_name(op.name) + " (";
  expr(*op.body);
  out_ += ")";
}

void AstPrinter::graph_match(const Operator& op) {
  for (const GraphPattern& pattern : op.patterns) {
    out_ += &pattern == op.patterns.data() ? " " : ", ";
    for (const PatternElement& element : pattern) {
      const std::string name = element.name.empty() ? "" : quoted_name(element.name);
      if (!element.is_edge) {
        out_ += "(" + name + ")";
        continue;
      }
      out_ += element.direction == EdgeDirection::kLeft ? "<-[" : "-[";
      out_ += name;
      if (element.least != nullptr) {
        out_ += "*";
        operand(*element.least);
        out_ += "..";
        operand(*element.most);
      }
      out_ += element.direction == EdgeDirection::kRight ? "]->" : "]-";
    }
  }
  if (op.expr != nullptr) out_ += " where ", expr(*op.expr);
  out_ += " project ";
  items(op.items);
}

void AstPrinter::graph_outputs(const Operator& op) {
  for (const GraphOutput& output : op.outputs) {
    out_ += &output == op.outputs.data() ? " " : ", ";
    out_ += output.edges ? "edges" : "nodes";
    if (!output.name.empty()) out_ += " as " + quoted_name(output.name);
    parameters(output.parameters);
  }
}

void AstPrinter::branches(const Operator& op) {
  for (const Branch& branch : op.branches) {
    out_ += " " + (branch.name.empty() ? "" : quoted_name(branch.name) + "=") + "(";
    expr(*branch.body);
    out_ += ")";
  }
}

void AstPrinter::nested(const Operator& op) {
  for (const NestedTop& level : op.levels) {
    out_ += &level == op.levels.data() ? " " : ", top-nested ";
    if (level.rows != nullptr) expr(*level.rows), out_ += " ";
    out_ += "of ";
    items({level.key});
    out_ += " by ";
    items({level.by});
  }
}

void AstPrinter::key_values(const Operator& op) {
  out_ += " ";
  expr(*op.expr);
  out_ += " as (";
  for (size_t i = 0; i < op.schema.size(); ++i) {
    out_ += (i > 0 ? ", " : "") + quoted_name(op.schema[i].name) + ":" +
            std::string(to_string(op.schema[i].type));
  }
  out_ += ")";
  for (size_t i = 0; i < op.parameters.size(); ++i) {
    out_ += (i > 0 ? ", " : " with (") + op.parameters[i].name + "=";
    operand(*op.parameters[i].value);
  }
  if (!op.parameters.empty()) out_ += ")";
}

void AstPrinter::series(const SeriesAxis& series) {
  out_ += " on ";
  items({series.axis});
  if (series.in_range) return list({series.from, series.to, series.step}, " in range(", ")");
  const std::pair<std::string_view, const Expr*> bounds[] = {
      {" from ", series.from}, {" to ", series.to}, {" step ", series.step}};
  for (const auto& [word, bound] : bounds) {
    if (bound != nullptr) out_ += word, expr(*bound);
  }
}

void AstPrinter::pattern(const Operator& op) {
  out_ += " ";
  expr(*op.expr);
  out_ += " with";
  for (const Item& piece : op.items) {
    out_ += " ";
    expr(*piece.expr);
    if (piece.type) out_ += ":" + std::string(to_string(*piece.type));
  }
}

void AstPrinter::expansion(const Operator& op) {
  out_ += " ";
  items(op.items);
  if (op.expr != nullptr) {
    out_ += " limit ";
    expr(*op.expr);
  }
  if (op.body != nullptr) {
    out_ += " on (";
    expr(*op.body);
    out_ += ")";
  }
}

}  // namespace linkgate::kql
