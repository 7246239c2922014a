#pragma once

#include "base/options.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sluice {

/// Something that a campaign file chooses by `kind = "name"`: the options of its section and a function that makes it from them.
/// Defined as a constant in the file that implements it:
///
///     const Registration<Score> ucb{"ucb", "mean plus kappa standard deviations", {real("kappa", 1.0).at_least(0)}, [](const Options& o) {...}};
///
/// and found by name. No list of them is kept anywhere.
template <typename Made>
struct Registration {
    std::string name;
    std::string summary;
    std::vector<OptionSpec> options;
    std::function<Made(const Options&)> make;
    std::function<void(Options&)> resolve;  ///< fills in values that depend on other ones, if any do; a campaign file is kept with all its values

    Registration(std::string name_, std::string summary_, std::vector<OptionSpec> options_, std::function<Made(const Options&)> make_, std::function<void(Options&)> resolve_ = {})
        : name(std::move(name_)), summary(std::move(summary_)), options(std::move(options_)), make(std::move(make_)), resolve(std::move(resolve_))
    {
        all().emplace(name, this);
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    /// All of this kind, by name.
    static std::map<std::string, const Registration*>& all()
    {
        static std::map<std::string, const Registration*> entries;
        return entries;
    }

    static std::vector<std::string> names()
    {
        std::vector<std::string> names;
        for (const auto& [name, entry] : all()) names.push_back(name);
        return names;
    }
};

}  // namespace sluice
