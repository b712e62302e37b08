// In place of core/include/memglass/access.hpp: a program that includes the headers with this directory in front
// says itself what its accesses do.
#ifndef MEMGLASS_ACCESS_HPP
#define MEMGLASS_ACCESS_HPP

#include <atomic>
#include <cstdint>

extern "C" {
std::uint64_t model_load(const void* cell, std::memory_order order);
void model_store(void* cell, std::uint64_t bits, std::memory_order order);
bool model_exchange_if(void* cell, std::uint64_t seen, std::uint64_t wanted, std::memory_order order);
void model_fence(std::memory_order order);
void model_pause();
}

namespace memglass::detail {

template <class Bits> inline Bits load(const Bits& cell, std::memory_order order) {
    return static_cast<Bits>(model_load(&cell, order));
}

template <class Bits> inline void store(Bits& cell, Bits bits, std::memory_order order) {
    model_store(&cell, bits, order);
}

template <class Bits> inline bool exchange_if(Bits& cell, Bits seen, Bits wanted, std::memory_order order) {
    return model_exchange_if(&cell, seen, wanted, order);
}

inline void fence(std::memory_order order) { model_fence(order); }
inline void pause() { model_pause(); }

}  // namespace memglass::detail

#endif
