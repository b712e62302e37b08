// Says in one sentence that the headers need C++20. It comes before all that older compilers do not understand.
#ifndef MEMGLASS_LANGUAGE_HPP
#define MEMGLASS_LANGUAGE_HPP

#ifdef _MSVC_LANG
#define MEMGLASS_LANGUAGE _MSVC_LANG
#else
#define MEMGLASS_LANGUAGE __cplusplus
#endif
#if MEMGLASS_LANGUAGE < 202002L
#error "memglass needs C++20: compile with -std=c++20, or target_compile_features(your_target PRIVATE cxx_std_20) in CMake"
#endif
#undef MEMGLASS_LANGUAGE

#endif
