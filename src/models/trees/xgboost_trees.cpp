#include "base/signals.hpp"
#include "models/trees/library_calls.hpp"
#include "models/trees/tree_family.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace sluice::models {

namespace {

struct XgboostOptions {
    std::int64_t trees;
    std::int64_t depth;
    double learning_rate;
    const char* tree_method;
    const char* lambda;            ///< penalty on squared leaf values
    const char* min_child_weight;  ///< rows in a leaf, at least
    bool threshold_goes_left = false;  ///< a row on the threshold, as CART has it; XGBoost's own go right
};

/// Appends the node `at` of a tree in XGBoost's arrays, and all below it, in preorder.
void append_node(const nlohmann::json& tree, std::size_t at, Tree& out)
{
    const auto left = tree["left_children"][at].get<std::int32_t>(), right = tree["right_children"][at].get<std::int32_t>();
    const auto value = tree["split_conditions"][at].get<float>();
    const auto place = out.size();
    if (left < 0) {
        out.push_back({.value = value});
        return;
    }
    out.push_back({tree["split_indices"][at].get<std::int32_t>(), value, 0});
    append_node(tree, static_cast<std::size_t>(left), out);
    out[place].right = static_cast<std::int32_t>(out.size());
    append_node(tree, static_cast<std::size_t>(right), out);
}

Forest forest_of(BoosterHandle booster)
{
    bst_ulong size = 0;
    const char* bytes = nullptr;
    SLUICE_XGBOOST(XGBoosterSaveModelToBuffer, booster, R"({"format": "ubj"})", &size, &bytes);
    const auto model = nlohmann::json::from_ubjson(bytes, bytes + size);
    const auto& learner = model["learner"];
    Forest forest;
    forest.is_float32 = true;
    forest.base = std::stof(learner["learner_model_param"]["base_score"].get<std::string>());
    for (const auto& tree : learner["gradient_booster"]["model"]["trees"]) append_node(tree, 0, forest.trees.emplace_back());
    return forest;
}

/// Trees of XGBoost for one resample and target, above the mean. Settings: specs 6.1 of multi-model fusion.
Forest train_forest(const Resample& sample, std::int64_t target, const XgboostOptions& options)
{
    const auto y = sample.target(target);
    DMatrixHandle raw_matrix = nullptr;
    SLUICE_XGBOOST(XGDMatrixCreateFromMat_omp, sample.x.data(), static_cast<bst_ulong>(sample.rows), static_cast<bst_ulong>(sample.columns), std::nanf(""), &raw_matrix, 1);
    const XgboostMatrix matrix(raw_matrix);
    SLUICE_XGBOOST(XGDMatrixSetFloatInfo, matrix.get(), "label", y.data(), static_cast<bst_ulong>(y.size()));
    BoosterHandle raw_booster = nullptr;
    SLUICE_XGBOOST(XGBoosterCreate, &raw_matrix, 1, &raw_booster);
    const XgboostBooster booster(raw_booster);
    const std::pair<const char*, std::string> parameters[] = {
        {"objective", "reg:squarederror"}, {"tree_method", options.tree_method},  {"max_bin", "256"},
        {"grow_policy", "depthwise"},      {"lambda", options.lambda},          {"gamma", "0"},
        {"min_child_weight", options.min_child_weight}, {"nthread", "1"},         {"verbosity", "0"},
        {"disable_default_eval_metric", "1"},
        {"max_depth", std::to_string(options.depth)},
        {"eta", fmt::format("{}", options.learning_rate)},
        {"base_score", fmt::format("{}", mean_of(y))},
    };
    for (const auto& [name, value] : parameters) SLUICE_XGBOOST(XGBoosterSetParam, booster.get(), name, value.c_str());
    for (std::int64_t tree = 0; tree < options.trees && !stop_requested(); ++tree) {
        SLUICE_XGBOOST(XGBoosterUpdateOneIter, booster.get(), static_cast<int>(tree), matrix.get());
    }
    auto forest = forest_of(booster.get());
    for (auto& tree : forest.trees) {
        for (auto& node : tree) {
            if (options.threshold_goes_left && node.feature >= 0) node.value = below_what(static_cast<double>(node.value));
        }
    }
    return forest;
}

Family xgboost_family(const XgboostOptions& options, std::int64_t most_columns)
{
    return tree_family([options](const Resample& sample, std::int64_t target) { return train_forest(sample, target, options); },
                       static_cast<double>(options.trees * options.depth), most_columns);
}

const FamilyRegistration xgboost_ensemble{
    "xgboost-ensemble",
    "bootstrap ensemble of boosted trees as XGBoost grows them",
    {
        whole("trees", 100).at_least(1).at_most(100000).help("boosting rounds"),
        whole("depth", 6).at_least(1).at_most(1024).help("largest depth of a tree"),
        real("learning_rate", 0.3).above(0).at_most(1).help("by which every tree is shrunk"),
        split_columns(),
    },
    [](const Options& o) {
        return xgboost_family({o.whole("trees"), o.whole("depth"), o.real("learning_rate"), "hist", "1", "1"}, o.whole("columns"));
    }};

/// A single tree without shrinkage or penalty, by exact splits, is a regression tree as CART grows it: every leaf has the mean of its rows.
/// Source: Breiman et al. 1984.
const FamilyRegistration decision_tree{
    "tree-ensemble",
    "bootstrap ensemble of single regression trees (CART, squared error)",
    {whole("depth", 0).at_least(0).at_most(1024).help("largest depth; 0: no limit"), split_columns()},
    [](const Options& o) {
        constexpr std::int64_t unlimited = 1 << 20;  // exact splits need a number
        return xgboost_family({1, o.whole("depth") == 0 ? unlimited : o.whole("depth"), 1, "exact", "0", "0", true}, o.whole("columns"));
    }};

}  // namespace

}  // namespace sluice::models
