# find_package(memglass): the libraries and headers that `make install PREFIX=…` installed.
#
#   target_link_libraries(my_program PRIVATE memglass::memglass)   # libmemglass.a
#   target_link_libraries(my_program PRIVATE memglass::shared)     # libmemglass.so
get_filename_component(_memglass_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

include(CMakeFindDependencyMacro)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_dependency(Threads)

foreach(_memglass_kind memglass shared)
    if(TARGET memglass::${_memglass_kind})
        continue()
    endif()
    if(_memglass_kind STREQUAL "shared")
        add_library(memglass::shared SHARED IMPORTED)
        set(_memglass_file "${_memglass_prefix}/lib/libmemglass.so")
        set_target_properties(memglass::shared PROPERTIES IMPORTED_NO_SONAME TRUE)
    else()
        add_library(memglass::memglass STATIC IMPORTED)
        set(_memglass_file "${_memglass_prefix}/lib/libmemglass.a")
    endif()
    if(NOT EXISTS "${_memglass_file}")
        set(memglass_FOUND FALSE)
        set(memglass_NOT_FOUND_MESSAGE "${_memglass_file} is missing; run `make install` of memglass again")
        return()
    endif()
    set_target_properties(memglass::${_memglass_kind} PROPERTIES
        IMPORTED_LOCATION "${_memglass_file}"
        INTERFACE_INCLUDE_DIRECTORIES "${_memglass_prefix}/include"
        INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
    # The headers are C++20. A project in C alone knows no such feature.
    if(CMAKE_CXX_COMPILER_LOADED)
        set_target_properties(memglass::${_memglass_kind} PROPERTIES INTERFACE_COMPILE_FEATURES cxx_std_20)
    endif()
endforeach()
unset(_memglass_kind)
unset(_memglass_file)

# memglass_generate(TARGET target HEADERS header… OUTPUT file [SOURCE file])
#
# Makes a header with the storage and description of all structs that are marked in the headers, whenever one of
# them or of what they include changes. The target, and what links it, can include it by its file name. With SOURCE,
# the tables of members are in a source file, which is compiled once, as a part of the target. Several targets of a
# directory may name the same files: they are made once.
function(memglass_generate)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;OUTPUT;SOURCE" "HEADERS")
    foreach(name TARGET OUTPUT HEADERS)
        if(NOT arg_${name})
            message(FATAL_ERROR "memglass_generate: ${name} is missing: "
                "memglass_generate(TARGET target HEADERS header… OUTPUT file [SOURCE file])")
        endif()
    endforeach()
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "memglass_generate: what is ${arg_UNPARSED_ARGUMENTS}? It takes TARGET, HEADERS, OUTPUT and SOURCE")
    endif()
    if(NOT TARGET ${arg_TARGET})
        message(FATAL_ERROR "memglass_generate: there is no target ${arg_TARGET}; add_executable comes before")
    endif()
    get_filename_component(prefix "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../.." ABSOLUTE)
    find_program(MEMGLASS_GEN memglass-gen HINTS "${prefix}/bin")
    if(NOT MEMGLASS_GEN)
        message(FATAL_ERROR "memglass_generate: memglass-gen is not in ${prefix}/bin nor in the PATH; "
            "run `make install` of memglass again, or set MEMGLASS_GEN")
    endif()
    set(headers)
    foreach(header IN LISTS arg_HEADERS)
        get_filename_component(header "${header}" ABSOLUTE)
        list(APPEND headers "${header}")
    endforeach()
    get_filename_component(output "${arg_OUTPUT}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
    get_filename_component(directory "${output}" DIRECTORY)
    file(MAKE_DIRECTORY "${directory}")
    set(results "${output}")
    set(source_option)
    if(arg_SOURCE)
        get_filename_component(source "${arg_SOURCE}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
        get_filename_component(source_directory "${source}" DIRECTORY)
        file(MAKE_DIRECTORY "${source_directory}")
        list(APPEND results "${source}")
        set(source_option --source "${source}")
    endif()
    # Made for another target already: the same rule twice is an error.
    get_property(made DIRECTORY PROPERTY MEMGLASS_MADE)
    string(MD5 name "${output}")
    if(NOT output IN_LIST made)
        set_property(DIRECTORY APPEND PROPERTY MEMGLASS_MADE "${output}")
        set(includes "$<TARGET_PROPERTY:${arg_TARGET},INCLUDE_DIRECTORIES>")
        set(definitions "$<TARGET_PROPERTY:${arg_TARGET},COMPILE_DEFINITIONS>")
        # The target's own standard, which may show other members. Compilers know the newest ones by working names.
        set(standard "$<TARGET_PROPERTY:${arg_TARGET},CXX_STANDARD>")
        set(newest "$<IF:$<STREQUAL:${standard},26>,2c,$<IF:$<STREQUAL:${standard},23>,2b,20>>")
        add_custom_command(
            OUTPUT ${results}
            COMMAND "${MEMGLASS_GEN}" ${headers} -o "${output}" ${source_option} --depfile "${output}.d" "-std=c++${newest}"
                --compiler "${CMAKE_CXX_COMPILER}"
                "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>"
                "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>"
            # An unchanged result is not written: it would look older than the headers for ever.
            COMMAND "${CMAKE_COMMAND}" -E touch ${results}
            DEPENDS ${headers} "${MEMGLASS_GEN}"
            DEPFILE "${output}.d"
            COMMENT "Generating ${arg_OUTPUT}"
            COMMAND_EXPAND_LISTS VERBATIM)
        # A target of its own, so that two that are built at once do not both run the rule.
        add_custom_target(memglass_${name} DEPENDS ${results})
    endif()
    add_dependencies(${arg_TARGET} memglass_${name})
    target_sources(${arg_TARGET} PRIVATE ${results})
    target_include_directories(${arg_TARGET} PUBLIC "$<BUILD_INTERFACE:${directory}>")
    # Compilers warn about attributes that they do not know, also where a library's header is included.
    target_compile_options(${arg_TARGET} PUBLIC
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-attributes>
        $<$<COMPILE_LANG_AND_ID:CXX,Clang,AppleClang>:-Wno-unknown-attributes>)
endfunction()
