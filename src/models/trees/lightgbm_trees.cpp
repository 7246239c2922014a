#include "base/signals.hpp"
#include "models/trees/library_calls.hpp"
#include "models/trees/tree_family.hpp"

#include <map>
#include <sstream>

namespace sluice::models {

namespace {

struct LightgbmOptions {
    std::int64_t trees;
    std::int64_t depth;
    double learning_rate;
    std::int64_t min_rows_per_leaf;
};

/// A tree in LightGBM's arrays: inner nodes and leaves are counted apart, a child below zero is the leaf ~child.
struct LightgbmTree {
    std::vector<std::int32_t> feature, left, right;
    std::vector<double> threshold, leaf;
};

void append_node(const LightgbmTree& tree, std::int32_t at, Tree& out)
{
    const auto place = out.size();
    if (at < 0) {
        out.push_back({.value = static_cast<float>(tree.leaf.at(static_cast<std::size_t>(~at)))});
        return;
    }
    const auto i = static_cast<std::size_t>(at);
    out.push_back({tree.feature.at(i), below_what(tree.threshold.at(i)), 0});
    append_node(tree, tree.left.at(i), out);
    out[place].right = static_cast<std::int32_t>(out.size());
    append_node(tree, tree.right.at(i), out);
}

template <typename T>
std::vector<T> numbers_in(const std::string& line)
{
    std::istringstream in(line);
    return {std::istream_iterator<T>(in), {}};
}

/// Reads the trees of a model in LightGBM's text format: lines `key=value`, a tree from `Tree=` to `end of trees`.
std::vector<Tree> trees_of(const std::string& model)
{
    std::vector<Tree> trees;
    std::map<std::string, std::string> fields;
    std::istringstream lines(model);
    const auto finish = [&] {
        if (fields.empty()) return;
        const LightgbmTree tree{numbers_in<std::int32_t>(fields["split_feature"]), numbers_in<std::int32_t>(fields["left_child"]),
                                numbers_in<std::int32_t>(fields["right_child"]), numbers_in<double>(fields["threshold"]), numbers_in<double>(fields["leaf_value"])};
        append_node(tree, tree.feature.empty() ? -1 : 0, trees.emplace_back());
        fields.clear();
    };
    bool is_in_tree = false;
    for (std::string line; std::getline(lines, line) && line != "end of trees";) {
        const auto equals = line.find('=');
        if (line.starts_with("Tree=")) {
            finish();
            is_in_tree = true;
        } else if (is_in_tree && equals != std::string::npos) {
            fields[line.substr(0, equals)] = line.substr(equals + 1);
        }
    }
    finish();
    return trees;
}

Forest forest_of(BoosterHandle booster)
{
    std::string model(1 << 16, '\0');
    std::int64_t size = 0;
    const auto save = [&] {
        SLUICE_LIGHTGBM(LGBM_BoosterSaveModelToString, booster, 0, -1, 0, static_cast<std::int64_t>(model.size()), &size, model.data());
    };
    save();
    if (size > static_cast<std::int64_t>(model.size())) {
        model.resize(static_cast<std::size_t>(size));
        save();
    }
    return {.trees = trees_of(model)};
}

/// Boosted trees of LightGBM for one resample and target. Settings: specs 6.1 of multi-model fusion. The first tree holds the mean.
Forest train_forest(const Resample& sample, std::int64_t target, const LightgbmOptions& options)
{
    const auto y = sample.target(target);
    const auto parameters = fmt::format(
        "objective=regression boost_from_average=true num_leaves=31 min_sum_hessian_in_leaf=0.001 max_bin=255 min_data_in_bin=3 use_missing=false "
        "zero_as_missing=false metric=none num_threads=1 deterministic=true force_row_wise=true seed=1 verbosity=-1 max_depth={} learning_rate={} "
        "min_data_in_leaf={}",
        options.depth, options.learning_rate, options.min_rows_per_leaf);
    DatasetHandle raw_data = nullptr;
    SLUICE_LIGHTGBM(LGBM_DatasetCreateFromMat, sample.x.data(), C_API_DTYPE_FLOAT32, static_cast<std::int32_t>(sample.rows), static_cast<std::int32_t>(sample.columns), 1,
                    parameters.c_str(), nullptr, &raw_data);
    const LightgbmDataset data(raw_data);
    SLUICE_LIGHTGBM(LGBM_DatasetSetField, data.get(), "label", y.data(), static_cast<int>(y.size()), C_API_DTYPE_FLOAT32);
    BoosterHandle raw_booster = nullptr;
    SLUICE_LIGHTGBM(LGBM_BoosterCreate, data.get(), parameters.c_str(), &raw_booster);
    const LightgbmBooster booster(raw_booster);
    int is_finished = 0;
    for (std::int64_t tree = 0; tree < options.trees && is_finished == 0 && !stop_requested(); ++tree) {
        SLUICE_LIGHTGBM(LGBM_BoosterUpdateOneIter, booster.get(), &is_finished);
    }
    return forest_of(booster.get());
}

const FamilyRegistration lightgbm_ensemble{
    "lightgbm-ensemble",
    "bootstrap ensemble of boosted trees as LightGBM grows them",
    {
        whole("trees", 100).at_least(1).at_most(100000).help("boosting rounds"),
        whole("depth", 6).at_least(1).at_most(1024).help("largest depth of a tree; it has at most 31 leaves"),
        real("learning_rate", 0.1).above(0).at_most(1).help("by which every tree is shrunk"),
        whole("min_rows_per_leaf", 20).at_least(1).help("labelled rows in a leaf, at least"),
        split_columns(),
    },
    [](const Options& o) {
        const LightgbmOptions options{o.whole("trees"), o.whole("depth"), o.real("learning_rate"), o.whole("min_rows_per_leaf")};
        return tree_family([options](const Resample& sample, std::int64_t target) { return train_forest(sample, target, options); },
                           static_cast<double>(options.trees * std::min<std::int64_t>(options.depth, 30)), o.whole("columns"));
    }};

}  // namespace

}  // namespace sluice::models
