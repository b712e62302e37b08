// Reading beside a writer that is always faster, which the accesses of this program pretend.
#include <memglass/guarded.hpp>

#include <cstdio>

namespace {

int pauses = 0;
std::uint64_t published = 0;

}  // namespace

std::uint64_t model_load(const void*, std::memory_order) { return ++published << 24; }
void model_store(void*, std::uint64_t, std::memory_order) {}
bool model_exchange_if(void*, std::uint64_t, std::uint64_t, std::memory_order) { return false; }
void model_fence(std::memory_order) {}
void model_pause() { ++pauses; }

int main(int, char**) {
    memglass::Guarded<std::uint64_t> cell{};
    try {
        cell.read();
    } catch (const memglass::Error& error) {
        std::printf("%s; %d pauses\n", error.what(), pauses);
        return error.status() == MEMGLASS_STATUS_CONTENDED ? 0 : 1;
    }
    return 1;
}
