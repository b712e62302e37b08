// Types as memglass describes them, and how C++ types lie in shared memory.
#ifndef MEMGLASS_SCHEMA_HPP
#define MEMGLASS_SCHEMA_HPP

#include <memglass/cells_array.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace memglass {

/// A whole number of up to 128 bits, or a floating-point one; or none.
struct Number {
    constexpr Number() = default;
    template <std::integral T>
    constexpr Number(T value)
        : kind(MEMGLASS_NUMBER_KIND_INTEGER),
          integer{static_cast<std::uint64_t>(value), std::is_signed_v<T> && value < T{} ? -1 : 0} {}
    template <std::floating_point T>
    constexpr Number(T value) : kind(MEMGLASS_NUMBER_KIND_REAL), real(static_cast<double>(value)) {}

    std::uint32_t kind = MEMGLASS_NUMBER_KIND_NONE;
    memglass_integer integer = {0, 0};
    double real = 0;
};

/// A name for a number: a value of an enum, or a bit pattern of a flag set.
struct Variant {
    std::string_view name;
    Number value;
};

/// Annotations of a member. Observers obey them.
struct Metadata {
    bool readonly = false;
    Number min = {};
    Number max = {};
    Number step = {};
    std::string_view regex = {};
    std::span<const Variant> names = {};
    std::span<const Variant> flags = {};
    std::string_view format = {};
    std::string_view unit = {};
    std::string_view desc = {};
    std::string_view was = {};
};

/// A type of one Schema, or of one Session.
struct TypeId {
    std::uint32_t number;
};

class Schema;

/// How a record lies in memory: as the bare value, or with its members protected, as in shared memory.
enum class Form { value, storage };

/// A member of a struct or union: where it lies in the bare value and in its storage, and what is there.
///
/// Tables of these are data that the compiler takes in without a template for each line: there may be thousands.
struct Member {
    const char* name;
    std::size_t value_offset;
    std::size_t storage_offset;
    /// `plain<T>`, `atomic<T>`, `seqlock<T>` or `locked<T>`.
    TypeId (*type)(Schema&, Form);
    const Metadata* metadata = nullptr;
    /// Of a bitfield, its lowest bit in the integer at the offset, and how many bits it has.
    std::uint8_t lowest_bit = 0;
    std::uint8_t bit_count = 0;
};

/// A struct or union that memglass-gen describes.
struct Record {
    const char* name;
    std::span<const Member> members;
    struct Layout {
        std::size_t size;
        std::size_t align;
    } value, storage;
    bool is_union = false;
    /// MEMGLASS_PROTECTION_SEQLOCK or _LOCKED if it is protected as a whole.
    memglass_protection protection = MEMGLASS_PROTECTION_PLAIN;
    /// Of a struct whose bytes are a packed record, the layout's text.
    std::string_view layout = {};
};

template <class T> TypeId value_type(Schema& schema);
template <class S> TypeId storage_type(Schema& schema);

/// Clears a part of a value's bytes: what is between its members.
constexpr void clear(unsigned char* bytes, std::size_t first, std::size_t end) noexcept {
    for (std::size_t index = first; index < end; ++index) {
        bytes[index] = 0;
    }
}

/// The type of a member that is a T, by its protection.
template <class T> TypeId plain(Schema& schema, Form form);
template <class T> TypeId atomic(Schema& schema, Form form);
template <class T> TypeId seqlock(Schema& schema, Form form);
template <class T> TypeId locked(Schema& schema, Form form);
/// The type of an array of bytes that holds a packed record, by the text of its layout.
template <class T, const auto& Layout, memglass_protection With = MEMGLASS_PROTECTION_PLAIN>
TypeId packed(Schema& schema, Form form);

/// Types that refer to each other. A type that is added again keeps its number.
class Schema {
public:
    Schema() : schema_(memglass_schema_new()) {}
    explicit Schema(memglass_schema* owned) noexcept : schema_(owned) {}
    Schema(Schema&& other) noexcept : schema_(std::exchange(other.schema_, nullptr)) {}
    Schema& operator=(Schema&& other) noexcept {
        std::swap(schema_, other.schema_);
        return *this;
    }
    ~Schema() { memglass_schema_free(schema_); }

    TypeId scalar(memglass_scalar_kind kind) {
        return added([&](auto* id) { return memglass_schema_scalar(schema_, kind, id); });
    }
    TypeId text(std::size_t bytes) {
        return added([&](auto* id) { return memglass_schema_text(schema_, bytes, id); });
    }
    /// A type that is described elsewhere, by its name and its id there.
    TypeId named(std::string_view name, std::size_t size, std::size_t align, std::string_view id = {}) {
        return added([&](auto* type) {
            return memglass_schema_named(schema_, detail::text(name), size, align, detail::text(id), type);
        });
    }
    /// Bytes that hold a packed record: the first struct of the layout's text.
    TypeId packed(std::string_view name, std::string_view layout, std::size_t size, std::size_t align) {
        return added([&](auto* id) {
            return memglass_schema_packed(schema_, detail::text(name), detail::text(layout), size, align, id);
        });
    }
    TypeId pointer(std::string_view target) {
        return added([&](auto* id) { return memglass_schema_pointer(schema_, detail::text(target), id); });
    }
    TypeId array(TypeId element, std::size_t count) {
        return added([&](auto* id) { return memglass_schema_array(schema_, element.number, count, id); });
    }
    TypeId protect(memglass_protection with, TypeId value) {
        return added([&](auto* id) { return memglass_schema_protected(schema_, with, value.number, id); });
    }
    TypeId enumeration(std::string_view name, std::size_t size, bool is_signed, std::span<const Variant> values) {
        auto list = variants(values);
        return added([&](auto* id) {
            return memglass_schema_enum(schema_, detail::text(name), size, is_signed, list.data(), list.size(), id);
        });
    }
    TypeId flag_set(std::string_view name, std::size_t size, std::span<const Variant> flags) {
        auto list = variants(flags);
        return added([&](auto* id) {
            return memglass_schema_flags(schema_, detail::text(name), size, list.data(), list.size(), id);
        });
    }

    /// A struct or union in one of its forms.
    TypeId record(const Record& record, Form form);
    /// What lies in shared memory for a described struct or union.
    TypeId stored(const Record& record);

    /// The content of an .mgt file with these types.
    std::string encode() const {
        return copied([&](auto* buffer, auto capacity, auto* len) {
            return memglass_schema_encode(schema_, buffer, capacity, len);
        });
    }
    /// A description of a type for people.
    std::string describe(TypeId type) const {
        return copied([&](auto* buffer, auto capacity, auto* len) {
            return memglass_schema_describe(schema_, type.number, buffer, capacity, len);
        });
    }

    const memglass_schema* handle() const noexcept { return schema_; }

private:
    template <class Add> static TypeId added(Add&& add) {
        TypeId type{};
        detail::check(add(&type.number));
        return type;
    }
    template <class Copy> static std::string copied(Copy&& copy) {
        std::size_t len = 0;
        memglass_status status = copy(static_cast<std::uint8_t*>(nullptr), std::size_t{0}, &len);
        std::string bytes(len, '\0');
        if (status == MEMGLASS_STATUS_TOO_SMALL) {
            status = copy(reinterpret_cast<std::uint8_t*>(bytes.data()), len, &len);
        }
        detail::check(status);
        return bytes;
    }
    static std::vector<memglass_variant> variants(std::span<const Variant> variants) {
        std::vector<memglass_variant> result;
        for (const Variant& variant : variants) {
            result.push_back({detail::text(variant.name), variant.value.integer});
        }
        return result;
    }

    memglass_schema* schema_;
};

inline TypeId Schema::record(const Record& record, Form form) {
    if (!record.layout.empty()) {
        const Record::Layout& place = form == Form::value ? record.value : record.storage;
        return packed(record.name, record.layout, place.size, place.align);
    }
    struct Annotations {
        std::vector<memglass_variant> names, flags;
        memglass_metadata metadata;
    };
    static constexpr Metadata none;
    auto number = [](const Number& limit) { return memglass_number{limit.kind, limit.integer, limit.real}; };
    std::vector<Annotations> annotations(record.members.size());
    std::vector<memglass_member> fields;
    for (std::size_t index = 0; index < annotations.size(); ++index) {
        const Member& member = record.members[index];
        const Metadata& given = member.metadata == nullptr ? none : *member.metadata;
        auto& [names, flags, metadata] = annotations[index];
        names = variants(given.names);
        flags = variants(given.flags);
        metadata = {given.readonly,         number(given.min),         number(given.max),
                    number(given.step),     detail::text(given.regex), names.data(),
                    names.size(),           flags.data(),              flags.size(),
                    detail::text(given.format), detail::text(given.unit), detail::text(given.desc),
                    detail::text(given.was)};
        TypeId type = member.type(*this, form);
        std::size_t offset = form == Form::value ? member.value_offset : member.storage_offset;
        fields.push_back({detail::text(member.name), type.number, offset, member.lowest_bit, member.bit_count,
                          &metadata});
    }
    auto add = record.is_union ? memglass_schema_union : memglass_schema_struct;
    const Record::Layout& layout = form == Form::value ? record.value : record.storage;
    return added([&](auto* id) {
        return add(schema_, detail::text(record.name), layout.size, layout.align, fields.data(), fields.size(), id);
    });
}

inline TypeId Schema::stored(const Record& record) {
    if (record.is_union) {
        return this->record(record, Form::value);
    }
    if (record.protection != MEMGLASS_PROTECTION_PLAIN) {
        return protect(record.protection, this->record(record, Form::value));
    }
    return this->record(record, Form::storage);
}

namespace detail {

template <class T> constexpr memglass_scalar_kind scalar_kind() {
    if constexpr (std::same_as<T, bool>) {
        return MEMGLASS_SCALAR_KIND_BOOL;
    } else if constexpr (std::floating_point<T>) {
        return sizeof(T) == 4 ? MEMGLASS_SCALAR_KIND_F32 : MEMGLASS_SCALAR_KIND_F64;
    } else {
        constexpr bool is_signed = std::same_as<T, Int128> || std::is_signed_v<T>;
        constexpr unsigned width = std::bit_width(sizeof(T)) - 1;
        constexpr std::uint32_t first = is_signed ? MEMGLASS_SCALAR_KIND_I8 : MEMGLASS_SCALAR_KIND_U8;
        return static_cast<memglass_scalar_kind>(first + width);
    }
}

/// Adds the type of a T as it lies in a bare value.
template <class T> struct ValueType {
    static TypeId add(Schema& schema) {
        if constexpr (std::is_arithmetic_v<T> || Wide<T>) {
            return schema.scalar(scalar_kind<T>());
        } else if constexpr (requires { Descriptor<T>::variants; }) {
            return schema.enumeration(Descriptor<T>::name, sizeof(T), std::is_signed_v<std::underlying_type_t<T>>,
                                      Descriptor<T>::variants);
        } else if constexpr (requires { Descriptor<T>::flags; }) {
            return schema.flag_set(Descriptor<T>::name, sizeof(T), Descriptor<T>::flags);
        } else {
            static_assert(requires { Descriptor<T>::record; },
                          "this type is not described: mark it [[memglass::observe]] and run memglass-gen");
            return schema.record(Descriptor<T>::record, Form::value);
        }
    }
};
/// What a pointer's target is called; empty if nobody described it.
template <class T> constexpr std::string_view target_name() {
    if constexpr (requires { Descriptor<T>::record; }) {
        return Descriptor<T>::record.name;
    } else if constexpr (requires { Descriptor<T>::name; }) {
        return Descriptor<T>::name;
    } else if constexpr (std::is_arithmetic_v<T> || Wide<T>) {
        constexpr std::string_view names[] = {"bool", "i8", "i16", "i32", "i64", "i128", "u8",
                                              "u16",  "u32", "u64", "u128", "f32", "f64"};
        return names[scalar_kind<T>()];
    } else {
        return "";
    }
}
template <class T> struct ValueType<T*> {
    static TypeId add(Schema& schema) { return schema.pointer(target_name<std::remove_cv_t<T>>()); }
};
template <std::size_t N> struct ValueType<char[N]> {
    static TypeId add(Schema& schema) { return schema.text(N); }
};
template <std::size_t N> struct ValueType<Text<N>> : ValueType<char[N]> {};
template <std::size_t N> struct ValueType<std::array<char, N>> : ValueType<char[N]> {};
template <class T, std::size_t N> struct ValueType<T[N]> {
    static TypeId add(Schema& schema) { return schema.array(ValueType<T>::add(schema), N); }
};
template <class T, std::size_t N> struct ValueType<std::array<T, N>> : ValueType<T[N]> {};

/// Adds the type of a place that is an S.
template <class S> struct StorageType {
    static TypeId add(Schema& schema) { return schema.record(Descriptor<typename S::Value>::record, Form::storage); }
};
template <class T> struct StorageType<Plain<T>> : ValueType<T> {};
template <class T> struct StorageType<PlainUnion<T>> : ValueType<T> {};
template <std::size_t N> struct StorageType<PlainText<N>> : ValueType<char[N]> {};
template <class S, std::size_t N> struct StorageType<Cells<S, N>> {
    static TypeId add(Schema& schema) { return schema.array(StorageType<S>::add(schema), N); }
};
template <class T, memglass_protection With> struct ProtectedType {
    static TypeId add(Schema& schema) { return schema.protect(With, ValueType<T>::add(schema)); }
};
template <class T> struct StorageType<Atomic<T>> : ProtectedType<T, MEMGLASS_PROTECTION_ATOMIC> {};
template <class T> struct StorageType<Guarded<T>> : ProtectedType<T, MEMGLASS_PROTECTION_SEQLOCK> {};
template <class T> struct StorageType<Locked<T>> : ProtectedType<T, MEMGLASS_PROTECTION_LOCKED> {};

}  // namespace detail

/// Adds the type of a T as it lies in a bare value: inside a guarded one, say.
template <class T> TypeId value_type(Schema& schema) { return detail::ValueType<T>::add(schema); }

/// Adds the type of a place in shared memory that is an S.
template <class S> TypeId storage_type(Schema& schema) { return detail::StorageType<S>::add(schema); }

namespace detail {

template <class T, class S> TypeId member_type(Schema& schema, Form form) {
    return form == Form::value ? value_type<T>(schema) : storage_type<S>(schema);
}

}  // namespace detail

template <class T> TypeId plain(Schema& schema, Form form) {
    if constexpr (requires { Descriptor<T>::record; }) {
        // The same in fewer templates, as each struct that is a member takes one.
        return form == Form::value ? schema.record(Descriptor<T>::record, form) : schema.stored(Descriptor<T>::record);
    } else {
        return detail::member_type<T, Stored<T>>(schema, form);
    }
}
template <class T> TypeId atomic(Schema& schema, Form form) {
    return detail::member_type<T, StoredAtomic<T>>(schema, form);
}
template <class T> TypeId seqlock(Schema& schema, Form form) {
    return detail::member_type<T, Guarded<T>>(schema, form);
}
template <class T> TypeId locked(Schema& schema, Form form) { return detail::member_type<T, Locked<T>>(schema, form); }
template <class T, const auto& Layout, memglass_protection With> TypeId packed(Schema& schema, Form form) {
    TypeId record = schema.packed("", Layout, sizeof(T), 1);
    return form == Form::value || With == MEMGLASS_PROTECTION_PLAIN ? record : schema.protect(With, record);
}

}  // namespace memglass

#endif
