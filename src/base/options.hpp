#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice {

using OptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<double>>;

/// One key of a campaign file: declared once, and read by parsing, validation, help and documentation.
struct OptionSpec {
    std::string name;
    OptionValue fallback;                 ///< default; also fixes the type
    bool is_required = false;             ///< no default
    std::optional<double> lowest = {};    ///< numbers
    std::optional<double> highest = {};
    bool lowest_is_excluded = false;
    std::vector<std::string> choices = {};  ///< strings; empty: any
    bool takes_number = false;              ///< strings: a number is allowed in their place
    std::string help_text = {};

    OptionSpec required() const;
    OptionSpec at_least(double bound) const;
    OptionSpec at_most(double bound) const;
    OptionSpec above(double bound) const;
    OptionSpec one_of(std::vector<std::string> allowed) const;
    OptionSpec or_number() const;
    OptionSpec help(std::string text) const;

    /// What is allowed, for messages: "a whole number from 2 to 1000".
    std::string allowed() const;
    /// Empty if the value has the right type and range, else what is allowed. Whole numbers pass as reals.
    std::string complaint(const OptionValue& value) const;
};

OptionSpec real(std::string name, double fallback);
OptionSpec whole(std::string name, std::int64_t fallback);
OptionSpec text(std::string name, std::string fallback);
OptionSpec flag(std::string name, bool fallback);
OptionSpec numbers(std::string name);  ///< a list, by default empty

/// Resolved values of a list of OptionSpecs: every key present, every value checked.
class Options {
public:
    Options() = default;
    explicit Options(const std::vector<OptionSpec>& specs);

    void set(const OptionSpec& spec, const OptionValue& value);

    double real(const std::string& name) const;
    std::int64_t whole(const std::string& name) const;
    const std::string& text(const std::string& name) const;
    bool flag(const std::string& name) const;
    const std::vector<double>& numbers(const std::string& name) const;
    /// Whether a text that may be a number is one.
    bool is_number(const std::string& name) const;
    const std::map<std::string, OptionValue>& values() const { return values_; }

private:
    std::map<std::string, OptionValue> values_;
};

/// The value as it stands in a TOML file; reals with all their digits.
std::string to_toml(const OptionValue& value);

/// The name among `known` that is nearest to a mistyped one, or an empty string if none is near.
std::string nearest_name(const std::string& mistyped, const std::vector<std::string>& known);

}  // namespace sluice
