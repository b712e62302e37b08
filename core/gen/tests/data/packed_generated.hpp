// Made by memglass-gen. Changes are lost when it is run again.
#pragma once
#include "packed.hpp"
#include <memglass/memglass.hpp>
#include <cstddef>

template <>
struct memglass::Descriptor<::feed::Kind> {
    static constexpr std::string_view name = "feed::Kind";
    static constexpr memglass::Variant variants[]{{"ping", 1}, {"order", 2}, {"text", 3}};
    static_assert(sizeof(::feed::Kind) == 1, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace feed {
struct Order_Storage {
    using Value = ::feed::Order;
    memglass::Stored<decltype(Value::id)> id;
    memglass::Stored<decltype(Value::price)> price;
    void init(const Value& value) {
        id.init(value.id);
        price.init(value.price);
    }
    void load_to(Value& value) const {
        id.load_to(value.id);
        price.load_to(value.price);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    Order_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};
}

template <>
struct memglass::Descriptor<::feed::Order> {
    using Value = ::feed::Order;
    using Storage = ::feed::Order_Storage;
    static constexpr memglass::Member members[]{
        {"id", offsetof(Value, id), offsetof(Storage, id), memglass::plain<decltype(Value::id)>},
        {"price", offsetof(Value, price), offsetof(Storage, price), memglass::plain<decltype(Value::price)>},
    };
    static constexpr memglass::Record record{.name = "feed::Order", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 4, 8);
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 16 && alignof(Value) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, id) == 0 && offsetof(Value, price) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
};

template <>
struct memglass::Descriptor<::feed::Body> {
    using Value = ::feed::Body;
    using Storage = memglass::PlainUnion<Value>;
    static constexpr memglass::Member members[]{
        {"ping", offsetof(Value, ping), offsetof(Value, ping), memglass::plain<decltype(Value::ping)>},
        {"order", offsetof(Value, order), offsetof(Value, order), memglass::plain<decltype(Value::order)>},
        {"text", offsetof(Value, text), offsetof(Value, text), memglass::plain<decltype(Value::text)>},
    };
    static constexpr memglass::Record record{.name = "feed::Body", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}, .is_union = true};
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 24 && alignof(Value) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, ping) == 0 && offsetof(Value, order) == 0 && offsetof(Value, text) == 0, "memglass-gen read another layout: run it again, with libclang if this stays");
};

template <>
struct memglass::Descriptor<::feed::Message> {
    using Value = ::feed::Message;
    using Storage = memglass::Guarded<Value>;
    static constexpr memglass::Member members[]{
        {"kind", offsetof(Value, kind), offsetof(Value, kind), memglass::plain<decltype(Value::kind)>},
        {"body", offsetof(Value, body), offsetof(Value, body), memglass::plain<decltype(Value::body)>},
        {"count", offsetof(Value, count), offsetof(Value, count), memglass::plain<decltype(Value::count)>},
        {"orders", offsetof(Value, orders), offsetof(Value, orders), memglass::plain<decltype(Value::orders)>},
        {"tail", offsetof(Value, tail), offsetof(Value, tail), memglass::plain<decltype(Value::tail)>},
    };
    static constexpr memglass::Record record{.name = "feed::Message", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}, .protection = MEMGLASS_PROTECTION_SEQLOCK, .layout = "struct Message { Kind kind; padding[7]; struct { match (parent.kind) { (Kind::ping): u64 ping; (Kind::order): Order order; (3): char text[24]; (_): none; } } body : 24; u16 count; padding[6]; Order orders[count]; padding[(4 - (count)) * 16]; u8 tail[count * 2]; padding[(8 - (count * 2)) * 1]; } [[fixed_size(112)]];\nstruct Order { u32 id; padding[4]; double price; } [[fixed_size(16)]];\nenum Kind : u8 { ping = 1, order = 2, text = 3, };\n"};
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 1, 8);
        memglass::clear(bytes, 34, 40);
        for (std::size_t index = 0; index < 4; ++index) {
            memglass::Descriptor<::feed::Order>::clear_padding(bytes + offsetof(Value, orders) + index * 16);
        }
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 112 && alignof(Value) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, kind) == 0 && offsetof(Value, body) == 8 && offsetof(Value, count) == 32 && offsetof(Value, orders) == 40 && offsetof(Value, tail) == 104, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace feed {
struct Frame_Storage {
    using Value = ::feed::Frame;
    memglass::Stored<decltype(Value::bytes)> bytes;
    void init(const Value& value) {
        bytes.init(value.bytes);
    }
    void load_to(Value& value) const {
        bytes.load_to(value.bytes);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    Frame_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};
}

template <>
struct memglass::Descriptor<::feed::Frame> {
    using Value = ::feed::Frame;
    using Storage = ::feed::Frame_Storage;
    static constexpr memglass::Member members[]{
        {"bytes", offsetof(Value, bytes), offsetof(Storage, bytes), memglass::plain<decltype(Value::bytes)>},
    };
    static constexpr memglass::Record record{.name = "feed::Frame", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}, .layout = "struct Frame { u8 len; char text[len]; be u16 crc; };"};
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 32 && alignof(Value) == 1, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, bytes) == 0, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace feed {
struct Gateway_Storage {
    using Value = ::feed::Gateway;
    memglass::StoredAtomic<decltype(Value::received)> received;
    memglass::Guarded<decltype(Value::ack)> ack;
    memglass::Stored<decltype(Value::raw)> raw;
    memglass::Stored<decltype(Value::frame)> frame;
    memglass::Locked<decltype(Value::frames)> frames;
    memglass::Stored<decltype(Value::last)> last;
    void init(const Value& value) {
        received.init(value.received);
        ack.init(value.ack);
        raw.init(value.raw);
        frame.init(value.frame);
        frames.init(value.frames);
        last.init(value.last);
    }
    void load_to(Value& value) const {
        received.load_to(value.received);
        ack.load_to(value.ack);
        raw.load_to(value.raw);
        frame.load_to(value.frame);
        frames.load_to(value.frames);
        last.load_to(value.last);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
};
}

template <>
struct memglass::Descriptor<::feed::Gateway> {
    using Value = ::feed::Gateway;
    using Storage = ::feed::Gateway_Storage;
    static constexpr char ack_layout[] = "struct ack { be u32 number; u8 len; char text[len]; };";
    static constexpr char raw_layout[] = "struct pair { u24 first, second; };";
    static constexpr memglass::Member members[]{
        {"received", offsetof(Value, received), offsetof(Storage, received), memglass::atomic<decltype(Value::received)>},
        {"ack", offsetof(Value, ack), offsetof(Storage, ack), memglass::packed<decltype(Value::ack), ack_layout, MEMGLASS_PROTECTION_SEQLOCK>},
        {"raw", offsetof(Value, raw), offsetof(Storage, raw), memglass::packed<decltype(Value::raw), raw_layout>},
        {"frame", offsetof(Value, frame), offsetof(Storage, frame), memglass::plain<decltype(Value::frame)>},
        {"frames", offsetof(Value, frames), offsetof(Storage, frames), memglass::locked<decltype(Value::frames)>},
        {"last", offsetof(Value, last), offsetof(Storage, last), memglass::plain<decltype(Value::last)>},
    };
    static constexpr memglass::Record record{.name = "feed::Gateway", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 140, 144);
        memglass::Descriptor<::feed::Message>::clear_padding(bytes + offsetof(Value, last));
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 256 && alignof(Value) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, received) == 0 && offsetof(Value, ack) == 4 && offsetof(Value, raw) == 36 && offsetof(Value, frame) == 44 && offsetof(Value, frames) == 76 && offsetof(Value, last) == 144, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace memglass::generated {
inline constexpr const memglass::Record* records_7a6c2bcee1c75eba[]{
    &memglass::Descriptor<::feed::Message>::record,
    &memglass::Descriptor<::feed::Gateway>::record,
};
inline memglass::detail::TypeList types_7a6c2bcee1c75eba = memglass::detail::TypeList(records_7a6c2bcee1c75eba);
}
