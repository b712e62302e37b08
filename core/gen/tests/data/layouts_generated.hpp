// Made by memglass-gen. Changes are lost when it is run again.
#pragma once
#include "layouts.hpp"
#include <memglass/memglass.hpp>
#include <cstddef>

struct Row_inner_Storage {
    using Value = std::remove_all_extents_t<decltype(::Row::inner)>;
    memglass::Stored<decltype(Value::a)> a;
    memglass::Stored<decltype(Value::b)> b;
    void init(const Value& value) {
        a.init(value.a);
        b.init(value.b);
    }
    void load_to(Value& value) const {
        a.load_to(value.a);
        b.load_to(value.b);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    Row_inner_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};

template <>
struct memglass::Descriptor<std::remove_all_extents_t<decltype(::Row::inner)>> {
    using Value = std::remove_all_extents_t<decltype(::Row::inner)>;
    using Storage = ::Row_inner_Storage;
    static constexpr memglass::Member members[]{
        {"a", offsetof(Value, a), offsetof(Storage, a), memglass::plain<decltype(Value::a)>},
        {"b", offsetof(Value, b), offsetof(Storage, b), memglass::plain<decltype(Value::b)>},
    };
    static constexpr memglass::Record record{.name = "Row::inner", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static void settle(unsigned char* bytes) {
        bytes[offsetof(Value, b)] = bytes[offsetof(Value, b)] != 0;
    }
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 3, 4);
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 4 && alignof(Value) == 2, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, a) == 0 && offsetof(Value, b) == 2, "memglass-gen read another layout: run it again, with libclang if this stays");
};

template <>
struct memglass::Descriptor<std::remove_all_extents_t<decltype(::Row::power)>> {
    static constexpr std::string_view name = "Row::power";
    static constexpr memglass::Variant variants[]{{"off", 0}, {"on", 1}};
    static_assert(sizeof(std::remove_all_extents_t<decltype(::Row::power)>) == 4, "memglass-gen read another layout: run it again, with libclang if this stays");
};

struct Row_Storage {
    using Value = ::Row;
    memglass::Stored<decltype(Value::id)> id;
    memglass::Stored<decltype(Value::x)> x;
    memglass::Stored<decltype(Value::y)> y;
    memglass::Stored<decltype(Value::inner)> inner;
    memglass::Stored<decltype(Value::power)> power;
    void init(const Value& value) {
        id.init(value.id);
        x.init(value.x);
        y.init(value.y);
        inner.init(value.inner);
        power.init(value.power);
    }
    void load_to(Value& value) const {
        id.load_to(value.id);
        x.load_to(value.x);
        y.load_to(value.y);
        inner.load_to(value.inner);
        power.load_to(value.power);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    Row_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};

template <>
struct memglass::Descriptor<::Row> {
    using Value = ::Row;
    using Storage = ::Row_Storage;
    static constexpr memglass::Metadata x_metadata{.readonly = true};
    static constexpr memglass::Metadata y_metadata{.readonly = true};
    static constexpr memglass::Member members[]{
        {"id", offsetof(Value, id), offsetof(Storage, id), memglass::plain<decltype(Value::id)>},
        {"x", offsetof(Value, x), offsetof(Storage, x), memglass::plain<decltype(Value::x)>, &x_metadata},
        {"y", offsetof(Value, y), offsetof(Storage, y), memglass::plain<decltype(Value::y)>, &y_metadata},
        {"inner", offsetof(Value, inner), offsetof(Storage, inner), memglass::plain<decltype(Value::inner)>},
        {"power", offsetof(Value, power), offsetof(Storage, power), memglass::plain<decltype(Value::power)>},
    };
    static constexpr memglass::Record record{.name = "Row", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static void settle(unsigned char* bytes) {
        for (std::size_t index = 0; index < 2; ++index) {
            memglass::Descriptor<std::remove_all_extents_t<decltype(::Row::inner)>>::settle(bytes + offsetof(Value, inner) + index * 4);
        }
    }
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 1, 4);
        for (std::size_t index = 0; index < 2; ++index) {
            memglass::Descriptor<std::remove_all_extents_t<decltype(::Row::inner)>>::clear_padding(bytes + offsetof(Value, inner) + index * 4);
        }
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 24 && alignof(Value) == 4, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, id) == 0 && offsetof(Value, x) == 4 && offsetof(Value, y) == 8 && offsetof(Value, inner) == 12 && offsetof(Value, power) == 20, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace a {
struct a_Derived_Storage {
    using Value = ::a::Derived;
    memglass::StoredAtomic<decltype(Value::inherited)> inherited;
    void init(const Value& value) {
        inherited.init(value.inherited);
    }
    void load_to(Value& value) const {
        inherited.load_to(value.inherited);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
};
}

template <>
struct memglass::Descriptor<::a::Derived> {
    using Value = ::a::Derived;
    using Storage = ::a::a_Derived_Storage;
    static constexpr memglass::Member members[]{
        {"inherited", offsetof(Value, inherited), offsetof(Storage, inherited), memglass::atomic<decltype(Value::inherited)>},
    };
    static constexpr memglass::Record record{.name = "a::Derived", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 4 && alignof(Value) == 4, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, inherited) == 0, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace a {
struct a_Box_int_2_Storage {
    using Value = ::a::Box<int, 2>;
    memglass::Stored<decltype(Value::values)> values;
    memglass::Stored<decltype(Value::full)> full;
    void init(const Value& value) {
        values.init(value.values);
        full.init(value.full);
    }
    void load_to(Value& value) const {
        values.load_to(value.values);
        full.load_to(value.full);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    a_Box_int_2_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};
}

template <>
struct memglass::Descriptor<::a::Box<int, 2>> {
    using Value = ::a::Box<int, 2>;
    using Storage = ::a::a_Box_int_2_Storage;
    static constexpr memglass::Metadata values_metadata{.readonly = true};
    static constexpr memglass::Member members[]{
        {"values", offsetof(Value, values), offsetof(Storage, values), memglass::plain<decltype(Value::values)>, &values_metadata},
        {"full", offsetof(Value, full), offsetof(Storage, full), memglass::plain<decltype(Value::full)>},
    };
    static constexpr memglass::Record record{.name = "a::Box<int, 2>", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static void settle(unsigned char* bytes) {
        bytes[offsetof(Value, full)] = bytes[offsetof(Value, full)] != 0;
    }
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 9, 12);
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 12 && alignof(Value) == 4, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, values) == 0 && offsetof(Value, full) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace a {
struct a_Holder_Nested_Storage {
    using Value = ::a::Holder::Nested;
    memglass::Stored<decltype(Value::on)> on;
    void init(const Value& value) {
        on.init(value.on);
    }
    void load_to(Value& value) const {
        on.load_to(value.on);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    a_Holder_Nested_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};
}

template <>
struct memglass::Descriptor<::a::Holder::Nested> {
    using Value = ::a::Holder::Nested;
    using Storage = ::a::a_Holder_Nested_Storage;
    static constexpr memglass::Member members[]{
        {"on", offsetof(Value, on), offsetof(Storage, on), memglass::plain<decltype(Value::on)>},
    };
    static constexpr memglass::Record record{.name = "a::Holder::Nested", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static void settle(unsigned char* bytes) {
        bytes[offsetof(Value, on)] = bytes[offsetof(Value, on)] != 0;
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 1 && alignof(Value) == 1, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, on) == 0, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace a {
struct a_Box_a_Holder_Nested_3_Storage {
    using Value = ::a::Box<::a::Holder::Nested, 3>;
    memglass::Stored<decltype(Value::values)> values;
    memglass::Stored<decltype(Value::full)> full;
    void init(const Value& value) {
        values.init(value.values);
        full.init(value.full);
    }
    void load_to(Value& value) const {
        values.load_to(value.values);
        full.load_to(value.full);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    a_Box_a_Holder_Nested_3_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};
}

template <>
struct memglass::Descriptor<::a::Box<::a::Holder::Nested, 3>> {
    using Value = ::a::Box<::a::Holder::Nested, 3>;
    using Storage = ::a::a_Box_a_Holder_Nested_3_Storage;
    static constexpr memglass::Metadata values_metadata{.readonly = true};
    static constexpr memglass::Member members[]{
        {"values", offsetof(Value, values), offsetof(Storage, values), memglass::plain<decltype(Value::values)>, &values_metadata},
        {"full", offsetof(Value, full), offsetof(Storage, full), memglass::plain<decltype(Value::full)>},
    };
    static constexpr memglass::Record record{.name = "a::Box<a::Holder::Nested, 3>", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static void settle(unsigned char* bytes) {
        for (std::size_t index = 0; index < 3; ++index) {
            memglass::Descriptor<::a::Holder::Nested>::settle(bytes + offsetof(Value, values) + index);
        }
        bytes[offsetof(Value, full)] = bytes[offsetof(Value, full)] != 0;
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 4 && alignof(Value) == 1, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, values) == 0 && offsetof(Value, full) == 3, "memglass-gen read another layout: run it again, with libclang if this stays");
};

struct Session_Storage {
    using Value = ::Session;
    memglass::Stored<decltype(Value::value)> value;
    void init(const Value& value) {
        this->value.init(value.value);
    }
    void load_to(Value& value) const {
        this->value.load_to(value.value);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    Session_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};

template <>
struct memglass::Descriptor<::Session> {
    using Value = ::Session;
    using Storage = ::Session_Storage;
    static constexpr memglass::Member members[]{
        {"value", offsetof(Value, value), offsetof(Storage, value), memglass::plain<decltype(Value::value)>},
    };
    static constexpr memglass::Record record{.name = "Session", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 4 && alignof(Value) == 4, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, value) == 0, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace a {
struct a_Box_Session_1_Storage {
    using Value = ::a::Box<::Session, 1>;
    memglass::Stored<decltype(Value::values)> values;
    memglass::Stored<decltype(Value::full)> full;
    void init(const Value& value) {
        values.init(value.values);
        full.init(value.full);
    }
    void load_to(Value& value) const {
        values.load_to(value.values);
        full.load_to(value.full);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    a_Box_Session_1_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};
}

template <>
struct memglass::Descriptor<::a::Box<::Session, 1>> {
    using Value = ::a::Box<::Session, 1>;
    using Storage = ::a::a_Box_Session_1_Storage;
    static constexpr memglass::Metadata values_metadata{.readonly = true};
    static constexpr memglass::Member members[]{
        {"values", offsetof(Value, values), offsetof(Storage, values), memglass::plain<decltype(Value::values)>, &values_metadata},
        {"full", offsetof(Value, full), offsetof(Storage, full), memglass::plain<decltype(Value::full)>},
    };
    static constexpr memglass::Record record{.name = "a::Box<Session, 1>", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static void settle(unsigned char* bytes) {
        bytes[offsetof(Value, full)] = bytes[offsetof(Value, full)] != 0;
    }
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 5, 8);
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 8 && alignof(Value) == 4, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, values) == 0 && offsetof(Value, full) == 4, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace a {
struct alignas(64) a_Holder_Storage {
    using Value = ::a::Holder;
    memglass::Stored<decltype(Value::ints)> ints;
    memglass::Stored<decltype(Value::nested)> nested;
    memglass::Stored<decltype(Value::sessions)> sessions;
    alignas(32) memglass::Stored<decltype(Value::apart)> apart;
    void init(const Value& value) {
        ints.init(value.ints);
        nested.init(value.nested);
        sessions.init(value.sessions);
        apart.init(value.apart);
    }
    void load_to(Value& value) const {
        ints.load_to(value.ints);
        nested.load_to(value.nested);
        sessions.load_to(value.sessions);
        apart.load_to(value.apart);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    a_Holder_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};
}

template <>
struct memglass::Descriptor<::a::Holder> {
    using Value = ::a::Holder;
    using Storage = ::a::a_Holder_Storage;
    static constexpr memglass::Member members[]{
        {"ints", offsetof(Value, ints), offsetof(Storage, ints), memglass::plain<decltype(Value::ints)>},
        {"nested", offsetof(Value, nested), offsetof(Storage, nested), memglass::plain<decltype(Value::nested)>},
        {"sessions", offsetof(Value, sessions), offsetof(Storage, sessions), memglass::plain<decltype(Value::sessions)>},
        {"apart", offsetof(Value, apart), offsetof(Storage, apart), memglass::plain<decltype(Value::apart)>},
    };
    static constexpr memglass::Record record{.name = "a::Holder", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static void settle(unsigned char* bytes) {
        memglass::Descriptor<::a::Box<int, 2>>::settle(bytes + offsetof(Value, ints));
        memglass::Descriptor<::a::Box<::a::Holder::Nested, 3>>::settle(bytes + offsetof(Value, nested));
        memglass::Descriptor<::a::Box<::Session, 1>>::settle(bytes + offsetof(Value, sessions));
    }
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 24, 32);
        memglass::clear(bytes, 34, 64);
        memglass::Descriptor<::a::Box<int, 2>>::clear_padding(bytes + offsetof(Value, ints));
        memglass::Descriptor<::a::Box<::Session, 1>>::clear_padding(bytes + offsetof(Value, sessions));
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 64 && alignof(Value) == 64, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, ints) == 0 && offsetof(Value, nested) == 12 && offsetof(Value, sessions) == 16 && offsetof(Value, apart) == 32, "memglass-gen read another layout: run it again, with libclang if this stays");
};

template <>
struct memglass::Descriptor<::Bits::Mode> {
    static constexpr std::string_view name = "Bits::Mode";
    static constexpr memglass::Variant variants[]{{"idle", 0}, {"busy", 1}};
    static_assert(sizeof(::Bits::Mode) == 1, "memglass-gen read another layout: run it again, with libclang if this stays");
};

struct Bits_Storage {
    using Value = ::Bits;
    memglass::Stored<decltype(Value::byte)> byte;
    memglass::Atomic<std::uint16_t> bits_at_4_;
    memglass::Atomic<std::uint64_t> bits_at_8_;
    memglass::BitField<decltype(Value::low), 0, 3, std::uint16_t> low() {
        return memglass::BitField<decltype(Value::low), 0, 3, std::uint16_t>(bits_at_4_);
    }
    memglass::BitField<decltype(Value::mid), 3, 13, std::uint16_t> mid() {
        return memglass::BitField<decltype(Value::mid), 3, 13, std::uint16_t>(bits_at_4_);
    }
    memglass::BitField<decltype(Value::sign), 0, 5, std::uint64_t> sign() {
        return memglass::BitField<decltype(Value::sign), 0, 5, std::uint64_t>(bits_at_8_);
    }
    memglass::BitField<decltype(Value::flag), 5, 1, std::uint64_t> flag() {
        return memglass::BitField<decltype(Value::flag), 5, 1, std::uint64_t>(bits_at_8_);
    }
    memglass::BitField<decltype(Value::wide), 6, 40, std::uint64_t> wide() {
        return memglass::BitField<decltype(Value::wide), 6, 40, std::uint64_t>(bits_at_8_);
    }
    memglass::BitField<decltype(Value::mode), 46, 2, std::uint64_t> mode() {
        return memglass::BitField<decltype(Value::mode), 46, 2, std::uint64_t>(bits_at_8_);
    }
    void init(const Value& value) {
        byte.init(value.byte);
        low().set(value.low);
        mid().set(value.mid);
        sign().set(value.sign);
        flag().set(value.flag);
        wide().set(value.wide);
        mode().set(value.mode);
    }
    void load_to(Value& value) const {
        byte.load_to(value.byte);
        value.low = memglass::BitField<decltype(Value::low), 0, 3, std::uint16_t>::of(bits_at_4_.load(std::memory_order_relaxed));
        value.mid = memglass::BitField<decltype(Value::mid), 3, 13, std::uint16_t>::of(bits_at_4_.load(std::memory_order_relaxed));
        value.sign = memglass::BitField<decltype(Value::sign), 0, 5, std::uint64_t>::of(bits_at_8_.load(std::memory_order_relaxed));
        value.flag = memglass::BitField<decltype(Value::flag), 5, 1, std::uint64_t>::of(bits_at_8_.load(std::memory_order_relaxed));
        value.wide = memglass::BitField<decltype(Value::wide), 6, 40, std::uint64_t>::of(bits_at_8_.load(std::memory_order_relaxed));
        value.mode = memglass::BitField<decltype(Value::mode), 46, 2, std::uint64_t>::of(bits_at_8_.load(std::memory_order_relaxed));
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    Bits_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};

template <>
struct memglass::Descriptor<::Bits> {
    using Value = ::Bits;
    using Storage = ::Bits_Storage;
    static constexpr memglass::Metadata sign_metadata{.min = -16, .max = 15};
    static constexpr memglass::Variant mode_names[]{{"idle", 0}, {"busy", 1}};
    static constexpr memglass::Metadata mode_metadata{.names = mode_names};
    static constexpr memglass::Member members[]{
        {"byte", offsetof(Value, byte), offsetof(Storage, byte), memglass::plain<decltype(Value::byte)>},
        {"low", 4, offsetof(Storage, bits_at_4_), memglass::plain<std::uint16_t>, nullptr, 0, 3},
        {"mid", 4, offsetof(Storage, bits_at_4_), memglass::plain<std::uint16_t>, nullptr, 3, 13},
        {"sign", 8, offsetof(Storage, bits_at_8_), memglass::plain<std::int64_t>, &sign_metadata, 0, 5},
        {"flag", 8, offsetof(Storage, bits_at_8_), memglass::plain<std::uint64_t>, nullptr, 5, 1},
        {"wide", 8, offsetof(Storage, bits_at_8_), memglass::plain<std::uint64_t>, nullptr, 6, 40},
        {"mode", 8, offsetof(Storage, bits_at_8_), memglass::plain<std::uint64_t>, &mode_metadata, 46, 2},
    };
    static constexpr memglass::Record record{.name = "Bits", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 1, 4);
        memglass::clear(bytes, 6, 8);
        memglass::clear(bytes, 14, 16);
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 16 && alignof(Value) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, byte) == 0, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace memglass::generated {
inline constexpr const memglass::Record* records_7aeba2d3102df378[]{
    &memglass::Descriptor<::Row>::record,
    &memglass::Descriptor<::a::Derived>::record,
    &memglass::Descriptor<::a::Holder>::record,
    &memglass::Descriptor<::Bits>::record,
};
inline memglass::detail::TypeList types_7aeba2d3102df378 = memglass::detail::TypeList(records_7aeba2d3102df378);
}
