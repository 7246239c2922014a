#include "report/target_windows.hpp"

#include <cstdlib>
#include <optional>
#include <regex>
#include <sstream>

namespace sluice::report {

namespace {

double number(const std::string& text)
{
    return std::strtod(text.c_str(), nullptr);
}

}  // namespace

std::map<std::string, Range> target_windows(const std::string& campaign_text)
{
    static const std::regex name_line(R"re(^\s*name\s*=\s*"([^"]*)".*)re");
    static const std::regex window_line(R"re(^\s*window\s*=\s*\[\s*([^,\s]+)\s*,\s*([^,\]\s]+)\s*,?\s*\].*)re");

    std::map<std::string, Range> windows;
    bool in_target = false;
    std::optional<std::string> name;
    std::optional<Range> window;
    std::istringstream text(campaign_text);
    for (std::string line; std::getline(text, line);) {
        if (const auto begin = line.find_first_not_of(" \t"); begin != std::string::npos && line[begin] == '[') {
            in_target = line.compare(begin, 10, "[[target]]") == 0;
            name.reset();
            window.reset();
        }
        std::smatch found;
        if (in_target && std::regex_match(line, found, name_line)) name = found[1];
        if (in_target && std::regex_match(line, found, window_line)) window = Range{number(found[1]), number(found[2])};
        if (name && window) windows[*name] = *window;
    }
    return windows;
}

}  // namespace sluice::report
