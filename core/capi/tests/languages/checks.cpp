// What the headers promise, in one process. Prints the line of what is not so, and fails.
#include "types_generated.hpp"

#include <memglass/observer.hpp>

#include <cstring>
#include <iostream>
#include <limits>
#include <sstream>
#include <thread>

#define CHECK(condition)                                                   \
    do {                                                                   \
        if (!(condition)) {                                                \
            std::cerr << __FILE__ << ":" << __LINE__ << ": " #condition "\n"; \
            std::exit(1);                                                  \
        }                                                                  \
    } while (false)

namespace {

/// What a call throws; OK if nothing.
template <class F> memglass_status thrown(F&& call) {
    try {
        call();
        return MEMGLASS_STATUS_OK;
    } catch (const memglass::Error& error) {
        CHECK(std::strlen(error.what()) > 8);
        return error.status();
    }
}

/// A T in shared memory of this process alone: zeros.
template <class S> struct Cell {
    alignas(S) unsigned char bytes[sizeof(S)] = {};
    S& operator*() { return *reinterpret_cast<S*>(bytes); }
    S* operator->() { return reinterpret_cast<S*>(bytes); }
};

void numbers_read_as_they_were_written() {
    Cell<memglass::Plain<std::int16_t>> plain;
    *plain = -5;
    CHECK(*plain == -5);
    *plain += 3;
    ++*plain;
    CHECK((*plain)++ == -1 && plain->get() == 0);
    *plain = (std::numeric_limits<std::int16_t>::min)();
    CHECK(*plain == -32768);

    Cell<memglass::Plain<bool>> truth;
    *truth = true;
    CHECK(*truth);
    truth.bytes[0] = 7;
    CHECK(truth->get() == true);

    Cell<memglass::Plain<memglass::Int128>> wide;
    *wide = -(memglass::Int128{1} << 100);
    CHECK(*wide == -(memglass::Int128{1} << 100));

    Cell<memglass::Atomic<std::int8_t>> atomic;
    *atomic = 127;
    CHECK(atomic->fetch_add(1) == 127 && *atomic == -128);
    CHECK(atomic->fetch_sub(1) == -128 && (*atomic += 2) == -127);
    std::int8_t expected = 3;
    CHECK(!atomic->compare_exchange(expected, 4) && expected == -127);
    CHECK(atomic->compare_exchange(expected, 4) && atomic->exchange(9) == 4);
    CHECK(atomic->fetch_update([](std::int8_t value) { return static_cast<std::int8_t>(value * 2); }) == 9);
    CHECK(atomic->load(std::memory_order_relaxed) == 18);
    Cell<memglass::Atomic<bool>> flag;
    flag.bytes[0] = 2;
    CHECK(flag->fetch_update([](bool value) { return !value; }) == true && !*flag);
    Cell<memglass::Atomic<std::int32_t>> count;
    *count = (std::numeric_limits<std::int32_t>::max)();
    CHECK(++*count == (std::numeric_limits<std::int32_t>::min)());
    Cell<memglass::Atomic<double>> real;
    *real = 1.5;
    CHECK(real->load() == 1.5);

    Cell<memglass::Stored<Side>> side;
    *side = Side::sell;
    CHECK(*side == Side::sell);
}

void floating_point_numbers_add_up() {
    Cell<memglass::Atomic<double>> sum;
    *sum = 1.5;
    CHECK((*sum += 2) == 3.5 && (*sum -= 0.5) == 3.0 && sum->fetch_add(1) == 3.0 && sum->load() == 4.0);
}

void bitfields_share_an_integer() {
    Cell<memglass::Atomic<std::uint16_t>> unit;
    memglass::BitField<int, 3, 4, std::uint16_t> low(*unit);
    memglass::BitField<unsigned, 7, 9, std::uint16_t> high(*unit);
    low = -8;
    high = 300;
    CHECK(low == -8 && high == 300u);
    low = 7;
    CHECK(low == 7 && high == 300u && unit->load() == (300u << 7 | 7u << 3));
    CHECK((high += 5) == 305u && (high -= 6) == 299u && ++high == 300u && --high == 299u);
    CHECK((high |= 4u) == 303u && (high &= ~1u) == 302u && (high ^= 3u) == 301u && low == 7);
    // Bits beyond the width are dropped.
    CHECK(++low == -8 && (low -= 1) == 7 && high == 301u);
    CHECK((low += (std::numeric_limits<int>::max)()) == 6);
}

void texts_end_where_they_end() {
    Cell<memglass::PlainText<4>> text;
    *text = "abcd";
    CHECK(text->get() == "abcd");
    *text = "x";
    CHECK(text->get() == "x");
    CHECK(thrown([&] { *text = "abcde"; }) == MEMGLASS_STATUS_BAD_SIZE);
    CHECK(thrown([&] { *text = std::string_view("a\0b", 3); }) == MEMGLASS_STATUS_BAD_ARGUMENT);
    CHECK(text->get() == "x");
    std::string name = "yz";
    *text = name;
    CHECK(text->get() == "yz" && *text == name && *text != "y" && "yz" == *text);
    CHECK(thrown([&] { *text = std::string(5, 'a'); }) == MEMGLASS_STATUS_BAD_SIZE);
    Cell<memglass::Locked<memglass::Text<4>>> locked;
    *locked = name;
    locked->update([&](auto& value) { value = name + "!"; });
    CHECK(locked->read() == "yz!");
}

void a_guarded_value_is_whole_and_held_by_one() {
    Cell<memglass::Guarded<Quote>> cell;
    cell->write({.bid_price = 1, .ask_price = 2, .bid_size = 3, .ask_size = 4, .timestamp_ns = 5});
    CHECK(cell->read().timestamp_ns == 5 && cell->sequence() == 1);
    CHECK(cell->try_read()->ask_size == 4);
    {
        auto writer = cell->writer();
        writer.write({.bid_price = 9, .ask_price = 0, .bid_size = 0, .ask_size = 0, .timestamp_ns = 0});
        CHECK(writer.read().bid_price == 9 && cell->read().bid_price == 9);
        CHECK(!cell->try_write({}));
        CHECK(thrown([&] { cell->write({}); }) == MEMGLASS_STATUS_BUSY);
        auto moved = std::move(writer);
        moved.write(moved.read());
    }
    CHECK(cell->try_write({}) && cell->sequence() == 4);

    Cell<memglass::Guarded<std::array<char, 3>>> odd;
    odd->write({'a', 'b', 'c'});
    CHECK(odd->read()[2] == 'c');
    static_assert(sizeof(*odd) == 24 && sizeof(*cell) == 8 + 2 * 32);
}

void an_update_is_all_or_nothing() {
    Cell<memglass::Locked<char[32]>> cell;
    cell->write("timeout");
    cell->update([](char* bytes) { std::strcat(bytes, " (retry)"); });
    cell->update([](auto& text) { text += "!"; });
    CHECK(cell->read() == "timeout (retry)!");
    CHECK(cell->update([](auto& text) { return text.size(); }) == 16);
    auto sequence = cell->sequence();
    CHECK(thrown([&] { cell->update([](auto& text) { text += "0123456789abcdefg"; }); }) == MEMGLASS_STATUS_BAD_SIZE);
    CHECK(cell->read() == "timeout (retry)!" && cell->sequence() == sequence);
    cell->write("free again");
}

/// Checks that the bytes of a value at `place` which belong to no member are zero.
void check_gaps(const unsigned char* place) {
    Gappy bits;
    std::memset(static_cast<void*>(&bits), 0, sizeof(bits));
    bits.first = bits.last = bits.gaps[0].kind = bits.gaps[1].kind = 0xff;
    std::memset(&bits.price, 0xff, sizeof(bits.price));
    bits.low = 7;
    bits.high = 511;
    bits.gaps[0].number = bits.gaps[1].number = 0xffff'ffff;
    std::memset(&bits.either, 0, sizeof(bits.either));
    bits.either.gap = {0xff, 0xffff'ffff};
    bits.either.few = 0xffff;
    unsigned char members[sizeof(bits)];
    std::memcpy(members, &bits, sizeof(bits));
    for (std::size_t index = 0; index < sizeof(bits); ++index) {
        CHECK((place[index] & ~members[index]) == 0);
    }
}

void what_belongs_to_no_member_stays_out_of_shared_memory(memglass::Session& session) {
    alignas(Gappy) unsigned char dirty[sizeof(Gappy)];
    std::memset(dirty, 0xee, sizeof(dirty));
    const Gappy& value = *new (dirty) Gappy;
    Cell<memglass::Locked<Gappy>> cell;
    const unsigned char *even = cell.bytes + 8, *odd = even + (sizeof(Gappy) + 7) / 8 * 8;
    cell->write(value);
    check_gaps(odd);
    cell->writer().write(value);
    check_gaps(even);
    cell->update([&](Gappy& gappy) { std::memcpy(static_cast<void*>(&gappy), dirty, sizeof(dirty)); });
    check_gaps(odd);
    CHECK(cell->read().gaps[1].number == 0xeeee'eeee && cell->read().high == value.high);

    auto* stored = session.create<Gappy>("gappy", value);
    check_gaps(reinterpret_cast<const unsigned char*>(stored) + 8);
    session.destroy(stored);
    Cell<memglass::PlainUnion<Either>> either;
    *either = value.either;
    CHECK(either.bytes[3] == 0 && either.bytes[7] == 0xee);
    Cell<memglass::Guarded<Gap[3]>> gaps;
    std::array<Gap, 3> three;
    std::memset(static_cast<void*>(&three), 0xee, sizeof(three));
    gaps->write(three);
    for (std::size_t index = 0; index < sizeof(three); ++index) {
        CHECK(gaps.bytes[8 + sizeof(three) + index] == (index % 8 == 0 || index % 8 >= 4 ? 0xee : 0));
    }
}

void an_allocator_works_on_when_its_session_moves(const std::string& name) {
    memglass::Session first(name + "_moving"), second(name + "_other");
    std::vector<int, memglass::Allocator<int>> numbers(3, memglass::Allocator<int>(first));
    second = std::move(first);
    numbers.resize(1000);
    CHECK(numbers.get_allocator() == memglass::Allocator<int>(second));
}

void functions_get_values_as_aligned_as_their_types(memglass::Session& session, const std::string& name) {
    auto* line = session.create<Line>("line");
    memglass::Observer observer(name, memglass::Access::write);
    CHECK(observer.connect());
    const auto& [schema, type] = memglass::detail::Described<Line>::get();
    auto view = observer["line"];
    auto number = [](void* context, void* value) {
        ++*static_cast<int*>(context);
        CHECK(reinterpret_cast<std::uintptr_t>(value) % alignof(Line) == 0);
        ++static_cast<Line*>(value)->numbers[7];
        return true;
    };
    int calls = 0;
    // The memory of one call is not yet given back during the next: by luck they are not all aligned.
    std::vector<std::unique_ptr<char[]>> others;
    for (std::size_t turn = 0; turn < 20; ++turn) {
        CHECK(memglass_field_update_as(view.handle(), schema.handle(), type.number, number, &calls) == MEMGLASS_STATUS_OK);
        CHECK(memglass_guarded_update(line, sizeof(Line), number, &calls) == MEMGLASS_STATUS_OK);
        others.push_back(std::make_unique<char[]>(24 + 16 * turn));
    }
    CHECK(calls == 40 && line->read().numbers[7] == 40);
    session.destroy(line);
}

void a_change_that_throws_is_none(memglass::Session& session, const std::string& name) {
    auto* locked = session.create<Line>("line");
    auto* position = session.create<Position>("unchanged");
    memglass::Observer observer(name, memglass::Access::write);
    CHECK(observer.connect());
    auto view = observer["line"];
    auto change = [](Line& line) {
        line.numbers[0] = 7;
        throw std::runtime_error("no");
    };
    try {
        view.update<Line>(change);
        CHECK(false);
    } catch (const std::runtime_error& error) {
        CHECK(std::strcmp(error.what(), "no") == 0);
    }
    CHECK(locked->sequence() == 0 && locked->read().numbers[0] == 0);
    auto text = observer["unchanged"]["error_msg"];
    try {
        text.update([](std::string& value) {
            value = "changed";
            throw std::runtime_error("no");
        });
        CHECK(false);
    } catch (const std::runtime_error&) {
    }
    CHECK(text.sequence() == 0 && position->error_msg.read().empty());
    auto refuse = [](void*, void*) { return false; };
    CHECK(memglass_guarded_update(locked, sizeof(Line), refuse, nullptr) == MEMGLASS_STATUS_CALLED_OFF);
    CHECK(locked->sequence() == 0);
    session.destroy(position);
    session.destroy(locked);
}

void numbers_of_128_bits_keep_their_sign(memglass::Session& session, const std::string& name) {
    auto* wide = session.create<Wide>("wide");
    memglass::Observer observer(name, memglass::Access::write);
    CHECK(observer.connect());
    auto view = observer["wide"]["number"];
    CHECK(thrown([&] { view = -1; }) == MEMGLASS_STATUS_REFUSED);
    CHECK(wide->number == 0);
    view = ~memglass::UInt128{0};
    CHECK(wide->number == ~memglass::UInt128{0} && view.as<memglass::UInt128>() == ~memglass::UInt128{0});
    view = 5;
    CHECK(wide->number == 5);
    CHECK(thrown([&] { view += ~memglass::UInt128{0}; }) == MEMGLASS_STATUS_REFUSED);
    CHECK(wide->number == 5);
    session.destroy(wide);
}

void no_read_is_torn_by_threads() {
    Cell<memglass::Guarded<Even>> cell;
    std::atomic<bool> done = false;
    auto write = [&](std::uint64_t first) {
        for (std::uint64_t number = first; number < 30'000; number += 2) {
            cell->write(even(number));
        }
    };
    std::thread one(write, 0), other(write, 1);
    std::thread reader([&] {
        while (!done) {
            if (auto value = cell->try_read()) {
                CHECK(is_even(*value));
            }
        }
    });
    one.join();
    other.join();
    done = true;
    reader.join();
    CHECK(cell->sequence() == 30'000 && is_even(cell->read()));
}

void no_addition_is_lost(memglass::Session& session) {
    auto* count = session.create<std::uint64_t>("count");
    static_assert(std::is_same_v<decltype(count), memglass::Plain<std::uint64_t>*>);
    auto* position = session.create<Position>("counted");
    auto add = [&] {
        for (int turn = 0; turn < 10'000; ++turn) {
            ++position->quantity;
        }
    };
    std::thread one(add), other(add);
    one.join();
    other.join();
    CHECK(position->quantity == 20'000);
    session.destroy(position);
    session.destroy(count);
}

void objects_live_until_they_are_destroyed(memglass::Session& session) {
    Position value = {.symbol_id = 7,
                      .quantity = -3,
                      .avg_price = 15025,
                      .last_quote = {1, 2, 3, 4, 5},
                      .error_msg = "none",
                      .side = Side::sell,
                      .levels = {{1, 2, 3}, {4, 5, 6}},
                      .live = true,
                      .best = {6, 7, 8, 9, 10},
                      .symbol = "AAPL",
                      .ratio = 0.5,
                      .venue = 2,
                      .total = -5};
    auto before = session.object_count();
    auto* position = session.create<Position>("AAPL_position", value);
    Position back = *position;
    CHECK(back.symbol_id == 7 && back.quantity == -3 && back.last_quote.timestamp_ns == 5 && back.levels[1][2] == 6);
    CHECK(back.live && back.best.ask_size == 9 && std::string(back.symbol) == "AAPL" && back.total == -5);
    CHECK(position->levels[1][2] == 6 && position->error_msg.read() == "none");
    position->best = Quote{.bid_price = 1, .ask_price = 1, .bid_size = 1, .ask_size = 1, .timestamp_ns = 1};
    position->last_quote = position->best;
    CHECK(position->last_quote.read().bid_size == 1);

    CHECK(thrown([&] { session.create<Quote>("AAPL_position"); }) == MEMGLASS_STATUS_BAD_LABEL);
    CHECK(thrown([&] { session.create<Quote>(""); }) == MEMGLASS_STATUS_BAD_LABEL);
    CHECK(thrown([&] { session.create<Quote>("\xff\xfe"); }) == MEMGLASS_STATUS_NOT_UTF8);

    auto* quotes = session.create_array<Quote>("AAPL_quotes", 10, Quote{.bid_price = 3, .ask_price = 4, .bid_size = 0, .ask_size = 0, .timestamp_ns = 0});
    CHECK(quotes[9].ask_price == 4);
    CHECK(thrown([&] { session.create_array<Quote>("none", 0); }) == MEMGLASS_STATUS_BAD_SIZE);

    void* memory = session.allocate(sizeof(Quote_Storage), alignof(Quote_Storage));
    auto* manual = new (memory) Quote_Storage{};
    session.register_object(manual, "manual");
    CHECK(thrown([&] { session.register_object(manual, "again"); }) == MEMGLASS_STATUS_BAD_MEMORY);
    CHECK(thrown([&] { session.free(manual); }) == MEMGLASS_STATUS_BAD_MEMORY);
    CHECK(session.object_count() == before + 3);
    for (void* object : {static_cast<void*>(position), static_cast<void*>(quotes), static_cast<void*>(manual)}) {
        session.destroy(object);
        CHECK(thrown([&] { session.destroy(object); }) == MEMGLASS_STATUS_BAD_MEMORY);
    }
    CHECK(session.object_count() == before);
    int local = 0;
    CHECK(thrown([&] { session.destroy(&local); }) == MEMGLASS_STATUS_BAD_MEMORY);
    CHECK(thrown([&] { session.destroy(nullptr); }) == MEMGLASS_STATUS_NULL_POINTER);

    std::vector<int, memglass::Allocator<int>> numbers{memglass::Allocator<int>(session)};
    for (int number = 0; number < 1000; ++number) {
        numbers.push_back(number);
    }
    CHECK(numbers[999] == 999);
}

void memory_stays_constant_while_objects_come_and_go(memglass::Session& session) {
    auto before = session.memory_bytes();
    for (int turn = 0; turn < 20'000; ++turn) {
        session.destroy(session.create<Position>("passing"));
    }
    CHECK(session.memory_bytes() <= before + (4 << 20));
}

void an_observer_reads_and_writes(memglass::Session& session, const std::string& name) {
    auto* position = session.create<Position>("AAPL_position", Position{.symbol_id = 7, .quantity = 3, .avg_price = 1, .last_quote = {1, 2, 3, 4, 5}, .error_msg = "hello", .side = Side::sell, .levels = {{1, 2, 3}, {4, 5, 6}}, .live = true, .best = {}, .symbol = "AAPL", .ratio = 0.5, .venue = 1, .total = 0});
    memglass::Observer observer(name, memglass::Access::write);
    CHECK(thrown([&] { observer.refresh(); }) == MEMGLASS_STATUS_NO_SESSION);
    CHECK(observer.connect());
    CHECK(!memglass::Observer("no_such_session").connect());
    CHECK(observer.producer_pid() != 0 && observer.producer() == memglass::Presence::alive);
    CHECK(observer.session().name == name);

    auto view = observer.find("AAPL_position");
    CHECK(view && !observer.find("MSFT_position"));
    CHECK(thrown([&] { observer["MSFT_position"]; }) == MEMGLASS_STATUS_NO_SUCH_OBJECT);
    std::int64_t quantity = view["quantity"];
    std::string text = view["error_msg"];
    Side side = view["side"];
    bool live = view["live"];
    double ratio = view["ratio"];
    CHECK(quantity == 3 && text == "hello" && side == Side::sell && live && ratio == 0.5);
    CHECK(view["side"].as<std::string>() == "sell" && view["symbol"].as<memglass::Text<16>>() == "AAPL");
    CHECK(view["levels"][1][2].as<int>() == 6 && (view["levels"].as<std::array<std::array<std::int64_t, 3>, 2>>()[1][0] == 4));
    CHECK(view["last_quote"]["bid_price"].as<int>() == 1 && view["last_quote.ask_price"].as<int>() == 2);
    CHECK(view["last_quote"].try_get<Quote>()->bid_size == 3 && view.as<Position>().last_quote.ask_size == 4);
    std::ostringstream out;
    out << view["quantity"] << ' ' << view["last_quote"];
    CHECK(out.str() == "3 {bid_price: 1, ask_price: 2, bid_size: 3, ask_size: 4, timestamp_ns: 5}");

    view["quantity"] = 500;
    view["side"] = Side::buy;
    view["live"] = false;
    view["ratio"] = 1.5;
    view["symbol"] = "MSFT";
    view["levels"][0][1] = 77;
    view["last_quote.ask_price"] = 20;
    view["last_quote"]["bid_price"] += 9;
    view["avg_price"] -= 1;
    CHECK(position->quantity == 500 && position->side == Side::buy && !position->live && position->ratio == 1.5);
    CHECK(position->symbol.get() == "MSFT" && position->levels[0][1] == 77 && position->avg_price == 0);
    CHECK(position->last_quote.read().ask_price == 20 && position->last_quote.read().bid_price == 10);
    view["last_quote"] = Quote{.bid_price = 5, .ask_price = 6, .bid_size = 7, .ask_size = 8, .timestamp_ns = 9};
    CHECK(position->last_quote.read().timestamp_ns == 9 && view["last_quote"].sequence() == 3);
    view["error_msg"].update([](char* bytes) { std::strcat(bytes, " (retry)"); });
    view["error_msg"].update([](std::string& message) { message += "!"; });
    view["last_quote"].update<Quote>([](Quote& quote) { quote.bid_size += 1; });
    CHECK(position->error_msg.read() == "hello (retry)!" && position->last_quote.read().bid_size == 8);
    auto refuse = [](std::string& message) { message.assign(300, 'x'); };
    CHECK(thrown([&] { view["error_msg"].update(refuse); }) == MEMGLASS_STATUS_REFUSED);

    // A missing field is an error, never a zero; nor is anything else that does not fit.
    CHECK(thrown([&] { view["quantty"].as<int>(); }) == MEMGLASS_STATUS_NO_SUCH_FIELD);
    CHECK(thrown([&] { view["levels"][2]; }) == MEMGLASS_STATUS_NO_SUCH_FIELD);
    CHECK(thrown([&] { view["levels"][-1]; }) == MEMGLASS_STATUS_NO_SUCH_FIELD);
    CHECK(thrown([&] { view["[["]; }) == MEMGLASS_STATUS_BAD_PATH);
    CHECK(thrown([&] { view["quantity"].as<std::int8_t>(); }) == MEMGLASS_STATUS_TYPE_MISMATCH);
    CHECK(thrown([&] { view["error_msg"].as<int>(); }) == MEMGLASS_STATUS_TYPE_MISMATCH);
    CHECK(thrown([&] { view["last_quote"].as<Position>(); }) == MEMGLASS_STATUS_TYPE_MISMATCH);
    CHECK(thrown([&] { view["avg_price"] = -1; }) == MEMGLASS_STATUS_REFUSED);
    CHECK(thrown([&] { view["symbol_id"] = 8; }) == MEMGLASS_STATUS_READONLY_FIELD);
    view["symbol_id"].force() = 8;
    CHECK(position->symbol_id == 8);
    memglass::View forced = view["symbol_id"].force();
    memglass::View copied = forced;
    memglass::View moved = std::move(forced);
    copied = 9;
    CHECK(position->symbol_id == 9);
    moved = 8;
    CHECK(position->symbol_id == 8);
    // So are the parts of a view, and a view that is none yet becomes the one that it gets.
    view.force()["symbol_id"] = 9;
    CHECK(position->symbol_id == 9 && view.unsafe()["levels"][0][1].as<int>() == 77);
    memglass::View later;
    later = view["quantity"];
    CHECK(later.as<int>() == 500 && later);
    CHECK(thrown([&] { later = observer.find("MSFT_position"); }) == MEMGLASS_STATUS_BAD_ARGUMENT);
    position->ratio = 1e300;
    position->total = memglass::Int128{-1};
    CHECK(thrown([&] { view["ratio"].as<float>(); }) == MEMGLASS_STATUS_TYPE_MISMATCH);
    CHECK(thrown([&] { view["total"].as<memglass::UInt128>(); }) == MEMGLASS_STATUS_TYPE_MISMATCH);
    CHECK(view["ratio"].as<double>() == 1e300 && view["total"].as<memglass::Int128>() == -1);
    position->ratio = std::numeric_limits<double>::infinity();
    CHECK(__builtin_isinf(view["ratio"].as<float>()));
    position->ratio = 1.5;
    CHECK(view["quantity"].atomic().as<int>() == 500);
    // Numbers compare by value, whatever their types, and texts as texts.
    memglass::View shares = view["quantity"];
    CHECK(shares == 500 && 500 == shares && shares != 501 && shares > -1 && shares < 500.5 && shares >= 500u);
    position->quantity = std::int64_t{1} << 40 | 500;
    CHECK(shares != 500 && shares > 500);
    position->quantity = 500;
    CHECK(view["ratio"] == 1.5 && view["ratio"] > 1 && 2 > view["ratio"]);
    position->error_msg.write({"late"});
    CHECK(view["error_msg"] == "late" && view["error_msg"] != std::string("early"));
    text = view["error_msg"];
    CHECK(text == "late");
    CHECK(thrown([&] { (void)(view["error_msg"] == 1); }) == MEMGLASS_STATUS_TYPE_MISMATCH);
    CHECK(thrown([&] { view["best"].atomic(); }) == MEMGLASS_STATUS_NOT_GUARDED);
    CHECK(view["quantity"].unsafe().as<int>() == 500);
    memglass::Observer reader(name);
    CHECK(reader.connect());
    CHECK(thrown([&] { reader["AAPL_position"]["quantity"] = 1; }) == MEMGLASS_STATUS_READONLY_SESSION);
    CHECK(thrown([&] { memglass::View().as<int>(); }) == MEMGLASS_STATUS_NULL_POINTER);

    auto info = view["last_quote"].info();
    CHECK(info.type_name == "Quote" && info.protection == MEMGLASS_PROTECTION_SEQLOCK && info.size == sizeof(Quote));
    bool has_type = false;
    for (const auto& type : observer.types()) {
        has_type |= type.name == "Position" && type.fields.size() == 13 && type.fields[2].unit == "ticks";
    }
    CHECK(has_type);
    CHECK(observer.objects().size() == observer.object_count());

    auto sequence = observer.sequence();
    auto* quote = session.create<Quote>("MSFT \"quote\".x", Quote{});
    CHECK(observer.sequence() != sequence && observer.refresh() && !observer.refresh());
    CHECK(observer.get(observer.objects().back())["bid_price"].as<int>() == 0);
    session.destroy(quote);
    session.destroy(position);
    CHECK(!view.is_alive());
    CHECK(thrown([&] { view["quantity"].as<int>(); }) == MEMGLASS_STATUS_GONE);
}

void a_sampler_tells_of_changes(memglass::Session& session, const std::string& name) {
    auto* position = session.create<Position>("S_position");
    memglass::Observer observer(name);
    CHECK(observer.connect());
    std::atomic<int> seen = 0;
    memglass::Sampler sampler;
    sampler.subscribe(observer, {"*_position.quantity"}, 0, [&](const memglass::Update& update) {
        if (update.kind() == memglass::Update::Kind::changed) {
            CHECK(update.path() == "S_position.quantity" && update.new_value() == std::to_string(update.as<int>()));
            seen = update.as<int>();
        }
    });
    CHECK(thrown([&] { sampler.subscribe(observer, {"S_position.nothing"}, 1, {}); }) == MEMGLASS_STATUS_NO_SUCH_FIELD);
    // It may not have looked before the first change.
    for (int number = 1; seen == 0; ++number) {
        position->quantity = number;
        std::this_thread::yield();
    }
}

void the_functions_for_one_session_work(const std::string& name) {
    CHECK(thrown([] { memglass::create<Quote>("none"); }) == MEMGLASS_STATUS_NO_SESSION);
    memglass::config().initial_region_size = 4 << 20;
    memglass::init(name);
    CHECK(thrown([] { memglass::config(); }) == MEMGLASS_STATUS_SESSION_EXISTS);
    CHECK(thrown([&] { memglass::Session other(name); }) == MEMGLASS_STATUS_SESSION_EXISTS);
    CHECK(thrown([] { memglass::Session other("a/b"); }) == MEMGLASS_STATUS_BAD_NAME);
    memglass::register_types<Quote, Position>();
    auto* quote = memglass::create<Quote>("AAPL_quote");
    std::vector<Quote, memglass::Allocator<Quote>> kept(3);
    memglass::destroy(quote);
    memglass::shutdown();
    kept.resize(100);
    memglass::shutdown();
    memglass::init(name);
    CHECK(memglass::session().object_count() == 0);
}

}  // namespace

/// A program ends in order whoever looks on.
void an_observed_session_ends_too(const std::string& name) {
    memglass::Session session(name + "_observed");
    memglass::Observer observer(name + "_observed", memglass::Access::write);
    CHECK(observer.connect());
    session.create<int>("count", 7);
    observer.refresh();
    memglass::View count = observer["count"];
    count = 8;
    CHECK(!session.shutdown());
    CHECK(thrown([&] { count = 9; }) == MEMGLASS_STATUS_ENDED);
    CHECK(thrown([&] { count += 1; }) == MEMGLASS_STATUS_ENDED);
    CHECK(count == 8);
    memglass::Session alone(name + "_alone");
    CHECK(alone.shutdown());
}

void what_is_reserved_is_there_from_the_start(const std::string& name) {
    memglass::Config config;
    memglass::Session session(name + "_reserved", config.reserve<Position>(3000).reserve<Quote>(5000));
    session.type<Position>();
    session.type<Quote>();
    auto bytes = session.memory_bytes();
    for (int number = 0; number < 5000; ++number) {
        session.create<Quote>("quote_" + std::to_string(number));
        if (number < 3000) {
            session.create<Position>("position_" + std::to_string(number));
        }
    }
    CHECK(session.memory_bytes() == bytes);
}

int main(int, char** arguments) {
    std::string name = arguments[1];
    what_is_reserved_is_there_from_the_start(name);
    numbers_read_as_they_were_written();
    floating_point_numbers_add_up();
    bitfields_share_an_integer();
    texts_end_where_they_end();
    a_guarded_value_is_whole_and_held_by_one();
    an_update_is_all_or_nothing();
    no_read_is_torn_by_threads();
    {
        memglass::Session session(name);
        what_belongs_to_no_member_stays_out_of_shared_memory(session);
        functions_get_values_as_aligned_as_their_types(session, name);
        a_change_that_throws_is_none(session, name);
        numbers_of_128_bits_keep_their_sign(session, name);
        no_addition_is_lost(session);
        objects_live_until_they_are_destroyed(session);
        memory_stays_constant_while_objects_come_and_go(session);
        an_observer_reads_and_writes(session, name);
        a_sampler_tells_of_changes(session, name);
        session.shutdown();
    }
    an_allocator_works_on_when_its_session_moves(name);
    the_functions_for_one_session_work(name);
    an_observed_session_ends_too(name);
}
