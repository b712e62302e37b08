// Measures the C++ memglass (github.com/robaho/memglass), whose sources the benchmark is told of.
//
//     driver create SIZE | create-told SIZE | find SIZE | list SIZE
//
// prints nanoseconds of this thread's running time for each object: creating SIZE of them in a new
// session, the same when the session is told the size ahead, finding one of them by its label as an
// observer, and listing all of them.
#include "memglass/memglass.hpp"
#include "memglass/observer.hpp"
#include "memglass/registry.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace {

struct Order {
    uint64_t order_id;
    int64_t quantity;
    double price;
    int64_t filled;
};

double running_ns() {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

double create_all(const std::vector<std::string>& labels) {
    double start = running_ns();
    for (const auto& label : labels) {
        if (!memglass::create<Order>(label, Order{})) std::exit(1);
    }
    return (running_ns() - start) / labels.size();
}

double find_some(const std::string& session, const std::vector<std::string>& labels) {
    memglass::Observer observer(session);
    if (!observer.connect()) std::exit(1);
    size_t count = std::max<size_t>(1, std::min<size_t>(10'000, 10'000'000 / labels.size()));
    double start = running_ns();
    for (size_t i = 0; i < count; ++i) {
        if (!observer.find(labels[i * 7919 * 31 % labels.size()])) std::exit(1);
    }
    return (running_ns() - start) / count;
}

double list_all(const std::string& session, size_t size) {
    memglass::Observer observer(session);
    if (!observer.connect()) std::exit(1);
    double start = running_ns();
    if (observer.objects().size() != size) std::exit(1);
    return (running_ns() - start) / size;
}

} // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    std::string_view what = arguments[1];
    size_t size = std::strtoull(arguments[2], nullptr, 10);
    std::string session = "cpp_bench_" + std::to_string(getpid());
    memglass::TypeDescriptor type;
    type.name = typeid(Order).name();
    type.size = sizeof(Order);
    type.alignment = alignof(Order);
    memglass::registry::register_type(type);
    std::vector<std::string> labels;
    for (size_t i = 0; i < size; ++i) labels.push_back("order_" + std::to_string(i));
    memglass::Config config;
    if (what == "create-told") {
        config.initial_region_size = size * sizeof(Order) + 4096;
        config.max_objects = size;
    }
    if (!memglass::init(session, config)) return 1;
    double ns = create_all(labels);
    if (what == "find") ns = find_some(session, labels);
    if (what == "list") ns = list_all(session, size);
    memglass::shutdown();
    std::printf("%.2f\n", ns);
}
