/* The C interface of memglass: keep objects of a running program in shared memory, and look into those of
 * another. Made from core/capi by its tests; do not edit. docs/cpp.md is the introduction.
 *
 * - A function that can fail returns a memglass_status, and its result through its last parameter.
 *   memglass_error_message() says what went wrong, in this thread.
 * - Texts are UTF-8 by pointer and length: memglass_str("label").
 * - All functions may be called from any thread, on the same session too.
 */

#ifndef MEMGLASS_H
#define MEMGLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Version of this interface. It grows when functions, codes or fields are added, and its thousands when
// programs have to be compiled again.
#define MEMGLASS_ABI_VERSION 1000

// How a call ended. The numbers do not change; later versions may have more.
enum memglass_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // It did what was asked.
    MEMGLASS_STATUS_OK = 0,
    // A pointer that is needed is null.
    MEMGLASS_STATUS_NULL_POINTER = 1,
    // A text is not UTF-8.
    MEMGLASS_STATUS_NOT_UTF8 = 2,
    // A number, size or combination of arguments that is not allowed.
    MEMGLASS_STATUS_BAD_ARGUMENT = 3,
    // The buffer is too small for the result; the length that was asked for is known now.
    MEMGLASS_STATUS_TOO_SMALL = 4,
    // A bug in memglass. The call did not finish; report the message.
    MEMGLASS_STATUS_PANIC = 5,
    // There is no session, or it was shut down.
    MEMGLASS_STATUS_NO_SESSION = 6,
    // The name cannot name a session.
    MEMGLASS_STATUS_BAD_NAME = 10,
    // A living producer has the name.
    MEMGLASS_STATUS_SESSION_EXISTS = 11,
    // A label is empty, too long, or that of a live object.
    MEMGLASS_STATUS_BAD_LABEL = 12,
    // A type is described wrongly.
    MEMGLASS_STATUS_BAD_TYPE = 13,
    // Memory that is no object, or is not large enough, or belongs to another session.
    MEMGLASS_STATUS_BAD_MEMORY = 14,
    // An object or block of no or too many bytes.
    MEMGLASS_STATUS_BAD_SIZE = 15,
    // The session has all the regions that it can have.
    MEMGLASS_STATUS_TOO_MANY_REGIONS = 16,
    // A forked child used its parent's session.
    MEMGLASS_STATUS_FORKED = 17,
    // Observers stayed when the session was shut down. It has ended all the same.
    MEMGLASS_STATUS_STILL_OBSERVED = 18,
    // The system refused: no room, no permission.
    MEMGLASS_STATUS_SYSTEM = 19,
    // Another live writer holds the value.
    MEMGLASS_STATUS_BUSY = 30,
    // New values were published faster than one could be read.
    MEMGLASS_STATUS_CONTENDED = 31,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_status memglass_status;
#else
typedef uint32_t memglass_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A scalar type of the language.
enum memglass_scalar_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // One byte, 0 or 1.
    MEMGLASS_SCALAR_KIND_BOOL = 0,
    // A signed integer of 8 bits.
    MEMGLASS_SCALAR_KIND_I8 = 1,
    // Of 16 bits.
    MEMGLASS_SCALAR_KIND_I16 = 2,
    // Of 32 bits.
    MEMGLASS_SCALAR_KIND_I32 = 3,
    // Of 64 bits.
    MEMGLASS_SCALAR_KIND_I64 = 4,
    // Of 128 bits.
    MEMGLASS_SCALAR_KIND_I128 = 5,
    // An unsigned integer of 8 bits.
    MEMGLASS_SCALAR_KIND_U8 = 6,
    // Of 16 bits.
    MEMGLASS_SCALAR_KIND_U16 = 7,
    // Of 32 bits.
    MEMGLASS_SCALAR_KIND_U32 = 8,
    // Of 64 bits.
    MEMGLASS_SCALAR_KIND_U64 = 9,
    // Of 128 bits.
    MEMGLASS_SCALAR_KIND_U128 = 10,
    // A floating-point number of 32 bits.
    MEMGLASS_SCALAR_KIND_F32 = 11,
    // Of 64 bits.
    MEMGLASS_SCALAR_KIND_F64 = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_scalar_kind memglass_scalar_kind;
#else
typedef uint32_t memglass_scalar_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How the bytes of a place are shared between writers and readers.
enum memglass_protection
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Relaxed atomic loads and stores of each scalar.
    MEMGLASS_PROTECTION_PLAIN = 0,
    // One scalar, with acquire and release.
    MEMGLASS_PROTECTION_ATOMIC = 1,
    // The whole value is always of one write.
    MEMGLASS_PROTECTION_SEQLOCK = 2,
    // The same, and offered for read-modify-write of the whole.
    MEMGLASS_PROTECTION_LOCKED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_protection memglass_protection;
#else
typedef uint32_t memglass_protection;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Users who may open a session.
enum memglass_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Only the same user.
    MEMGLASS_MODE_OWNER = 0,
    // The group may read.
    MEMGLASS_MODE_GROUP_READ = 1,
    // The group may read and write.
    MEMGLASS_MODE_GROUP_WRITE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_mode memglass_mode;
#else
typedef uint32_t memglass_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What kind of number a bound is.
enum memglass_number_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // There is no number.
    MEMGLASS_NUMBER_KIND_NONE = 0,
    // `integer` counts.
    MEMGLASS_NUMBER_KIND_INTEGER = 1,
    // `real` counts.
    MEMGLASS_NUMBER_KIND_REAL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_number_kind memglass_number_kind;
#else
typedef uint32_t memglass_number_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Types that refer to each other, each by its number in here. A type is added after those that it is made of.
// Only one thread at a time may add to it.
typedef struct memglass_schema memglass_schema;

// A producer's session. All threads may use it at the same time.
typedef struct memglass_session memglass_session;

// UTF-8 text by pointer and length. It need not end with a zero byte, and a null pointer with length 0 is an
// empty text.
typedef struct memglass_text {
    // Its first byte.
    const char *data;
    // How many bytes it has.
    size_t len;
} memglass_text;

// A whole number of up to 128 bits, in two's complement.
typedef struct memglass_integer {
    // Its low 64 bits.
    uint64_t low;
    // Its high 64 bits; of a negative number that fits into 64 bits, -1.
    int64_t high;
} memglass_integer;

// A name for a number: a value of an enum, or a bit pattern of a flag set.
typedef struct memglass_variant {
    // The name.
    struct memglass_text name;
    // The number.
    struct memglass_integer value;
} memglass_variant;

// A bound of a field, or none.
typedef struct memglass_number {
    // One of `memglass_number_kind`.
    uint32_t kind;
    // The number, if it is whole.
    struct memglass_integer integer;
    // The number, if it is not.
    double real;
} memglass_number;

// Annotations of one field. All zeros declares nothing.
typedef struct memglass_metadata {
    // Observers may not write it.
    bool readonly;
    // The least value that an observer may write.
    struct memglass_number min;
    // The greatest.
    struct memglass_number max;
    // Written values are `min`, or 0, plus a multiple of this.
    struct memglass_number step;
    // A regular expression that the whole of a written text must match. Here and below, an empty text stands for none.
    struct memglass_text regex;
    // Names for some values of an integer.
    const struct memglass_variant *names;
    // How many there are.
    size_t names_len;
    // Names for bits of an integer.
    const struct memglass_variant *flags;
    // How many there are.
    size_t flags_len;
    // How to print it, as C's `printf` does, with one conversion.
    struct memglass_text format;
    // The unit, for display.
    struct memglass_text unit;
    // What it is, in a sentence.
    struct memglass_text desc;
} memglass_metadata;

// A member of a struct or union.
typedef struct memglass_field {
    // Its name.
    struct memglass_text name;
    // Its type, by its number in the schema.
    uint32_t type_id;
    // Bytes from the start of the struct, as the compiler says; 0 in a union.
    uint64_t offset;
    // Of a bitfield, its lowest bit in the integer at `offset`.
    uint8_t bit_offset;
    // Of a bitfield, how many bits it has; else 0.
    uint8_t bit_width;
    // Its annotations, or null.
    const struct memglass_metadata *metadata;
} memglass_field;

// How a session is made. All zeros stands for the defaults.
typedef struct memglass_session_options {
    // The directory of its segments; by default `MEMGLASS_DIR`, else `/dev/shm`.
    struct memglass_text dir;
    // Bytes of the first region; 0 for 1 MiB.
    uint64_t first_region;
    // Bytes up to which regions grow; 0 for 64 MiB.
    uint64_t max_region;
    // Milliseconds for which the bytes of destroyed objects are kept, if memory allows; 0 for 5000.
    uint64_t grace_ms;
    // Bytes of destroyed objects that may wait before the oldest are reused early; 0 for 256 KiB.
    uint64_t retired_budget;
    // One of `memglass_mode`.
    uint32_t mode;
    // Makes regions only when they are needed: creating an object may then take milliseconds, and the session
    // has no thread.
    bool grows_on_demand;
} memglass_session_options;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the library that the program runs with. A program that was compiled with another number of
// thousands must not go on.
uint32_t memglass_abi_version(void);

// Copies the present value of a guarded cell, `len` bytes, to `value`. It is always of one write, and the
// writer never waits for this.
//
// `cell` is the address of a seqlock or locked member of an object of this process; `len` is the size of its
// values. Fails with `MEMGLASS_STATUS_CONTENDED` if new values were published faster than one could be copied.
memglass_status memglass_guarded_read(const void *cell,
                                      void *value,
                                      size_t len);

// Writes a guarded cell. Fails with `MEMGLASS_STATUS_BUSY` if another live writer held it for the whole wait.
memglass_status memglass_guarded_write(void *cell, const void *value, size_t len);

// Changes a guarded cell in one step that no other writer can come between: `change` gets `context` and a
// copy of the present value, which it may change. It must return.
memglass_status memglass_guarded_update(void *cell,
                                        size_t len,
                                        void (*change)(void *context, void *value),
                                        void *context);

// How many values were written to a guarded cell so far, modulo 2^40.
memglass_status memglass_guarded_sequence(const void *cell, uint64_t *sequence);

// Takes the right to write a guarded cell until `memglass_guarded_release`; other writers are told that it is
// busy. `held` gets what the functions below need.
//
// Fails with `MEMGLASS_STATUS_BUSY` if another live writer held it for the whole wait. A writer that died does
// not count.
memglass_status memglass_guarded_hold(void *cell,
                                      uint64_t *held);

// Publishes a value under a right that is held, with stores only, and changes `held` accordingly.
memglass_status memglass_guarded_publish(void *cell, uint64_t *held, const void *value, size_t len);

// Gives back a right that is held.
memglass_status memglass_guarded_release(void *cell, uint64_t held);

// Creates an object of a type of the session; `object` gets its address.
//
// Its bytes begin as the `len` bytes at `storage`, which must be as many as the type has. It lives until
// `memglass_object_destroy`, or until the session ends. Each of its bytes is accessed by atomics of the width
// that its type gives it; the functions and types of this header and of `memglass.hpp` do that.
memglass_status memglass_object_create(const struct memglass_session *session,
                                       struct memglass_text label,
                                       uint32_t type_id,
                                       const void *storage,
                                       size_t len,
                                       void **object);

// Creates an array of `count` objects under one label, all of which begin with the `len` bytes at `storage`;
// `first` gets the address of the first. The others follow without gaps.
memglass_status memglass_array_create(const struct memglass_session *session,
                                      struct memglass_text label,
                                      uint32_t type_id,
                                      uint64_t count,
                                      const void *storage,
                                      size_t len,
                                      void **first);

// Destroys an object or array by its address. Observers learn that it is gone, and its memory is reused after
// the grace period: do not use the address any more.
//
// Fails with `MEMGLASS_STATUS_BAD_MEMORY` if no object starts there, or it was destroyed already.
memglass_status memglass_object_destroy(const struct memglass_session *session, void *object);

// Allocates `len` zeroed bytes of the session's memory, aligned to `align` (a power of two up to 4096). No
// observer sees them before `memglass_register`.
memglass_status memglass_allocate(const struct memglass_session *session,
                                  uint64_t len,
                                  uint64_t align,
                                  void **memory);

// Gives back memory of `memglass_allocate` that is no object.
memglass_status memglass_free(const struct memglass_session *session, void *memory);

// Makes an object of memory of `memglass_allocate`: one value of a type of the session if `count` is 0, else
// an array of `count`. From here on observers access it, and `memglass_object_destroy` gives it back.
memglass_status memglass_register(const struct memglass_session *session,
                                  struct memglass_text label,
                                  void *memory,
                                  uint32_t type_id,
                                  uint64_t count);

// Makes an empty schema. Give it back with `memglass_schema_free`.
struct memglass_schema *memglass_schema_new(void);

// Gives a schema back. Sessions and fields that have used it keep what they need.
void memglass_schema_free(struct memglass_schema *schema);

// Adds a scalar: one of `memglass_scalar_kind`. A type that the schema has already keeps its number, here
// and in all functions that add types.
memglass_status memglass_schema_scalar(struct memglass_schema *schema, uint32_t kind, uint32_t *type_id);

// Adds text in an array of `len` bytes: UTF-8 up to the first zero byte, or to the end.
memglass_status memglass_schema_text(struct memglass_schema *schema, uint64_t len, uint32_t *type_id);

// Adds an address in the producer's own memory, of `target`: shown, never followed.
memglass_status memglass_schema_pointer(struct memglass_schema *schema,
                                        struct memglass_text target,
                                        uint32_t *type_id);

// Adds an array of `count` elements without gaps. An array of several dimensions is an array of arrays.
memglass_status memglass_schema_array(struct memglass_schema *schema,
                                      uint32_t element,
                                      uint64_t count,
                                      uint32_t *type_id);

// Adds a value under a protection, one of `memglass_protection`. Plain values need none.
memglass_status memglass_schema_protected(struct memglass_schema *schema,
                                          uint32_t with,
                                          uint32_t value,
                                          uint32_t *type_id);

// Adds another name for a type.
memglass_status memglass_schema_alias(struct memglass_schema *schema,
                                      struct memglass_text name,
                                      uint32_t of,
                                      uint32_t *type_id);

// Adds an enum of `size` bytes: 1, 2, 4 or 8.
memglass_status memglass_schema_enum(struct memglass_schema *schema,
                                     struct memglass_text name,
                                     uint64_t size,
                                     bool is_signed,
                                     const struct memglass_variant *values,
                                     size_t values_len,
                                     uint32_t *type_id);

// Adds a flag set of `size` bytes: 1, 2, 4 or 8.
memglass_status memglass_schema_flags(struct memglass_schema *schema,
                                      struct memglass_text name,
                                      uint64_t size,
                                      const struct memglass_variant *flags,
                                      size_t flags_len,
                                      uint32_t *type_id);

// Adds a struct of `size` bytes, aligned to `align`, as the compiler says.
memglass_status memglass_schema_struct(struct memglass_schema *schema,
                                       struct memglass_text name,
                                       uint64_t size,
                                       uint64_t align,
                                       const struct memglass_field *fields,
                                       size_t fields_len,
                                       uint32_t *type_id);

// Adds a union: whole words of 8 bytes, aligned to 8 at least, with all members at offset 0.
memglass_status memglass_schema_union(struct memglass_schema *schema,
                                      struct memglass_text name,
                                      uint64_t size,
                                      uint64_t align,
                                      const struct memglass_field *members,
                                      size_t members_len,
                                      uint32_t *type_id);

// Copies the schema into a buffer as the content of an `.mgt` file. `len` gets the number of bytes even if
// the buffer is too small, so that a first call with capacity 0 asks for it.
memglass_status memglass_schema_encode(const struct memglass_schema *schema,
                                       uint8_t *buffer,
                                       size_t capacity,
                                       size_t *len);

// Copies a description of a type for people into a buffer, without a zero byte at its end; as
// `memglass_schema_encode` does.
memglass_status memglass_schema_describe(const struct memglass_schema *schema,
                                         uint32_t type_id,
                                         uint8_t *buffer,
                                         size_t capacity,
                                         size_t *len);

// Starts a session. Without options (null) it has the defaults. It ends with `memglass_session_shutdown`,
// and is given back with `memglass_session_close`.
//
// Fails with `MEMGLASS_STATUS_BAD_NAME`, `…_SESSION_EXISTS` if a living producer has the name, and
// `…_SYSTEM` if the segments cannot be made.
memglass_status memglass_session_create(struct memglass_text name,
                                        const struct memglass_session_options *options,
                                        struct memglass_session **session);

// Ends a session, if it has not ended, and gives it back: its memory must not be used any more. Null does
// nothing.
void memglass_session_close(struct memglass_session *session);

// Ends a session: tells observers, gives them up to `patience_ms` milliseconds to detach, and removes its
// segments. Its memory can be used until `memglass_session_close`, but no observer sees it.
//
// The session has ended whatever is returned: `MEMGLASS_STATUS_STILL_OBSERVED` if some observers stayed.
memglass_status memglass_session_shutdown(const struct memglass_session *session, uint64_t patience_ms);

// Adds a type of a schema, with those that it is made of; `session_type` gets its number in the session, with
// which objects are created.
memglass_status memglass_session_add_type(const struct memglass_session *session,
                                          const struct memglass_schema *schema,
                                          uint32_t type_id,
                                          uint32_t *session_type);

// Makes a copy of the types of a session so far. Give it back with `memglass_schema_free`.
memglass_status memglass_session_schema(const struct memglass_session *session,
                                        struct memglass_schema **schema);

// Reuses the memory of objects that were destroyed long enough ago. Creating an object does the same.
memglass_status memglass_session_reclaim(const struct memglass_session *session);

// Number of live objects; 0 without a session.
uint64_t memglass_session_object_count(const struct memglass_session *session);

// Bytes of shared memory that the session has taken, used or not; 0 without a session.
uint64_t memglass_session_memory_bytes(const struct memglass_session *session);

// Its name, valid as long as the session; empty without a session.
struct memglass_text memglass_session_name(const struct memglass_session *session);

// Tells whether any observer is attached.
memglass_status memglass_session_is_observed(const struct memglass_session *session, bool *is_observed);

// What the last call of this thread that failed said: lower case, without a full stop. It stays valid until
// the next call of this thread fails.
struct memglass_text memglass_error_message(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEMGLASS_H */

#ifdef __cplusplus
extern "C" {
#endif

/* The text of a string that ends with a zero byte. */
static inline memglass_text memglass_str(const char *text) {
    memglass_text result = {text, text == NULL ? 0 : strlen(text)};
    return result;
}

/* What lies in memory for a member of type T that is declared @seqlock or @locked. All zeros is a value of
 * zeros. The memglass_guarded_ functions take its address. */
#define MEMGLASS_GUARDED(T) struct { uint64_t word; uint64_t copies[2 * ((sizeof(T) + 7) / 8)]; }

/* Plain members: one relaxed load or store of a scalar of at most 8 bytes. */
#define MEMGLASS_GET(place) __atomic_load_n(&(place), __ATOMIC_RELAXED)
#define MEMGLASS_SET(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELAXED)

/* Atomic members, of integers and pointers. */
#define MEMGLASS_LOAD(place) __atomic_load_n(&(place), __ATOMIC_ACQUIRE)
#define MEMGLASS_STORE(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELEASE)
#define MEMGLASS_FETCH_ADD(place, value) __atomic_fetch_add(&(place), (value), __ATOMIC_ACQ_REL)

#ifdef __cplusplus
}
#endif
