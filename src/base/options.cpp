#include "base/options.hpp"

#include "base/error.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace sluice {

namespace {

OptionSpec make(std::string name, OptionValue fallback)
{
    OptionSpec spec;
    spec.name = std::move(name);
    spec.fallback = std::move(fallback);
    return spec;
}

/// Letters to insert, delete, replace or swap with their neighbour to make one text of the other.
std::size_t edit_distance(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> before, last, row(b.size() + 1);  // distances of the beginnings of b from those of a, one, two letters shorter
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        before = std::exchange(last, row);
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            row[j + 1] = std::min({last[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, last[j + 1] + 1});
            if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j]) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
        }
    }
    return row.back();
}

}  // namespace

OptionSpec real(std::string name, double fallback) { return make(std::move(name), fallback); }
OptionSpec whole(std::string name, std::int64_t fallback) { return make(std::move(name), fallback); }
OptionSpec text(std::string name, std::string fallback) { return make(std::move(name), std::move(fallback)); }
OptionSpec flag(std::string name, bool fallback) { return make(std::move(name), fallback); }

OptionSpec numbers(std::string name) { return make(std::move(name), std::vector<double>()); }

OptionSpec OptionSpec::required() const
{
    auto copy = *this;
    copy.is_required = true;
    return copy;
}

OptionSpec OptionSpec::at_least(double bound) const
{
    auto copy = *this;
    copy.lowest = bound;
    return copy;
}

OptionSpec OptionSpec::at_most(double bound) const
{
    auto copy = *this;
    copy.highest = bound;
    return copy;
}

OptionSpec OptionSpec::above(double bound) const
{
    auto copy = at_least(bound);
    copy.lowest_is_excluded = true;
    return copy;
}

OptionSpec OptionSpec::one_of(std::vector<std::string> allowed) const
{
    auto copy = *this;
    copy.choices = std::move(allowed);
    return copy;
}

OptionSpec OptionSpec::or_number() const
{
    auto copy = *this;
    copy.takes_number = true;
    return copy;
}

OptionSpec OptionSpec::help(std::string text) const
{
    auto copy = *this;
    copy.help_text = std::move(text);
    return copy;
}

std::string OptionSpec::allowed() const
{
    if (std::holds_alternative<bool>(fallback)) return "true or false";
    if (std::holds_alternative<std::vector<double>>(fallback)) return "a list of numbers";
    if (std::holds_alternative<std::string>(fallback)) {
        return (choices.empty() ? (is_required ? "a text that is not empty" : "a text") : fmt::format("one of \"{}\"", fmt::join(choices, "\", \""))) + (takes_number ? ", or a number" : "");
    }
    const std::string kind = std::holds_alternative<std::int64_t>(fallback) ? "a whole number" : "a number";
    const std::string from = lowest_is_excluded ? "above" : (highest ? "from" : "of at least");
    if (lowest && highest) return fmt::format("{} {} {} {} {}", kind, from, *lowest, lowest_is_excluded ? "and at most" : "to", *highest);
    if (lowest) return fmt::format("{} {} {}", kind, from, *lowest);
    if (highest) return fmt::format("{} of at most {}", kind, *highest);
    return kind;
}

std::string OptionSpec::complaint(const OptionValue& value) const
{
    const bool whole_for_real = std::holds_alternative<double>(fallback) && std::holds_alternative<std::int64_t>(value);
    const bool is_number = std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
    if (const auto* real = std::get_if<double>(&value); real != nullptr && !std::isfinite(*real)) return allowed();
    if (takes_number && is_number) return "";
    if (value.index() != fallback.index() && !whole_for_real) return allowed();
    if (const auto* list = std::get_if<std::vector<double>>(&value)) {
        return std::all_of(list->begin(), list->end(), [](double v) { return std::isfinite(v); }) ? "" : allowed();
    }
    if (const auto* chosen = std::get_if<std::string>(&value)) {
        const bool listed = choices.empty() ? !is_required || !chosen->empty() : std::find(choices.begin(), choices.end(), *chosen) != choices.end();
        return listed ? "" : allowed();
    }
    if (std::holds_alternative<bool>(value)) return "";
    const double number = std::holds_alternative<double>(value) ? std::get<double>(value) : static_cast<double>(std::get<std::int64_t>(value));
    const bool too_low = lowest && (lowest_is_excluded ? number <= *lowest : number < *lowest);
    const bool too_high = highest && number > *highest;
    return too_low || too_high ? allowed() : "";
}

Options::Options(const std::vector<OptionSpec>& specs)
{
    for (const auto& spec : specs) values_[spec.name] = spec.fallback;
}

void Options::set(const OptionSpec& spec, const OptionValue& value)
{
    const bool is_real = std::holds_alternative<double>(spec.fallback) || spec.takes_number;
    const bool whole_for_real = is_real && std::holds_alternative<std::int64_t>(value);
    values_[spec.name] = whole_for_real ? OptionValue(static_cast<double>(std::get<std::int64_t>(value))) : value;
}

double Options::real(const std::string& name) const { return std::get<double>(values_.at(name)); }
std::int64_t Options::whole(const std::string& name) const { return std::get<std::int64_t>(values_.at(name)); }
const std::string& Options::text(const std::string& name) const { return std::get<std::string>(values_.at(name)); }
bool Options::flag(const std::string& name) const { return std::get<bool>(values_.at(name)); }

const std::vector<double>& Options::numbers(const std::string& name) const { return std::get<std::vector<double>>(values_.at(name)); }
bool Options::is_number(const std::string& name) const { return std::holds_alternative<double>(values_.at(name)); }

std::string to_toml(const OptionValue& value)
{
    if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value)) {
        const std::string digits = fmt::format("{}", *number);
        return digits.find_first_of(".en") == std::string::npos ? digits + ".0" : digits;
    }
    if (const auto* list = std::get_if<std::vector<double>>(&value)) return fmt::format("[{}]", fmt::join(*list, ", "));
    std::string quoted = "\"";
    for (const char c : std::get<std::string>(value)) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '\n') quoted += "\\n";
        else if (c == '\t') quoted += "\\t";
        else if (code < 0x20 || code == 0x7f) quoted += fmt::format("\\u{:04x}", code);
        else if (c == '"' || c == '\\') quoted += {'\\', c};
        else quoted += c;
    }
    return quoted + "\"";
}

std::string nearest_name(const std::string& mistyped, const std::vector<std::string>& known)
{
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, mistyped.size() / 3) + 1;
    for (const auto& name : known) {
        if (const auto distance = edit_distance(mistyped, name); distance < best_distance) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace sluice
