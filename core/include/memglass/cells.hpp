// Members that are one number: Plain and Atomic.
#ifndef MEMGLASS_CELLS_HPP
#define MEMGLASS_CELLS_HPP

#include <memglass/bits.hpp>

#include <optional>

namespace memglass {

/// A number in shared memory that costs nothing to share: one relaxed load or store of its own width.
///
/// `=` and the conversion to `T` work as for a `T`. `+=` and the like are a read and a write: another writer may
/// come in between. For those, use Atomic.
template <class T> class Plain {
    static_assert(Scalar<T>, "a plain member is a bool, number, enum or pointer");
    static_assert(alignof(T) == sizeof(T), "a scalar is aligned to its size in shared memory");
    using Bits = detail::BitsOf<T>;

public:
    using Value = T;

    Plain() = default;
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain& other) noexcept { return *this = other.get(); }

    T get() const noexcept { return detail::from_bits<T>(detail::load(bits_, std::memory_order_relaxed)); }
    void set(T value) noexcept { detail::store(bits_, detail::to_bits(value), std::memory_order_relaxed); }

    operator T() const noexcept { return get(); }
    Plain& operator=(T value) noexcept {
        set(value);
        return *this;
    }

    template <class U> Plain& operator+=(U amount) noexcept { return *this = static_cast<T>(get() + amount); }
    template <class U> Plain& operator-=(U amount) noexcept { return *this = static_cast<T>(get() - amount); }
    template <class U> Plain& operator*=(U factor) noexcept { return *this = static_cast<T>(get() * factor); }
    template <class U> Plain& operator/=(U divisor) noexcept { return *this = static_cast<T>(get() / divisor); }
    template <class U> Plain& operator|=(U bits) noexcept { return *this = static_cast<T>(get() | bits); }
    template <class U> Plain& operator&=(U bits) noexcept { return *this = static_cast<T>(get() & bits); }
    template <class U> Plain& operator^=(U bits) noexcept { return *this = static_cast<T>(get() ^ bits); }
    Plain& operator++() noexcept { return *this += 1; }
    Plain& operator--() noexcept { return *this -= 1; }
    T operator++(int) noexcept {
        T before = get();
        set(static_cast<T>(before + 1));
        return before;
    }
    T operator--(int) noexcept {
        T before = get();
        set(static_cast<T>(before - 1));
        return before;
    }

    void init(const T& value) noexcept { set(value); }
    void load_to(T& value) const noexcept { value = get(); }

private:
    Bits bits_;
};

/// A 128-bit integer: two words, which may be of two writes. Guard it where that matters.
template <Wide T> class Plain<T> {
public:
    using Value = T;

    Plain() = default;
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain& other) noexcept { return *this = other.get(); }

    T get() const noexcept {
        std::array<std::uint64_t, 2> words{detail::load(words_[0], std::memory_order_relaxed),
                                           detail::load(words_[1], std::memory_order_relaxed)};
        return std::bit_cast<T>(words);
    }
    void set(T value) noexcept {
        auto words = std::bit_cast<std::array<std::uint64_t, 2>>(value);
        detail::store(words_[0], words[0], std::memory_order_relaxed);
        detail::store(words_[1], words[1], std::memory_order_relaxed);
    }

    operator T() const noexcept { return get(); }
    Plain& operator=(T value) noexcept {
        set(value);
        return *this;
    }

    void init(const T& value) noexcept { set(value); }
    void load_to(T& value) const noexcept { value = get(); }

private:
    alignas(T) std::uint64_t words_[2];
};

/// What several writers can count in: whole numbers, and no bool, whose bytes are 0 and 1.
template <class T>
concept Countable = std::integral<T> && !std::same_as<T, bool>;

/// A number in shared memory that orders the writes around it, and that several writers can count in. The
/// operations are those of std::atomic, with acquire and release where none is named.
template <Scalar T> class Atomic {
    static_assert(alignof(T) == sizeof(T), "a scalar is aligned to its size in shared memory");
    using Bits = detail::BitsOf<T>;

public:
    using Value = T;

    Atomic() = default;
    Atomic(const Atomic&) = delete;
    Atomic& operator=(const Atomic& other) noexcept { return *this = other.load(); }

    T load(std::memory_order order = std::memory_order_acquire) const noexcept {
        return detail::from_bits<T>(detail::load(bits_, order));
    }
    void store(T value, std::memory_order order = std::memory_order_release) noexcept {
        detail::store(bits_, detail::to_bits(value), order);
    }
    T exchange(T value, std::memory_order order = std::memory_order_acq_rel) noexcept {
        return detail::from_bits<T>(ref().exchange(detail::to_bits(value), order));
    }
    /// Stores `wanted` if the value is `expected`; else `expected` becomes the value.
    bool compare_exchange(T& expected, T wanted, std::memory_order order = std::memory_order_acq_rel) noexcept {
        Bits bits = detail::to_bits(expected);
        bool is_stored = ref().compare_exchange_strong(bits, detail::to_bits(wanted), order, failed(order));
        expected = detail::from_bits<T>(bits);
        return is_stored;
    }
    bool compare_exchange_strong(T& expected, T wanted,
                                 std::memory_order order = std::memory_order_acq_rel) noexcept {
        return compare_exchange(expected, wanted, order);
    }
    /// Replaces the value by what `change` makes of it, until no other write comes in between; returns the one
    /// before.
    template <class F> T fetch_update(F&& change) {
        // The bits, and not the value: a bool has more bits than values.
        Bits bits = detail::load(bits_, std::memory_order_acquire);
        for (;;) {
            T value = detail::from_bits<T>(bits);
            if (ref().compare_exchange_weak(bits, detail::to_bits(change(value)), std::memory_order_acq_rel,
                                            std::memory_order_acquire)) {
                return value;
            }
        }
    }

    T fetch_add(T amount, std::memory_order order = std::memory_order_acq_rel) noexcept
        requires Countable<T>
    {
        return detail::from_bits<T>(ref().fetch_add(static_cast<Bits>(amount), order));
    }
    T fetch_sub(T amount, std::memory_order order = std::memory_order_acq_rel) noexcept
        requires Countable<T>
    {
        return detail::from_bits<T>(ref().fetch_sub(static_cast<Bits>(amount), order));
    }
    T fetch_add(T amount) noexcept
        requires std::floating_point<T>
    {
        return fetch_update([amount](T value) { return value + amount; });
    }
    T fetch_sub(T amount) noexcept
        requires std::floating_point<T>
    {
        return fetch_update([amount](T value) { return value - amount; });
    }
    T fetch_and(T bits, std::memory_order order = std::memory_order_acq_rel) noexcept
        requires std::integral<T>
    {
        return detail::from_bits<T>(ref().fetch_and(detail::to_bits(bits), order));
    }
    T fetch_or(T bits, std::memory_order order = std::memory_order_acq_rel) noexcept
        requires std::integral<T>
    {
        return detail::from_bits<T>(ref().fetch_or(detail::to_bits(bits), order));
    }
    T fetch_xor(T bits, std::memory_order order = std::memory_order_acq_rel) noexcept
        requires std::integral<T>
    {
        return detail::from_bits<T>(ref().fetch_xor(detail::to_bits(bits), order));
    }

    operator T() const noexcept { return load(); }
    Atomic& operator=(T value) noexcept {
        store(value);
        return *this;
    }
    T operator+=(T amount) noexcept
        requires Countable<T>
    {
        // In bits, which wrap as the memory does.
        return static_cast<T>(static_cast<Bits>(static_cast<Bits>(fetch_add(amount)) + static_cast<Bits>(amount)));
    }
    T operator-=(T amount) noexcept
        requires Countable<T>
    {
        return static_cast<T>(static_cast<Bits>(static_cast<Bits>(fetch_sub(amount)) - static_cast<Bits>(amount)));
    }
    T operator+=(T amount) noexcept
        requires std::floating_point<T>
    {
        return fetch_add(amount) + amount;
    }
    T operator-=(T amount) noexcept
        requires std::floating_point<T>
    {
        return fetch_sub(amount) - amount;
    }
    T operator++() noexcept
        requires Countable<T>
    {
        return *this += T{1};
    }
    T operator--() noexcept
        requires Countable<T>
    {
        return *this -= T{1};
    }
    T operator++(int) noexcept
        requires Countable<T>
    {
        return fetch_add(1);
    }
    T operator--(int) noexcept
        requires Countable<T>
    {
        return fetch_sub(1);
    }

    void init(const T& value) noexcept { store(value); }
    void load_to(T& value) const noexcept { value = load(); }

private:
    std::atomic_ref<Bits> ref() noexcept { return std::atomic_ref<Bits>(bits_); }
    static constexpr std::memory_order failed(std::memory_order order) noexcept {
        return order == std::memory_order_acq_rel   ? std::memory_order_acquire
               : order == std::memory_order_release ? std::memory_order_relaxed
                                                    : order;
    }

    Bits bits_;
};

/// A bitfield: `Width` bits, from bit `Lowest` on, of an integer that other bitfields may share.
///
/// Made by an accessor of a storage struct. A write is one compare-and-swap of the integer, as observers write
/// other bits of it.
template <class T, unsigned Lowest, unsigned Width, class Unit> class BitField {
    static_assert(Width >= 1 && Lowest + Width <= 8 * sizeof(Unit) && std::unsigned_integral<Unit>);
    static constexpr Unit low_mask = static_cast<Unit>(~Unit{0}) >> (8 * sizeof(Unit) - Width);
    static constexpr Unit mask = static_cast<Unit>(low_mask << Lowest);

public:
    explicit BitField(Atomic<Unit>& unit) noexcept : unit_(&unit) {}

    T get() const noexcept { return of(unit_->load(std::memory_order_relaxed)); }
    /// Bits beyond its width are dropped, as in C++.
    void set(T value) noexcept {
        unit_->fetch_update([value](Unit unit) { return with(unit, value); });
    }
    operator T() const noexcept { return get(); }
    BitField& operator=(T value) noexcept {
        set(value);
        return *this;
    }

    /// Changes it in one step, and returns the new value. `change` takes a T, and may be called more than once.
    template <class F> T update(F change) {
        Unit changed{};
        unit_->fetch_update([&](Unit unit) { return changed = with(unit, static_cast<T>(change(of(unit)))); });
        return of(changed);
    }
    T operator+=(T amount) requires std::integral<T> { return update([=](T value) { return Unit(Unit(value) + Unit(amount)); }); }
    T operator-=(T amount) requires std::integral<T> { return update([=](T value) { return Unit(Unit(value) - Unit(amount)); }); }
    T operator|=(T bits) requires std::integral<T> { return update([=](T value) { return value | bits; }); }
    T operator&=(T bits) requires std::integral<T> { return update([=](T value) { return value & bits; }); }
    T operator^=(T bits) requires std::integral<T> { return update([=](T value) { return value ^ bits; }); }
    T operator++() requires std::integral<T> { return *this += 1; }
    T operator--() requires std::integral<T> { return *this -= 1; }

    /// The value of the bitfield in an integer.
    static constexpr T of(Unit unit) noexcept {
        Unit bits = static_cast<Unit>((unit >> Lowest) & low_mask);
        if constexpr (is_signed()) {
            Unit sign = static_cast<Unit>(Unit{1} << (Width - 1));
            return static_cast<T>(static_cast<std::make_signed_t<Unit>>(static_cast<Unit>((bits ^ sign) - sign)));
        } else {
            return static_cast<T>(bits);
        }
    }

private:
    /// The integer with another value of the bitfield.
    static constexpr Unit with(Unit unit, T value) noexcept {
        Unit bits = static_cast<Unit>(static_cast<Unit>(static_cast<Unit>(value) << Lowest) & mask);
        return static_cast<Unit>((unit & static_cast<Unit>(~mask)) | bits);
    }

    static constexpr bool is_signed() noexcept {
        if constexpr (std::is_enum_v<T>) {
            return std::is_signed_v<std::underlying_type_t<T>>;
        } else {
            return std::is_signed_v<T>;
        }
    }

    Atomic<Unit>* unit_;
};

}  // namespace memglass

#endif
