// Errors: a call that fails throws memglass::Error.
#ifndef MEMGLASS_ERROR_HPP
#define MEMGLASS_ERROR_HPP

#include <memglass/memglass.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace memglass {

/// What a call throws that cannot do what was asked; nothing has changed then.
///
/// `status()` is stable and for programs, `what()` is a sentence for people.
class Error : public std::runtime_error {
public:
    Error(memglass_status status, const std::string& message) : std::runtime_error(message), status_(status) {}

    memglass_status status() const noexcept { return status_; }

private:
    memglass_status status_;
};

namespace detail {

inline std::string_view view(memglass_text text) noexcept {
    return text.len == 0 ? std::string_view() : std::string_view(text.data, text.len);
}

inline memglass_text text(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// Throws what the C interface said last.
[[noreturn]] inline void fail(memglass_status status) {
    throw Error(status, std::string(view(memglass_error_message())));
}

/// Throws unless the call went well.
inline void check(memglass_status status) {
    if (status != MEMGLASS_STATUS_OK) [[unlikely]] {
        fail(status);
    }
}

}  // namespace detail
}  // namespace memglass

#endif
