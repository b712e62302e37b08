// A part of an observed object: reading it and writing it.
#ifndef MEMGLASS_VIEW_HPP
#define MEMGLASS_VIEW_HPP

#include <memglass/schema.hpp>

#include <compare>

namespace memglass {

/// What a View is.
struct FieldInfo {
    std::string type_name;
    memglass_kind kind;
    memglass_protection protection;
    bool readonly;
    /// Bytes from the start of the object, and of the value.
    std::uint64_t offset;
    std::uint64_t size;
    /// Of an array, how many elements it has; else 0.
    std::uint64_t count;
    /// Where the object begins.
    std::uint16_t region_id;
    std::uint64_t object_offset;
};

namespace detail {

/// The schema and type of a T for reads and writes of whole values, described once.
template <class T> struct Described {
    Schema schema;
    TypeId type = value_type<T>(schema);

    static const Described& get() {
        static const Described described;
        return described;
    }
};

template <class T>
concept Numeric = (std::is_arithmetic_v<T> || Wide<T>) && !std::same_as<T, bool>;

template <class T> struct IsStdArray : std::false_type {};
template <class T, std::size_t N> struct IsStdArray<std::array<T, N>> : std::true_type {};
template <class T> struct IsText : std::false_type {};
template <std::size_t N> struct IsText<Text<N>> : std::true_type {};

template <class T>
concept Readable = std::same_as<T, std::string> || Numeric<T> || std::same_as<T, bool> || std::is_enum_v<T>
                   || requires { Descriptor<T>::record; } || IsStdArray<T>::value || IsText<T>::value;

/// Throws if the number is beyond the signed ones of 128 bits.
template <Numeric T> memglass_integer integer(T number) {
    auto wide = static_cast<Int128>(number);
    if (std::same_as<T, UInt128> && wide < 0) {
        throw Error(MEMGLASS_STATUS_REFUSED, "the number has 128 bits, and here one of them is for the sign");
    }
    return {static_cast<std::uint64_t>(wide), static_cast<std::int64_t>(wide >> 64)};
}

/// The text that `copy` copies into a buffer.
template <class Copy> inline std::string copied(Copy&& copy) {
    std::array<std::uint8_t, 256> few;
    std::size_t len = 0;
    memglass_status status = copy(few.data(), few.size(), &len);
    if (status == MEMGLASS_STATUS_OK) {
        return {reinterpret_cast<const char*>(few.data()), len};
    }
    // A text may have become longer meanwhile.
    std::string text;
    while (status == MEMGLASS_STATUS_TOO_SMALL) {
        text.resize(len);
        status = copy(reinterpret_cast<std::uint8_t*>(text.data()), text.size(), &len);
    }
    check(status);
    text.resize(len);
    return text;
}

}  // namespace detail

/// A part of an observed object: the object itself, a member, an element. Its path was resolved once.
///
/// - Reading is converting: `std::int64_t price = order["price"];`, `order.as<Order>()`, `std::cout << order["price"]`.
///   A value of another type, or that does not fit, is an Error.
/// - Writing is assigning: `order["status"] = Status::filled;`. All that the producer declared is checked first: type,
///   range, read-only. A write of a guarded value, or of a part of it, is one new value.
///
/// Protections are obeyed without asking: what is guarded is read whole. A View may be copied, used from any thread,
/// and outlive its Observer. When its object is destroyed, it throws GONE.
class View {
public:
    /// No view: what `find` returns where there is nothing. Using it throws.
    View() = default;
    explicit View(memglass_field* owned) noexcept : field_(owned) {}
    View(const View& other) : reading_(other.reading_), writing_(other.writing_) {
        if (other.field_ != nullptr) {
            detail::check(memglass_field_at(other.field_, {nullptr, 0}, &field_));
        }
    }
    View(View&& other) noexcept
        : field_(std::exchange(other.field_, nullptr)), reading_(other.reading_), writing_(other.writing_) {}
    ~View() { memglass_field_free(field_); }

    /// Assigning writes, also from a View: `a["x"] = b["x"]` copies a number or text. Only a View that is none yet
    /// becomes the other one; `rebind` does that with any.
    View& operator=(const View& other) {
        if (field_ == nullptr) {
            rebind(View(other));
            return *this;
        }
        if (other.field_ == nullptr) {
            throw Error(MEMGLASS_STATUS_BAD_ARGUMENT,
                        "what is assigned to " + std::string(path()) + " is no View: nothing was found");
        }
        switch (other.info().kind) {
        case MEMGLASS_KIND_TEXT:
            return *this = other.as<std::string>();
        case MEMGLASS_KIND_FLOAT:
            return *this = other.as<double>();
        case MEMGLASS_KIND_STRUCT:
        case MEMGLASS_KIND_UNION:
        case MEMGLASS_KIND_ARRAY:
            throw Error(MEMGLASS_STATUS_TYPE_MISMATCH,
                        std::string(other.path()) + " is not one number or text: read it as its type, and write that");
        default:
            return *this = other.as<Int128>();
        }
    }
    void rebind(View&& other) noexcept {
        std::swap(field_, other.field_);
        std::swap(reading_, other.reading_);
        std::swap(writing_, other.writing_);
    }

    explicit operator bool() const noexcept { return field_ != nullptr; }
    bool is_alive() const noexcept { return memglass_field_is_alive(field_); }

    /// A part of it: `order["last_quote"]["bid_price"]` or `order["last_quote.bid_price"]`, `book["levels"][2]`.
    View operator[](std::string_view path) const {
        memglass_field* part = nullptr;
        detail::check(memglass_field_at(field_, detail::text(path), &part));
        return part_of(part);
    }
    View operator[](const char* path) const { return (*this)[std::string_view(path)]; }
    template <std::integral Index> View operator[](Index index) const {
        if constexpr (std::signed_integral<Index>) {
            if (index < 0) {
                throw Error(MEMGLASS_STATUS_NO_SUCH_FIELD, std::string(path()) + " has no element " + std::to_string(index));
            }
        }
        memglass_field* element = nullptr;
        detail::check(memglass_field_element(field_, static_cast<std::uint64_t>(index), &element));
        return part_of(element);
    }

    /// Not as a char, which needs `as<char>()`: otherwise `text = view` could not tell a text from its first character.
    template <class T>
        requires(detail::Readable<T> && !std::same_as<T, char>)
    operator T() const {
        return as<T>();
    }
    /// The value as a T: a number, bool, enum, std::string, Text, std::array, or described struct.
    template <class T> T as() const { return read<T>(reading_); }
    /// Compares the value with a number, text, bool, enum or struct that can be compared. Numbers are compared by what they
    /// are, whatever their types: a field of 64 bits is not cut to an int. Where one is a float, both are compared as doubles.
    template <class T>
        requires(detail::Readable<T> || std::convertible_to<const T&, std::string_view>)
    friend bool operator==(const View& view, const T& other) {
        if constexpr (detail::Numeric<T>) {
            return std::is_eq(view <=> other);
        } else if constexpr (detail::Readable<T>) {
            return view.as<T>() == other;
        } else {
            return view.as<std::string>() == std::string_view(other);
        }
    }
    template <detail::Numeric T> friend std::partial_ordering operator<=>(const View& view, const T& other) {
        if (std::floating_point<T> || view.info().kind == MEMGLASS_KIND_FLOAT) {
            return view.as<double>() <=> static_cast<double>(other);
        }
        return view.as<Int128>() <=> static_cast<Int128>(other);
    }
    /// One attempt; nothing if a new value was published during it.
    template <class T> std::optional<T> try_get() const {
        try {
            return read<T>(MEMGLASS_READING_ONCE);
        } catch (const Error& error) {
            if (error.status() != MEMGLASS_STATUS_CONTENDED) {
                throw;
            }
            return std::nullopt;
        }
    }

    template <detail::Numeric T> View& operator=(T value) {
        if constexpr (std::floating_point<T>) {
            detail::check(memglass_field_write_real(field_, writing_, static_cast<double>(value)));
        } else if (std::same_as<T, UInt128> && static_cast<Int128>(value) < 0) {
            write_whole(value);
        } else {
            detail::check(memglass_field_write_integer(field_, writing_, detail::integer(value)));
        }
        return *this;
    }
    template <std::same_as<bool> T> View& operator=(T value) {
        detail::check(memglass_field_write_bool(field_, writing_, value));
        return *this;
    }
    template <class T>
        requires std::is_enum_v<T>
    View& operator=(T value) {
        return *this = static_cast<std::underlying_type_t<T>>(value);
    }
    View& operator=(std::string_view text) {
        detail::check(memglass_field_write_text(field_, writing_, detail::text(text)));
        return *this;
    }
    View& operator=(const char* text) { return *this = std::string_view(text); }
    View& operator=(const std::string& text) { return *this = std::string_view(text); }
    /// Writes a whole struct or array; members that its type lacks keep their values.
    template <class T>
        requires(requires { Descriptor<T>::record; } || detail::IsStdArray<T>::value)
    View& operator=(const T& value) {
        write_whole(value);
        return *this;
    }

    /// Adds in one step that no other writer can come between. `+=` does the same.
    template <detail::Numeric T> void add(T amount) {
        if constexpr (std::floating_point<T>) {
            detail::check(memglass_field_add_real(field_, static_cast<double>(amount)));
        } else {
            detail::check(memglass_field_add_integer(field_, detail::integer(amount)));
        }
    }
    template <detail::Numeric T> View& operator+=(T amount) {
        add(amount);
        return *this;
    }
    template <detail::Numeric T> View& operator-=(T amount) {
        if constexpr (std::floating_point<T>) {
            add(-amount);
        } else {
            add(-static_cast<Int128>(amount));
        }
        return *this;
    }

    /// Changes a guarded value or one number in one step: `change` gets a reference to a copy of it, as a T. What it
    /// throws comes out of here, and nothing has changed then.
    template <class T, class F> void update(F&& change) {
        struct Call {
            F& change;
            std::exception_ptr thrown;
        } call{change, nullptr};
        auto run = [](void* context, void* bytes) {
            auto& self = *static_cast<Call*>(context);
            try {
                detail::settle<T>(static_cast<unsigned char*>(bytes));
                T value;
                std::memcpy(static_cast<void*>(&value), bytes, sizeof(T));
                self.change(value);
                std::memcpy(bytes, &value, sizeof(T));
            } catch (...) {
                self.thrown = std::current_exception();
            }
            return self.thrown == nullptr;
        };
        const auto& [schema, type] = detail::Described<T>::get();
        memglass_status status = memglass_field_update_as(field_, schema.handle(), type.number, run, &call);
        if (call.thrown != nullptr) {
            std::rethrow_exception(call.thrown);
        }
        detail::check(status);
    }
    /// The same for a text of any size: `change` gets a `char*` with room for as many bytes as the field has, or a
    /// `std::string&`, which may not become longer.
    template <class F> void update(F&& change) {
        FieldInfo known = info();
        if (known.kind != MEMGLASS_KIND_TEXT) {
            throw Error(MEMGLASS_STATUS_TYPE_MISMATCH,
                        std::string(path()) + " is not a text: say what it is, as in update<Quote>(…)");
        }
        update_text(std::forward<F>(change), known.size);
    }

    /// A view that reads also when its object was destroyed, to look at what is left. The memory may be another
    /// object's by then.
    View unsafe() const { return with(MEMGLASS_READING_UNCHECKED, MEMGLASS_WRITING_CHECKED); }
    /// The same view, if each read is of one write: of one number, or of something guarded. Else throws.
    View atomic() const {
        FieldInfo known = info();
        bool is_number = known.size <= 8 && known.kind != MEMGLASS_KIND_TEXT && known.kind != MEMGLASS_KIND_STRUCT
                         && known.kind != MEMGLASS_KIND_UNION && known.kind != MEMGLASS_KIND_ARRAY;
        if (!is_number && known.protection == MEMGLASS_PROTECTION_PLAIN) {
            throw Error(MEMGLASS_STATUS_NOT_GUARDED,
                        std::string(path()) + " is not guarded, so a read of it may mix several writes");
        }
        return *this;
    }
    /// A view whose writes only have to fit the type: they override read-only, ranges and names.
    View force() const { return with(reading_, MEMGLASS_WRITING_FORCED); }

    FieldInfo info() const {
        memglass_field_facts facts;
        detail::check(memglass_field_info(field_, &facts));
        std::string name = detail::copied([this](auto* buffer, auto capacity, auto* len) {
            return memglass_field_type_name(field_, buffer, capacity, len);
        });
        return {std::move(name),
                static_cast<memglass_kind>(facts.kind),
                static_cast<memglass_protection>(facts.protection),
                facts.readonly,
                facts.offset,
                facts.size,
                facts.count,
                facts.region,
                facts.object_offset};
    }
    /// The full path, which begins with the label.
    std::string_view path() const noexcept { return detail::view(memglass_field_path(field_)); }
    /// How many values were published in the guarded value that it is or lies in.
    std::uint64_t sequence() const {
        std::uint64_t sequence = 0;
        detail::check(memglass_field_sequence(field_, &sequence));
        return sequence;
    }
    /// The value as text for people, whatever it is.
    std::string show() const {
        return detail::copied([this](auto* buffer, auto capacity, auto* len) {
            return memglass_field_show(field_, reading_, buffer, capacity, len);
        });
    }
    friend std::ostream& operator<<(std::ostream& out, const View& view) { return out << view.show(); }

    const memglass_field* handle() const noexcept { return field_; }

private:
    View with(memglass_reading reading, memglass_writing writing) const {
        View view(*this);
        view.reading_ = reading;
        view.writing_ = writing;
        return view;
    }

    /// A part is read and written as the whole is: `order.force()["id"] = 5`.
    View part_of(memglass_field* owned) const {
        View view(owned);
        view.reading_ = reading_;
        view.writing_ = writing_;
        return view;
    }

    template <class T> T read(memglass_reading reading) const {
        if constexpr (std::same_as<T, std::string>) {
            return detail::copied([&](auto* buffer, auto capacity, auto* len) {
                return memglass_field_read_text(field_, reading, buffer, capacity, len);
            });
        } else if constexpr (detail::IsText<T>::value) {
            return T(read<std::string>(reading));
        } else if constexpr (std::floating_point<T>) {
            double real = 0;
            detail::check(memglass_field_read_real(field_, reading, &real));
            auto value = static_cast<T>(real);
            // What <cmath> has does not come through the macros of others.
            if (__builtin_isfinite(real) && !__builtin_isfinite(value)) {
                throw_does_not_fit(sizeof(T));
            }
            return value;
        } else if constexpr (std::is_enum_v<T>) {
            return static_cast<T>(read<std::underlying_type_t<T>>(reading));
        } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, Int128>) {
            return read_integer<T>(reading);
        } else {
            static_assert(detail::Readable<T>, "a view is read as a number, text, array or described struct");
            return read_whole<T>(reading);
        }
    }

    template <class T> T read_integer(memglass_reading reading) const {
        memglass_integer integer{};
        detail::check(memglass_field_read_integer(field_, reading, &integer));
        Int128 number = static_cast<Int128>(integer.high) << 64 | integer.low;
        if constexpr (std::same_as<T, bool>) {
            return number != 0;
        } else {
            T value = static_cast<T>(number);
            bool is_negative_of_unsigned = number < 0 && std::same_as<T, UInt128>;
            if (static_cast<Int128>(value) != number || is_negative_of_unsigned) {
                throw_does_not_fit(sizeof(T));
            }
            return value;
        }
    }

    [[noreturn]] void throw_does_not_fit(std::size_t size) const {
        throw Error(MEMGLASS_STATUS_TYPE_MISMATCH,
                    std::string(path()) + " is " + show() + ", which does not fit into " + std::to_string(size)
                        + (size == 1 ? " byte" : " bytes"));
    }

    template <class T> T read_whole(memglass_reading reading) const {
        const auto& [schema, type] = detail::Described<T>::get();
        alignas(T) unsigned char bytes[sizeof(T)] = {};
        detail::check(memglass_field_read_as(field_, reading, schema.handle(), type.number, bytes, sizeof(T)));
        detail::settle<T>(bytes);
        T value;
        std::memcpy(static_cast<void*>(&value), bytes, sizeof(T));
        return value;
    }

    template <class T> void write_whole(const T& value) {
        const auto& [schema, type] = detail::Described<T>::get();
        detail::check(memglass_field_write_as(field_, schema.handle(), type.number, &value, sizeof(value)));
    }

    template <class F> void update_text(F&& change, std::size_t size) {
        Schema schema;
        TypeId type = schema.text(size);
        struct Call {
            F& change;
            std::size_t size;
            std::exception_ptr thrown;
        } call{change, size, nullptr};
        auto run = [](void* context, void* bytes) {
            auto& self = *static_cast<Call*>(context);
            char* text = static_cast<char*>(bytes);
            try {
                if constexpr (std::is_invocable_v<F, std::string&>) {
                    std::string value(text, std::find(text, text + self.size, '\0'));
                    self.change(value);
                    if (value.size() > self.size) {
                        throw Error(MEMGLASS_STATUS_REFUSED, "the text has " + std::to_string(value.size())
                                                                 + " bytes; there is room for " + std::to_string(self.size));
                    }
                    std::fill(std::copy(value.begin(), value.end(), text), text + self.size, '\0');
                } else {
                    self.change(text);
                }
            } catch (...) {
                self.thrown = std::current_exception();
            }
            return self.thrown == nullptr;
        };
        memglass_status status = memglass_field_update_as(field_, schema.handle(), type.number, run, &call);
        if (call.thrown != nullptr) {
            std::rethrow_exception(call.thrown);
        }
        detail::check(status);
    }

    memglass_field* field_ = nullptr;
    memglass_reading reading_ = MEMGLASS_READING_WHOLE;
    memglass_writing writing_ = MEMGLASS_WRITING_CHECKED;
};

}  // namespace memglass

#endif
