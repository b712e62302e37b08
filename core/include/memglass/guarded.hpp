// Members that are always read whole: Guarded and Locked.
#ifndef MEMGLASS_GUARDED_HPP
#define MEMGLASS_GUARDED_HPP

#include <memglass/cells.hpp>
#include <memglass/text.hpp>

#include <optional>
#include <utility>

namespace memglass {

/// What describes a type; memglass-gen writes it for each observed struct and enum.
template <class T> struct Descriptor;

namespace detail {

/// The value of a guarded T: arrays as std::array, char[N] as Text<N>.
template <class T> struct Guard { using type = T; };
template <std::size_t N> struct Guard<char[N]> { using type = Text<N>; };
template <class T, std::size_t N> struct Guard<T[N]> { using type = std::array<typename Guard<T>::type, N>; };
template <class T> using GuardedValue = typename Guard<T>::type;

/// Makes bytes that any process may have written a value that the language allows: a bool is 0 or 1.
template <class T> inline void settle(unsigned char* bytes) noexcept {
    if constexpr (std::same_as<T, bool>) {
        *bytes = *bytes != 0;
    } else if constexpr (requires { Descriptor<T>::settle(bytes); }) {
        Descriptor<T>::settle(bytes);
    }
}

/// The type of the elements of an array of any dimensions.
template <class T> struct Element { using type = T; };
template <class T, std::size_t N> struct Element<std::array<T, N>> : Element<T> {};

/// Whether a T has bits that belong to no member. In a value of the program anything may be there, and in shared
/// memory everybody who may open the session would see it.
template <class T>
concept Padded = requires(unsigned char* bytes) { Descriptor<T>::clear_padding(bytes); };

/// The words of an array of T with the bits of its members set. They repeat: `period` words are all there are.
template <Padded T> struct MemberBits {
    static constexpr std::size_t period = sizeof(T) >> (sizeof(T) % 8 == 0 ? 3 : std::countr_zero(sizeof(T)));
    using Words = std::array<std::uint64_t, period>;

    static constexpr Words make() noexcept {
        std::array<unsigned char, sizeof(Words)> bytes{};
        bytes.fill(0xff);
        for (std::size_t start = 0; start < bytes.size(); start += sizeof(T)) {
            Descriptor<T>::clear_padding(bytes.data() + start);
        }
        return std::bit_cast<Words>(bytes);
    }

    static std::uint64_t at(std::size_t index) noexcept {
        if constexpr (period <= 512) {
            constexpr Words words = make();
            return words[index % period];
        } else {
            // More steps than compilers take at compile time.
            static const Words words = make();
            return words[index % period];
        }
    }
};

/// What of a word of a T is a part of its members.
template <class T> inline std::uint64_t of_members(std::uint64_t word, std::size_t index) noexcept {
    using Each = typename Element<T>::type;
    if constexpr (Padded<Each>) {
        return word & MemberBits<Each>::at(index);
    } else {
        return word;
    }
}

/// The sequence lock of docs/wire-format.md, as the Rust core has it: one word with a sequence and an owner, and
/// two copies of the value. A reader copies the one that the sequence names, and checks that the sequence did
/// not move; a writer fills the other one. core/src/sync/two_slot.rs says what each ordering is for.
template <std::size_t Words> struct TwoSlot {
    static constexpr unsigned owner_bits = 24;
    static constexpr std::uint64_t owner_mask = (std::uint64_t{1} << owner_bits) - 1;
    static constexpr std::uint64_t slot_mask = 0xff;
    static constexpr std::uint64_t producer = 1;

    std::uint64_t word;
    std::uint64_t copies[2][Words];

    static constexpr std::uint64_t word_of(std::uint64_t sequence, std::uint64_t owner) noexcept {
        return sequence << owner_bits | owner;
    }

    std::uint64_t sequence() const noexcept { return load(word, std::memory_order_relaxed) >> owner_bits; }

    /// One attempt to hand each word, with its index, to `take`; false if a value was published meanwhile.
    template <class Take> bool try_read(Take&& take) const noexcept {
        std::uint64_t before = sequence();
        fence(std::memory_order_acquire);
        copy_current(before, take);
        fence(std::memory_order_acquire);
        return sequence() == before;
    }

    template <class Take> void copy_current(std::uint64_t sequence, Take&& take) const noexcept {
        const std::uint64_t* copy = copies[sequence % 2];
        for_each_word([&](std::size_t index) { take(index, load(copy[index], std::memory_order_relaxed)); });
    }

    /// Calls `step` with 0, 1, … A short loop is written out, which compilers do not do by themselves for atomics.
    template <class Step> static void for_each_word(Step&& step) noexcept {
        if constexpr (Words <= 16) {
            [&]<std::size_t... Index>(std::index_sequence<Index...>) {
                (step(Index), ...);
            }(std::make_index_sequence<Words>());
        } else {
            for (std::size_t index = 0; index < Words; ++index) {
                step(index);
            }
        }
    }

    /// Takes the right to write if nobody has it.
    bool try_claim(std::uint64_t& sequence) noexcept {
        std::uint64_t seen = load(word, std::memory_order_relaxed);
        if ((seen & slot_mask) != 0) {
            return false;
        }
        sequence = seen >> owner_bits;
        return exchange_if(word, seen, word_of(sequence, producer), std::memory_order_acquire);
    }

    /// The same, waiting for a bounded time as the core does, also for the dead. Throws if it was not enough.
    std::uint64_t claim() {
        std::uint64_t sequence;
        if (!try_claim(sequence)) [[unlikely]] {
            check(memglass_guarded_hold(&word, &sequence));
        }
        return sequence;
    }

    /// Fills the other copy with the words that `word_at` gives; returns the sequence that will name it.
    template <class WordAt> std::uint64_t fill(std::uint64_t sequence, WordAt&& word_at) noexcept {
        std::uint64_t next = word_of(sequence + 1, 0) >> owner_bits;
        fence(std::memory_order_release);
        std::uint64_t* copy = copies[next % 2];
        for_each_word([&](std::size_t index) { store(copy[index], word_at(index), std::memory_order_relaxed); });
        return next;
    }

    void publish(std::uint64_t sequence, std::uint64_t owner) noexcept {
        store(word, word_of(sequence, owner), std::memory_order_release);
    }
};

}  // namespace detail

/// The right to write a guarded value until this is destroyed: each write is stores only, and other writers are
/// told that the value is busy.
template <class T> class Writer {
    using Slots = detail::TwoSlot<(sizeof(detail::GuardedValue<T>) + 7) / 8>;

public:
    using Value = detail::GuardedValue<T>;

    Writer(Writer&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)), sequence_(other.sequence_) {}
    Writer& operator=(Writer&& other) noexcept {
        std::swap(slots_, other.slots_);
        std::swap(sequence_, other.sequence_);
        return *this;
    }
    ~Writer() {
        if (slots_ != nullptr) {
            slots_->publish(sequence_, 0);
        }
    }

    void write(const Value& value) noexcept;
    /// The value that was written last, by this writer or an earlier one.
    Value read() const noexcept;

private:
    template <class> friend class Guarded;
    Writer(Slots& claimed, std::uint64_t sequence) noexcept : slots_(&claimed), sequence_(sequence) {}

    Slots* slots_;
    std::uint64_t sequence_;
};

/// A value in shared memory that is always read whole: every read returns exactly one write.
///
/// Readers never wait for a writer, not even for one that was stopped or killed in the middle of a write. Writers
/// exclude each other, in this process and in others.
template <class T> class Guarded {
public:
    using Value = detail::GuardedValue<T>;
    static_assert(std::is_trivially_copyable_v<Value>, "a guarded value is copied as bytes");

    Guarded() = default;
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded& other) { return *this = other.read(); }

    /// Throws if new values were published faster than one could be copied.
    Value read() const {
        Value value;
        for (int attempt = 1; !slots_.try_read(into(value)); ++attempt) {
            if (attempt == attempts) {
                throw_contended();
            }
            detail::pause();
        }
        settle(value);
        return value;
    }
    /// One attempt.
    std::optional<Value> try_read() const noexcept {
        std::optional<Value> value(std::in_place);
        if (slots_.try_read(into(*value))) {
            settle(*value);
        } else {
            value.reset();
        }
        return value;
    }

    /// Throws if another live writer held the value for the whole wait.
    void write(const Value& value) {
        std::uint64_t sequence = slots_.claim();
        slots_.publish(slots_.fill(sequence, words_of(value)), 0);
    }
    /// Writes unless another writer holds the value now.
    [[nodiscard]] bool try_write(const Value& value) noexcept {
        std::uint64_t sequence;
        if (!slots_.try_claim(sequence)) {
            return false;
        }
        slots_.publish(slots_.fill(sequence, words_of(value)), 0);
        return true;
    }
    /// Keeps the right to write. Throws if another live writer held the value for the whole wait.
    [[nodiscard]] Writer<T> writer() { return Writer<T>(slots_, slots_.claim()); }

    /// How many values were written so far, modulo 2^40.
    std::uint64_t sequence() const noexcept { return slots_.sequence(); }

    operator Value() const { return read(); }
    Guarded& operator=(const Value& value) {
        write(value);
        return *this;
    }

    template <class U> void init(const U& value) noexcept {
        slots_.word = 0;
        Value bare{};
        static_assert(sizeof(bare) == sizeof(value));
        std::memcpy(static_cast<void*>(&bare), &value, sizeof(value));
        auto word_at = words_of(bare);
        Slots::for_each_word([&](std::size_t index) {
            detail::store(slots_.copies[0][index], word_at(index), std::memory_order_relaxed);
        });
    }
    template <class U> void load_to(U& value) const {
        Value bare = read();
        static_assert(sizeof(bare) == sizeof(value));
        std::memcpy(static_cast<void*>(&value), &bare, sizeof(value));
    }

protected:
    using Slots = detail::TwoSlot<(sizeof(Value) + 7) / 8>;
    friend class Writer<T>;

    /// Gives the words of a value. What is no part of a member is zero.
    static auto words_of(const Value& value) noexcept {
        return [bytes = reinterpret_cast<const unsigned char*>(&value)](std::size_t index) {
            std::uint64_t word = 0;
            if (8 * index + 8 <= sizeof(Value)) {
                std::memcpy(&word, bytes + 8 * index, 8);
            } else {
                std::memcpy(&word, bytes + 8 * index, sizeof(Value) % 8);
            }
            return detail::of_members<Value>(word, index);
        };
    }
    /// Puts words into a value one by one: a copy of all of them that is then copied at once would wait for them.
    static auto into(Value& value) noexcept {
        return [bytes = reinterpret_cast<unsigned char*>(&value)](std::size_t index, std::uint64_t word) {
            if (8 * index + 8 <= sizeof(Value)) {
                std::memcpy(bytes + 8 * index, &word, 8);
            } else {
                std::memcpy(bytes + 8 * index, &word, sizeof(Value) % 8);
            }
        };
    }
    [[noreturn]] static void throw_contended() {
        throw Error(MEMGLASS_STATUS_CONTENDED,
                    "a new value was published during each of " + std::to_string(attempts) + " attempts to read");
    }
    static void settle(Value& value) noexcept { detail::settle<Value>(reinterpret_cast<unsigned char*>(&value)); }

    static constexpr int attempts = 256;
    static constexpr std::size_t alignment = alignof(Value) > 8 ? alignof(Value) : 8;
    alignas(alignment) Slots slots_;
};

/// A guarded value that can be changed as a whole: all or nothing.
template <class T> class Locked : public Guarded<T> {
public:
    using typename Guarded<T>::Value;
    using Guarded<T>::operator=;

    Locked() = default;
    Locked& operator=(const Locked& other) { return *this = other.read(); }

    /// Changes the value with `change`, which gets a reference to a copy of it (of a text, its `char*` if it takes
    /// that), and returns what `change` returns. No other write comes in between. If `change` throws, or the
    /// process is killed, nothing changes. Throws if another live writer held the value for the whole wait.
    template <class F> auto update(F&& change) {
        Writer<T> writer = this->writer();
        Value value = writer.read();
        // Published at the end of the scope, unless `change` throws.
        struct Publish {
            Writer<T>& writer;
            Value& value;
            int exceptions = std::uncaught_exceptions();
            ~Publish() {
                if (std::uncaught_exceptions() == exceptions) {
                    writer.write(value);
                }
            }
        } publish{writer, value};
        if constexpr (std::is_invocable_v<F, Value&>) {
            return std::forward<F>(change)(value);
        } else {
            return std::forward<F>(change)(static_cast<char*>(value.bytes));
        }
    }
};

// By itself GCC makes this a call, and puts the value into memory for it: twice the cost of the stores.
template <class T> [[gnu::always_inline]] inline void Writer<T>::write(const Value& value) noexcept {
    Slots& claimed = *slots_;
    sequence_ = claimed.fill(sequence_, Guarded<T>::words_of(value));
    claimed.publish(sequence_, Slots::producer);
}

template <class T> inline typename Writer<T>::Value Writer<T>::read() const noexcept {
    Value value;
    slots_->copy_current(sequence_, Guarded<T>::into(value));
    Guarded<T>::settle(value);
    return value;
}

/// A union in shared memory: whole words, which may be of two writes.
template <class T> class PlainUnion {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0 && alignof(T) >= 8,
                  "a union in shared memory is made of whole words: give it alignas(8)");
    using Words = std::array<std::uint64_t, sizeof(T) / 8>;

public:
    using Value = T;

    PlainUnion() = default;
    PlainUnion(const PlainUnion&) = delete;
    PlainUnion& operator=(const PlainUnion& other) noexcept { return *this = other.get(); }

    T get() const noexcept {
        Words words;
        for (std::size_t index = 0; index < words.size(); ++index) {
            words[index] = detail::load(words_[index], std::memory_order_relaxed);
        }
        return std::bit_cast<T>(words);
    }
    void set(const T& value) noexcept {
        auto words = std::bit_cast<Words>(value);
        for (std::size_t index = 0; index < words.size(); ++index) {
            detail::store(words_[index], detail::of_members<T>(words[index], index), std::memory_order_relaxed);
        }
    }
    operator T() const noexcept { return get(); }
    PlainUnion& operator=(const T& value) noexcept {
        set(value);
        return *this;
    }
    void init(const T& value) noexcept { set(value); }
    void load_to(T& value) const noexcept { value = get(); }

private:
    alignas(T) std::uint64_t words_[sizeof(T) / 8];
};

}  // namespace memglass

#endif
