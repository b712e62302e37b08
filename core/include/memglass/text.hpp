// Text of a fixed capacity: char[N].
#ifndef MEMGLASS_TEXT_HPP
#define MEMGLASS_TEXT_HPP

#include <memglass/bits.hpp>
#include <memglass/error.hpp>

#include <algorithm>
#include <ostream>
#include <string>

namespace memglass {

/// A text of at most N bytes: the value of a `char[N]`. It ends at the first zero byte, or at the end.
template <std::size_t N> struct Text {
    char bytes[N] = {};

    Text() = default;
    /// Throws if the text is too long or has a zero byte in it: it is cut nowhere.
    Text(std::string_view text) { append(text); }
    Text(const char* text) : Text(std::string_view(text)) {}
    Text(const std::string& text) : Text(std::string_view(text)) {}

    std::size_t size() const noexcept {
        return static_cast<std::size_t>(std::find(bytes, bytes + N, '\0') - bytes);
    }
    bool empty() const noexcept { return bytes[0] == '\0'; }
    std::string_view view() const noexcept { return {bytes, size()}; }
    operator std::string_view() const noexcept { return view(); }

    Text& append(std::string_view text) {
        std::size_t start = size();
        if (text.size() > N - start) {
            throw Error(MEMGLASS_STATUS_BAD_SIZE, "the text has " + std::to_string(start + text.size())
                                                      + " bytes; there is room for " + std::to_string(N));
        }
        if (text.find('\0') != text.npos) {
            throw Error(MEMGLASS_STATUS_BAD_ARGUMENT, "the text has a zero byte in it, which would end it there");
        }
        std::copy(text.begin(), text.end(), bytes + start);
        return *this;
    }
    Text& operator+=(std::string_view text) { return append(text); }
    void clear() noexcept { std::fill(bytes, bytes + N, '\0'); }

    /// Clears what is behind the end.
    void settle() noexcept { std::fill(bytes + size(), bytes + N, '\0'); }

    friend bool operator==(const Text& one, std::string_view other) noexcept { return one.view() == other; }
    friend std::ostream& operator<<(std::ostream& out, const Text& text) { return out << text.view(); }
};

/// Text in shared memory without protection: byte by byte, so that a reader may see two texts mixed. Guard it
/// where that matters.
template <std::size_t N> class PlainText {
public:
    using Value = Text<N>;

    PlainText() = default;
    PlainText(const PlainText&) = delete;
    PlainText& operator=(const PlainText& other) noexcept { return *this = other.get(); }

    Text<N> get() const noexcept {
        Text<N> text;
        for (std::size_t index = 0; index < N; ++index) {
            auto byte = detail::load(bytes_[index], std::memory_order_relaxed);
            if (byte == 0) {
                break;
            }
            text.bytes[index] = static_cast<char>(byte);
        }
        return text;
    }
    void set(const Text<N>& text) noexcept {
        for (std::size_t index = 0; index < N; ++index) {
            auto byte = static_cast<unsigned char>(text.bytes[index]);
            detail::store(bytes_[index], byte, std::memory_order_relaxed);
        }
    }

    friend bool operator==(const PlainText& one, std::string_view other) noexcept { return one.get() == other; }
    operator Text<N>() const noexcept { return get(); }
    PlainText& operator=(const Text<N>& text) noexcept {
        set(text);
        return *this;
    }

    void init(const char (&value)[N]) noexcept {
        Text<N> text;
        std::copy(value, value + N, text.bytes);
        text.settle();
        set(text);
    }
    void init(const Text<N>& value) noexcept { set(value); }
    void load_to(char (&value)[N]) const noexcept {
        Text<N> text = get();
        std::copy(text.bytes, text.bytes + N, value);
    }
    void load_to(Text<N>& value) const noexcept { value = get(); }

    friend std::ostream& operator<<(std::ostream& out, const PlainText& text) { return out << text.get(); }

private:
    unsigned char bytes_[N];
};

}  // namespace memglass

#endif
