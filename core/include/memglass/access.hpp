// How shared memory is accessed: every atomic operation of the sequence lock, and what orders them.
#ifndef MEMGLASS_ACCESS_HPP
#define MEMGLASS_ACCESS_HPP

#include <atomic>

namespace memglass::detail {

/// Loads and stores of a cell's whole width, as the format demands. The cell lies in shared memory.
template <class Bits> inline Bits load(const Bits& cell, std::memory_order order) noexcept {
    return std::atomic_ref<Bits>(const_cast<Bits&>(cell)).load(order);
}

template <class Bits> inline void store(Bits& cell, Bits bits, std::memory_order order) noexcept {
    std::atomic_ref<Bits>(cell).store(bits, order);
}

/// Stores `wanted` if the cell is `seen`. A failure orders nothing.
template <class Bits>
inline bool exchange_if(Bits& cell, Bits seen, Bits wanted, std::memory_order order) noexcept {
    return std::atomic_ref<Bits>(cell).compare_exchange_strong(seen, wanted, order, std::memory_order_relaxed);
}

#if defined(__SANITIZE_THREAD__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan"
#endif
/// The thread sanitizer does not know fences. It needs none: all that they order are atomics.
inline void fence(std::memory_order order) noexcept { std::atomic_thread_fence(order); }
#if defined(__SANITIZE_THREAD__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// Passes the time between two attempts, as Rust's `spin_loop` does.
inline void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb");
#endif
}

}  // namespace memglass::detail

#endif
