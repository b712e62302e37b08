// Scalars as the integers that shared memory holds.
#ifndef MEMGLASS_BITS_HPP
#define MEMGLASS_BITS_HPP

#include <memglass/access.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace memglass {

/// Integers of 128 bits are two words, which a plain member may mix.
__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

template <class T>
concept Wide = std::same_as<T, Int128> || std::same_as<T, UInt128>;

/// A scalar of at most 8 bytes.
template <class T>
concept Scalar = (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_pointer_v<T>) && sizeof(T) <= 8;

namespace detail {

template <std::size_t Size> struct Unsigned;
template <> struct Unsigned<1> { using type = std::uint8_t; };
template <> struct Unsigned<2> { using type = std::uint16_t; };
template <> struct Unsigned<4> { using type = std::uint32_t; };
template <> struct Unsigned<8> { using type = std::uint64_t; };

/// The unsigned integer with the size of a scalar.
template <Scalar T> using BitsOf = typename Unsigned<sizeof(T)>::type;

template <Scalar T> constexpr BitsOf<T> to_bits(T value) noexcept { return std::bit_cast<BitsOf<T>>(value); }

/// Any byte other than 0 is true: a bool with another bit pattern would be undefined.
template <Scalar T> constexpr T from_bits(BitsOf<T> bits) noexcept {
    if constexpr (std::same_as<T, bool>) {
        return bits != 0;
    } else {
        return std::bit_cast<T>(bits);
    }
}

}  // namespace detail
}  // namespace memglass

#endif
