#pragma once
// Linear weights as the model's table has them.

#include "training/feature_table.h"
#include "training/linear_trainer.h"
#include "verdict/url_model.h"

namespace linkgate::training {

// Step, bias and slots: where a group has more weights than slots, its strongest.
void fill_slots(const FeatureTable& table, const LinearWeights& linear, verdict::UrlModelParts* parts);

}  // namespace linkgate::training
