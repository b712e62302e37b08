// Types as a generated header has them, by hand: the same as in types.rs.
#pragma once

#include <memglass/memglass.hpp>

struct Quote {
    std::int64_t bid_price;
    std::int64_t ask_price;
    std::uint32_t bid_size;
    std::uint32_t ask_size;
    std::uint64_t timestamp_ns;
};

struct Quote_Storage {
    using Value = Quote;

    memglass::Stored<std::int64_t> bid_price;
    memglass::Stored<std::int64_t> ask_price;
    memglass::Stored<std::uint32_t> bid_size;
    memglass::Stored<std::uint32_t> ask_size;
    memglass::Stored<std::uint64_t> timestamp_ns;

    void init(const Quote& value) {
        bid_price.init(value.bid_price);
        ask_price.init(value.ask_price);
        bid_size.init(value.bid_size);
        ask_size.init(value.ask_size);
        timestamp_ns.init(value.timestamp_ns);
    }
    void load_to(Quote& value) const {
        bid_price.load_to(value.bid_price);
        ask_price.load_to(value.ask_price);
        bid_size.load_to(value.bid_size);
        ask_size.load_to(value.ask_size);
        timestamp_ns.load_to(value.timestamp_ns);
    }
    operator Quote() const {
        Quote value{};
        load_to(value);
        return value;
    }
    Quote_Storage& operator=(const Quote& value) {
        init(value);
        return *this;
    }
};

template <> struct memglass::Descriptor<Quote> {
    using Value = Quote;
    using Storage = Quote_Storage;
    static constexpr memglass::Member members[] = {
        {"bid_price", offsetof(Value, bid_price), offsetof(Storage, bid_price), memglass::plain<decltype(Value::bid_price)>},
        {"ask_price", offsetof(Value, ask_price), offsetof(Storage, ask_price), memglass::plain<decltype(Value::ask_price)>},
        {"bid_size", offsetof(Value, bid_size), offsetof(Storage, bid_size), memglass::plain<decltype(Value::bid_size)>},
        {"ask_size", offsetof(Value, ask_size), offsetof(Storage, ask_size), memglass::plain<decltype(Value::ask_size)>},
        {"timestamp_ns", offsetof(Value, timestamp_ns), offsetof(Storage, timestamp_ns), memglass::plain<decltype(Value::timestamp_ns)>},
    };
    static constexpr memglass::Record record{.name = "Quote",
                                             .members = members,
                                             .value = {sizeof(Value), alignof(Value)},
                                             .storage = {sizeof(Storage), alignof(Storage)}};
};

enum class Side : std::int8_t { buy = 1, sell = -1 };

template <> struct memglass::Descriptor<Side> {
    static constexpr std::string_view name = "Side";
    static constexpr memglass::Variant variants[] = {{"buy", 1}, {"sell", -1}};
};

struct Position {
    std::uint32_t symbol_id;
    std::int64_t quantity;
    std::int64_t avg_price;
    Quote last_quote;
    char error_msg[256];
    Side side;
    std::int64_t levels[2][3];
    bool live;
    Quote best;
    char symbol[16];
    double ratio;
    std::uint8_t venue;
    memglass::Int128 total;
};

struct Position_Storage {
    using Value = Position;

    memglass::Stored<std::uint32_t> symbol_id;
    memglass::StoredAtomic<std::int64_t> quantity;
    memglass::Stored<std::int64_t> avg_price;
    memglass::Guarded<Quote> last_quote;
    memglass::Locked<char[256]> error_msg;
    memglass::Stored<Side> side;
    memglass::Stored<std::int64_t[2][3]> levels;
    memglass::Stored<bool> live;
    memglass::Stored<Quote> best;
    memglass::Stored<char[16]> symbol;
    memglass::Stored<double> ratio;
    memglass::Stored<std::uint8_t> venue;
    memglass::Guarded<memglass::Int128> total;

    void init(const Position& value) {
        symbol_id.init(value.symbol_id);
        quantity.init(value.quantity);
        avg_price.init(value.avg_price);
        last_quote.init(value.last_quote);
        error_msg.init(value.error_msg);
        side.init(value.side);
        levels.init(value.levels);
        live.init(value.live);
        best.init(value.best);
        symbol.init(value.symbol);
        ratio.init(value.ratio);
        venue.init(value.venue);
        total.init(value.total);
    }
    void load_to(Position& value) const {
        symbol_id.load_to(value.symbol_id);
        quantity.load_to(value.quantity);
        avg_price.load_to(value.avg_price);
        last_quote.load_to(value.last_quote);
        error_msg.load_to(value.error_msg);
        side.load_to(value.side);
        levels.load_to(value.levels);
        live.load_to(value.live);
        best.load_to(value.best);
        symbol.load_to(value.symbol);
        ratio.load_to(value.ratio);
        venue.load_to(value.venue);
        total.load_to(value.total);
    }
    operator Position() const {
        Position value{};
        load_to(value);
        return value;
    }
};

template <> struct memglass::Descriptor<Position> {
    using Value = Position;
    using Storage = Position_Storage;
    static constexpr memglass::Variant venue_names[] = {{"NYSE", 1}, {"NASDAQ", 2}};
    static constexpr memglass::Metadata symbol_id_metadata{.readonly = true};
    static constexpr memglass::Metadata quantity_metadata{.desc = "signed number of shares"};
    static constexpr memglass::Metadata avg_price_metadata{.min = 0, .max = 10'000'000, .unit = "ticks"};
    static constexpr memglass::Metadata symbol_metadata{.regex = "[A-Z]{1,5}"};
    static constexpr memglass::Metadata ratio_metadata{.min = -1.5, .step = 0.5, .format = "%.2f"};
    static constexpr memglass::Metadata venue_metadata{.names = venue_names};
    static constexpr memglass::Member members[] = {
        {"symbol_id", offsetof(Value, symbol_id), offsetof(Storage, symbol_id), memglass::plain<decltype(Value::symbol_id)>, &symbol_id_metadata},
        {"quantity", offsetof(Value, quantity), offsetof(Storage, quantity), memglass::atomic<decltype(Value::quantity)>, &quantity_metadata},
        {"avg_price", offsetof(Value, avg_price), offsetof(Storage, avg_price), memglass::plain<decltype(Value::avg_price)>, &avg_price_metadata},
        {"last_quote", offsetof(Value, last_quote), offsetof(Storage, last_quote), memglass::seqlock<decltype(Value::last_quote)>},
        {"error_msg", offsetof(Value, error_msg), offsetof(Storage, error_msg), memglass::locked<decltype(Value::error_msg)>},
        {"side", offsetof(Value, side), offsetof(Storage, side), memglass::plain<decltype(Value::side)>},
        {"levels", offsetof(Value, levels), offsetof(Storage, levels), memglass::plain<decltype(Value::levels)>},
        {"live", offsetof(Value, live), offsetof(Storage, live), memglass::plain<decltype(Value::live)>},
        {"best", offsetof(Value, best), offsetof(Storage, best), memglass::plain<decltype(Value::best)>},
        {"symbol", offsetof(Value, symbol), offsetof(Storage, symbol), memglass::plain<decltype(Value::symbol)>, &symbol_metadata},
        {"ratio", offsetof(Value, ratio), offsetof(Storage, ratio), memglass::plain<decltype(Value::ratio)>, &ratio_metadata},
        {"venue", offsetof(Value, venue), offsetof(Storage, venue), memglass::plain<decltype(Value::venue)>, &venue_metadata},
        {"total", offsetof(Value, total), offsetof(Storage, total), memglass::seqlock<decltype(Value::total)>},
    };
    static constexpr memglass::Record record{.name = "Position",
                                             .members = members,
                                             .value = {sizeof(Value), alignof(Value)},
                                             .storage = {sizeof(Storage), alignof(Storage)}};
    static void settle(unsigned char* bytes) { bytes[offsetof(Position, live)] = bytes[offsetof(Position, live)] != 0; }
};

// All parts of one have the same number, so that a torn one shows.
struct Even {
    std::uint64_t parts[7];
};

template <> struct memglass::Descriptor<Even> {
    using Value = Even;
    using Storage = memglass::Guarded<Even>;
    static constexpr memglass::Member members[] = {
        {"parts", offsetof(Value, parts), offsetof(Value, parts), memglass::plain<decltype(Value::parts)>},
    };
    static constexpr memglass::Record record{.name = "Even",
                                             .members = members,
                                             .value = {sizeof(Value), alignof(Value)},
                                             .storage = {sizeof(Storage), alignof(Storage)},
                                             .protection = MEMGLASS_PROTECTION_SEQLOCK};
};

inline Even even(std::uint64_t number) { return {{number, number, number, number, number, number, number}}; }
inline bool is_even(const Even& value) {
    return std::all_of(value.parts, value.parts + 7, [&](auto part) { return part == value.parts[0]; });
}
