// Just enough of {fmt} for the names of segments, where the library itself is not installed.
#pragma once
#include <cinttypes>
#include <cstdio>
#include <string>
#include <string_view>

namespace fmt {
inline std::string format(std::string_view pattern, std::string_view text, uint64_t number = 0) {
    std::string out(pattern);
    out.replace(out.find("{}"), 2, text);
    if (auto at = out.find("{:04d}"); at != out.npos) {
        char digits[24];
        std::snprintf(digits, sizeof digits, "%04" PRIu64, number);
        out.replace(at, 6, digits);
    }
    return out;
}
} // namespace fmt
