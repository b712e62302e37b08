// How a type lies in shared memory, and arrays of such places.
#ifndef MEMGLASS_CELLS_ARRAY_HPP
#define MEMGLASS_CELLS_ARRAY_HPP

#include <memglass/guarded.hpp>

namespace memglass {

/// N places of one kind, one after the other. Each is protected by itself.
template <class S, std::size_t N> class Cells {
public:
    using Value = std::array<typename S::Value, N>;

    Cells() = default;
    Cells(const Cells&) = delete;
    Cells& operator=(const Cells& other) {
        for (std::size_t index = 0; index < N; ++index) {
            cells_[index] = other.cells_[index];
        }
        return *this;
    }

    /// The index must be below N.
    S& operator[](std::size_t index) noexcept { return cells_[index]; }
    const S& operator[](std::size_t index) const noexcept { return cells_[index]; }
    static constexpr std::size_t size() noexcept { return N; }
    S* begin() noexcept { return cells_; }
    S* end() noexcept { return cells_ + N; }
    const S* begin() const noexcept { return cells_; }
    const S* end() const noexcept { return cells_ + N; }

    template <class Values> void init(const Values& values) {
        for (std::size_t index = 0; index < N; ++index) {
            cells_[index].init(values[index]);
        }
    }
    template <class Values> void load_to(Values& values) const {
        for (std::size_t index = 0; index < N; ++index) {
            cells_[index].load_to(values[index]);
        }
    }
    operator Value() const {
        Value values{};
        load_to(values);
        return values;
    }

private:
    S cells_[N];
};

namespace detail {

template <class T> struct Store {
    using type = typename Descriptor<T>::Storage;
};
template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_pointer_v<T> || Wide<T>)
struct Store<T> {
    using type = Plain<T>;
};
template <std::size_t N> struct Store<char[N]> { using type = PlainText<N>; };
template <std::size_t N> struct Store<Text<N>> { using type = PlainText<N>; };
template <class T, std::size_t N> struct Store<T[N]> { using type = Cells<typename Store<T>::type, N>; };
template <class T, std::size_t N> struct Store<std::array<T, N>> : Store<T[N]> {};

template <class T> struct AtomicStore { using type = Atomic<T>; };
template <class T, std::size_t N> struct AtomicStore<T[N]> {
    using type = Cells<typename AtomicStore<T>::type, N>;
};
template <class T, std::size_t N> struct AtomicStore<std::array<T, N>> : AtomicStore<T[N]> {};

}  // namespace detail

/// What lies in shared memory for a T: of a number a Plain, of a `char[N]` text, of an array Cells, and of a
/// described struct its storage struct.
template <class T> using Stored = typename detail::Store<std::remove_cv_t<T>>::type;

/// The same for a member that is `@atomic`: of an array, each element is.
template <class T> using StoredAtomic = typename detail::AtomicStore<std::remove_cv_t<T>>::type;

}  // namespace memglass

#endif
