#include "report/record/json_lines.hpp"

#include "base/error.hpp"
#include "base/files.hpp"

#include <limits>

namespace sluice::report {

void for_each_json_line(const std::filesystem::path& path, const std::function<void(const nlohmann::json&)>& visit)
{
    const std::string content = read_file(path);
    std::size_t number = 1;
    for (std::size_t begin = 0; begin < content.size(); ++number) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        const bool is_last = end + 1 >= content.size();
        const auto line = nlohmann::json::parse(content.begin() + static_cast<std::ptrdiff_t>(begin),
                                                content.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
        begin = end + 1;
        if (line.is_discarded() && is_last) return;
        if (line.is_discarded()) fail("{}:{}: not a JSON object; the file is damaged", path.string(), number);
        try {
            visit(line);
        } catch (const nlohmann::json::exception& error) {
            fail("{}:{}: {}", path.string(), number, error.what());
        }
    }
}

double number_or_nan(const nlohmann::json& value)
{
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

std::vector<double> numbers_or_nan(const nlohmann::json& values)
{
    std::vector<double> numbers;
    for (const auto& value : values) numbers.push_back(number_or_nan(value));
    return numbers;
}

}  // namespace sluice::report
