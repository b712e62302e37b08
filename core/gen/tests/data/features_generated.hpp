// Made by memglass-gen. Changes are lost when it is run again.
#pragma once
#include "features.hpp"
#include <memglass/memglass.hpp>
#include <cstddef>

namespace trading {
struct Quote_Storage {
    using Value = ::trading::Quote;
    memglass::Stored<decltype(Value::bid_price)> bid_price;
    memglass::Stored<decltype(Value::ask_price)> ask_price;
    void init(const Value& value) {
        bid_price.init(value.bid_price);
        ask_price.init(value.ask_price);
    }
    void load_to(Value& value) const {
        bid_price.load_to(value.bid_price);
        ask_price.load_to(value.ask_price);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
    Quote_Storage& operator=(const Value& value) {
        init(value);
        return *this;
    }
};
}

template <>
struct memglass::Descriptor<::trading::Quote> {
    using Value = ::trading::Quote;
    using Storage = ::trading::Quote_Storage;
    static constexpr memglass::Metadata bid_price_metadata{.unit = "ticks"};
    static constexpr memglass::Metadata ask_price_metadata{.unit = "ticks"};
    static constexpr memglass::Member members[]{
        {"bid_price", offsetof(Value, bid_price), offsetof(Storage, bid_price), memglass::plain<decltype(Value::bid_price)>, &bid_price_metadata},
        {"ask_price", offsetof(Value, ask_price), offsetof(Storage, ask_price), memglass::plain<decltype(Value::ask_price)>, &ask_price_metadata},
    };
    static constexpr memglass::Record record{.name = "trading::Quote", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 16 && alignof(Value) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, bid_price) == 0 && offsetof(Value, ask_price) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
};

template <>
struct memglass::Descriptor<::trading::Side> {
    static constexpr std::string_view name = "trading::Side";
    static constexpr memglass::Variant variants[]{{"buy", 1}, {"sell", -1}};
    static_assert(sizeof(::trading::Side) == 1, "memglass-gen read another layout: run it again, with libclang if this stays");
};

template <>
struct memglass::Descriptor<::trading::Options> {
    static constexpr std::string_view name = "trading::Options";
    static constexpr memglass::Variant flags[]{{"ioc", 1}, {"fok", 2}, {"post_only", 4}};
    static_assert(sizeof(::trading::Options) == 1, "memglass-gen read another layout: run it again, with libclang if this stays");
};

template <>
struct memglass::Descriptor<::trading::Depth> {
    using Value = ::trading::Depth;
    using Storage = memglass::Guarded<Value>;
    static constexpr memglass::Member members[]{
        {"price", offsetof(Value, price), offsetof(Value, price), memglass::plain<decltype(Value::price)>},
        {"lots", offsetof(Value, lots), offsetof(Value, lots), memglass::plain<decltype(Value::lots)>},
    };
    static constexpr memglass::Record record{.name = "trading::Depth", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}, .protection = MEMGLASS_PROTECTION_SEQLOCK};
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 12, 16);
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 16 && alignof(Value) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, price) == 0 && offsetof(Value, lots) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
};

template <>
struct memglass::Descriptor<::trading::Extra> {
    using Value = ::trading::Extra;
    using Storage = memglass::PlainUnion<Value>;
    static constexpr memglass::Member members[]{
        {"number", offsetof(Value, number), offsetof(Value, number), memglass::plain<decltype(Value::number)>},
        {"real", offsetof(Value, real), offsetof(Value, real), memglass::plain<decltype(Value::real)>},
    };
    static constexpr memglass::Record record{.name = "trading::Extra", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}, .is_union = true};
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 8 && alignof(Value) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, number) == 0 && offsetof(Value, real) == 0, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace trading {
struct Position_Storage {
    using Value = ::trading::Position;
    memglass::Stored<decltype(Value::symbol_id)> symbol_id;
    memglass::StoredAtomic<decltype(Value::quantity)> quantity;
    memglass::Stored<decltype(Value::avg_price)> avg_price;
    memglass::Guarded<decltype(Value::last_quote)> last_quote;
    memglass::Locked<decltype(Value::error_msg)> error_msg;
    memglass::Stored<decltype(Value::side)> side;
    memglass::Stored<decltype(Value::options)> options;
    memglass::Stored<decltype(Value::levels)> levels;
    memglass::Stored<decltype(Value::history)> history;
    memglass::Stored<decltype(Value::weights)> weights;
    memglass::Stored<decltype(Value::live)> live;
    memglass::StoredAtomic<decltype(Value::counts)> counts;
    memglass::Stored<decltype(Value::ratio)> ratio;
    memglass::Stored<decltype(Value::symbol)> symbol;
    memglass::Stored<decltype(Value::status)> status;
    memglass::Stored<decltype(Value::bits)> bits;
    memglass::Stored<decltype(Value::depth)> depth;
    memglass::Stored<decltype(Value::extra)> extra;
    memglass::Stored<decltype(Value::best)> best;
    void init(const Value& value) {
        symbol_id.init(value.symbol_id);
        quantity.init(value.quantity);
        avg_price.init(value.avg_price);
        last_quote.init(value.last_quote);
        error_msg.init(value.error_msg);
        side.init(value.side);
        options.init(value.options);
        levels.init(value.levels);
        history.init(value.history);
        weights.init(value.weights);
        live.init(value.live);
        counts.init(value.counts);
        ratio.init(value.ratio);
        symbol.init(value.symbol);
        status.init(value.status);
        bits.init(value.bits);
        depth.init(value.depth);
        extra.init(value.extra);
        best.init(value.best);
    }
    void load_to(Value& value) const {
        symbol_id.load_to(value.symbol_id);
        quantity.load_to(value.quantity);
        avg_price.load_to(value.avg_price);
        last_quote.load_to(value.last_quote);
        error_msg.load_to(value.error_msg);
        side.load_to(value.side);
        options.load_to(value.options);
        levels.load_to(value.levels);
        history.load_to(value.history);
        weights.load_to(value.weights);
        live.load_to(value.live);
        counts.load_to(value.counts);
        ratio.load_to(value.ratio);
        symbol.load_to(value.symbol);
        status.load_to(value.status);
        bits.load_to(value.bits);
        depth.load_to(value.depth);
        extra.load_to(value.extra);
        best.load_to(value.best);
    }
    operator Value() const {
        Value value{};
        load_to(value);
        return value;
    }
};
}

template <>
struct memglass::Descriptor<::trading::Position> {
    using Value = ::trading::Position;
    using Storage = ::trading::Position_Storage;
    static constexpr memglass::Metadata quantity_metadata{.step = 5, .desc = "signed number \"of\" shares"};
    static constexpr memglass::Metadata avg_price_metadata{.min = 0, .max = 10000000, .format = "%'d"};
    static constexpr memglass::Metadata side_metadata{.readonly = true};
    static constexpr memglass::Metadata ratio_metadata{.min = -0.5, .max = 1.0};
    static constexpr memglass::Metadata symbol_metadata{.regex = "[A-Z]{1,5}"};
    static constexpr memglass::Variant status_names[]{{"PENDING", 0}, {"OPEN", 1}, {"GONE", -1}};
    static constexpr memglass::Metadata status_metadata{.names = status_names};
    static constexpr memglass::Variant bits_flags[]{{"IOC", 1}, {"FOK", 2}};
    static constexpr memglass::Metadata bits_metadata{.flags = bits_flags};
    static constexpr memglass::Member members[]{
        {"symbol_id", offsetof(Value, symbol_id), offsetof(Storage, symbol_id), memglass::plain<decltype(Value::symbol_id)>},
        {"quantity", offsetof(Value, quantity), offsetof(Storage, quantity), memglass::atomic<decltype(Value::quantity)>, &quantity_metadata},
        {"avg_price", offsetof(Value, avg_price), offsetof(Storage, avg_price), memglass::plain<decltype(Value::avg_price)>, &avg_price_metadata},
        {"last_quote", offsetof(Value, last_quote), offsetof(Storage, last_quote), memglass::seqlock<decltype(Value::last_quote)>},
        {"error_msg", offsetof(Value, error_msg), offsetof(Storage, error_msg), memglass::locked<decltype(Value::error_msg)>},
        {"side", offsetof(Value, side), offsetof(Storage, side), memglass::plain<decltype(Value::side)>, &side_metadata},
        {"options", offsetof(Value, options), offsetof(Storage, options), memglass::plain<decltype(Value::options)>},
        {"levels", offsetof(Value, levels), offsetof(Storage, levels), memglass::plain<decltype(Value::levels)>},
        {"history", offsetof(Value, history), offsetof(Storage, history), memglass::plain<decltype(Value::history)>},
        {"weights", offsetof(Value, weights), offsetof(Storage, weights), memglass::plain<decltype(Value::weights)>},
        {"live", offsetof(Value, live), offsetof(Storage, live), memglass::plain<decltype(Value::live)>},
        {"counts", offsetof(Value, counts), offsetof(Storage, counts), memglass::atomic<decltype(Value::counts)>},
        {"ratio", offsetof(Value, ratio), offsetof(Storage, ratio), memglass::plain<decltype(Value::ratio)>, &ratio_metadata},
        {"symbol", offsetof(Value, symbol), offsetof(Storage, symbol), memglass::plain<decltype(Value::symbol)>, &symbol_metadata},
        {"status", offsetof(Value, status), offsetof(Storage, status), memglass::plain<decltype(Value::status)>, &status_metadata},
        {"bits", offsetof(Value, bits), offsetof(Storage, bits), memglass::plain<decltype(Value::bits)>, &bits_metadata},
        {"depth", offsetof(Value, depth), offsetof(Storage, depth), memglass::plain<decltype(Value::depth)>},
        {"extra", offsetof(Value, extra), offsetof(Storage, extra), memglass::plain<decltype(Value::extra)>},
        {"best", offsetof(Value, best), offsetof(Storage, best), memglass::plain<decltype(Value::best)>},
    };
    static constexpr memglass::Record record{.name = "trading::Position", .members = members, .value = {sizeof(Value), alignof(Value)}, .storage = {sizeof(Storage), alignof(Storage)}};
    static void settle(unsigned char* bytes) {
        bytes[offsetof(Value, live)] = bytes[offsetof(Value, live)] != 0;
    }
    static constexpr void clear_padding(unsigned char* bytes) {
        memglass::clear(bytes, 4, 8);
        memglass::clear(bytes, 298, 304);
        memglass::clear(bytes, 397, 400);
        memglass::clear(bytes, 457, 460);
        memglass::Descriptor<::trading::Depth>::clear_padding(bytes + offsetof(Value, depth));
    }
    static_assert(__is_standard_layout(Value) && __is_trivially_copyable(Value), "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(sizeof(Value) == 496 && alignof(Value) == 8, "memglass-gen read another layout: run it again, with libclang if this stays");
    static_assert(offsetof(Value, symbol_id) == 0 && offsetof(Value, quantity) == 8 && offsetof(Value, avg_price) == 16 && offsetof(Value, last_quote) == 24 && offsetof(Value, error_msg) == 40 && offsetof(Value, side) == 296 && offsetof(Value, options) == 297 && offsetof(Value, levels) == 304 && offsetof(Value, history) == 352 && offsetof(Value, weights) == 384 && offsetof(Value, live) == 396 && offsetof(Value, counts) == 400 && offsetof(Value, ratio) == 432 && offsetof(Value, symbol) == 440 && offsetof(Value, status) == 456 && offsetof(Value, bits) == 460 && offsetof(Value, depth) == 464 && offsetof(Value, extra) == 480 && offsetof(Value, best) == 488, "memglass-gen read another layout: run it again, with libclang if this stays");
};

namespace memglass::generated {
inline constexpr const memglass::Record* records_ff8e388e2d56ec40[]{
    &memglass::Descriptor<::trading::Quote>::record,
    &memglass::Descriptor<::trading::Position>::record,
};
inline memglass::detail::TypeList types_ff8e388e2d56ec40 = memglass::detail::TypeList(records_ff8e388e2d56ec40);
}
