// Measures memglass from C++, by the same method as the Rust program beside it:
//
//     cells SESSION_DIRECTORY
//
// prints a line for each figure: its name and nanoseconds for one operation.
#include <memglass/memglass.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <time.h>
#include <vector>

struct Quote {
    std::int64_t bid_price, ask_price, bid_size, ask_size, timestamp_ns;
};
struct Order {
    std::uint64_t order_id;
    std::int64_t quantity;
    double price;
    std::int64_t filled;
};

// As memglass-gen writes it: docs/cpp.md.
struct Order_Storage {
    using Value = Order;
    memglass::Stored<std::uint64_t> order_id;
    memglass::Stored<std::int64_t> quantity;
    memglass::Stored<double> price;
    memglass::Stored<std::int64_t> filled;
    void init(const Order& value) {
        order_id.init(value.order_id);
        quantity.init(value.quantity);
        price.init(value.price);
        filled.init(value.filled);
    }
};
template <> struct memglass::Descriptor<Order> {
    using Value = Order;
    using Storage = Order_Storage;
    static constexpr memglass::Member members[] = {
        {"order_id", offsetof(Value, order_id), offsetof(Storage, order_id), memglass::plain<std::uint64_t>},
        {"quantity", offsetof(Value, quantity), offsetof(Storage, quantity), memglass::plain<std::int64_t>},
        {"price", offsetof(Value, price), offsetof(Storage, price), memglass::plain<double>},
        {"filled", offsetof(Value, filled), offsetof(Storage, filled), memglass::plain<std::int64_t>},
    };
    static constexpr memglass::Record record{.name = "Order",
                                             .members = members,
                                             .value = {sizeof(Value), alignof(Value)},
                                             .storage = {sizeof(Storage), alignof(Storage)}};
};
template <> struct memglass::Descriptor<Quote> {
    using Value = Quote;
    using Storage = memglass::Guarded<Quote>;
    static constexpr memglass::Member members[] = {
        {"bid_price", offsetof(Value, bid_price), offsetof(Value, bid_price), memglass::plain<std::int64_t>},
        {"ask_price", offsetof(Value, ask_price), offsetof(Value, ask_price), memglass::plain<std::int64_t>},
        {"bid_size", offsetof(Value, bid_size), offsetof(Value, bid_size), memglass::plain<std::int64_t>},
        {"ask_size", offsetof(Value, ask_size), offsetof(Value, ask_size), memglass::plain<std::int64_t>},
        {"timestamp_ns", offsetof(Value, timestamp_ns), offsetof(Value, timestamp_ns), memglass::plain<std::int64_t>},
    };
    static constexpr memglass::Record record{.name = "Quote",
                                             .members = members,
                                             .value = {sizeof(Value), alignof(Value)},
                                             .storage = {sizeof(Storage), alignof(Storage)},
                                             .protection = MEMGLASS_PROTECTION_SEQLOCK};
};

namespace {

constexpr std::int64_t count = 100'000;
constexpr int rounds = 60;

double nanoseconds(clockid_t clock) {
    timespec time;
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

/// The tenth percentile of some durations.
double least(std::vector<double> durations) {
    std::sort(durations.begin(), durations.end());
    return durations[(durations.size() - 1) / 10];
}

/// The compiler must take `pointer` for one that anything may have looked through.
template <class T> T* opaque(T* pointer) {
    asm volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}

template <class F> void figure(const char* name, F&& operation) {
    std::vector<double> durations;
    for (int round = 0; round <= rounds; ++round) {
        double start = nanoseconds(CLOCK_MONOTONIC);
        for (std::int64_t number = 0; number < count; ++number) {
            operation(number);
        }
        durations.push_back((nanoseconds(CLOCK_MONOTONIC) - start) / count);
    }
    durations.erase(durations.begin());
    std::printf("%s %f\n", name, least(durations));
}

Quote quote_of(std::int64_t number) { return {number, number + 5, 100, 200, number}; }

/// Running time for each of many objects in new sessions.
void creating(const char* name, const memglass::Config& config) {
    std::vector<std::string> labels;
    for (int number = 0; number < 10'000; ++number) {
        labels.push_back("order_" + std::to_string(100'000 + number));
    }
    std::vector<double> durations;
    for (int round = 0; round < 50; ++round) {
        memglass::Session session("creating", config);
        session.type<Order>();
        double start = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
        for (const auto& label : labels) {
            session.create<Order>(label);
        }
        durations.push_back((nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start) / static_cast<double>(labels.size()));
    }
    std::printf("%s %f\n", name, least(durations));
}

}  // namespace

int main(int, char** arguments) {
    memglass::Config config;
    config.dir = arguments[1];
    memglass::Session session("cells", config);
    auto* number = session.create<std::uint32_t>("number");
    std::atomic<std::uint32_t> raw{0};
    figure("raw_store", [&](auto value) { opaque(&raw)->store(static_cast<std::uint32_t>(value), std::memory_order_relaxed); });
    figure("plain_store", [&](auto value) { *opaque(number) = static_cast<std::uint32_t>(value); });
    auto* quote = session.create<Quote>("quote");
    figure("guarded_read", [&](auto) {
        Quote read = opaque(quote)->read();
        opaque(&read);
    });
    figure("guarded_claimed", [&](auto value) { opaque(quote)->write(quote_of(value)); });
    auto writer = quote->writer();
    figure("guarded_held", [&](auto value) { writer.write(quote_of(value)); });
    creating("create", config);
    config.reserve<Order>(10'000);
    creating("create_reserved", config);
}
