// What the C interface promises. Prints the line of what is not so, and fails; else prints how it describes the
// Position and the Links of types.hpp, in hexadecimal digits, each on a line.
#include <memglass/memglass.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CHECK(condition)                                                          \
    do {                                                                          \
        if (!(condition)) {                                                       \
            memglass_text message = memglass_error_message();                     \
            fprintf(stderr, "%s:%d: %s (%.*s)\n", __FILE__, __LINE__, #condition, \
                    (int)message.len, message.data);                              \
            exit(1);                                                              \
        }                                                                         \
    } while (0)
#define OK(call) CHECK((call) == MEMGLASS_STATUS_OK)
#define FAILS(call, status) CHECK((call) == MEMGLASS_STATUS_##status)

typedef struct {
    int64_t bid_price, ask_price;
    uint32_t bid_size, ask_size;
    uint64_t timestamp_ns;
} quote;

typedef struct {
    uint32_t symbol_id;
    int64_t quantity, avg_price;
    MEMGLASS_GUARDED(quote) last_quote;
    MEMGLASS_GUARDED(char[256]) error_msg;
    int8_t side;
    int64_t levels[2][3];
    bool live;
    quote best;
    char symbol[16];
    double ratio;
    uint8_t venue;
    // As aligned as a 128-bit integer.
    _Alignas(16) MEMGLASS_GUARDED(char[16]) total;
} position;

static uint32_t scalar(memglass_schema *schema, uint32_t kind) {
    uint32_t id;
    OK(memglass_schema_scalar(schema, kind, &id));
    return id;
}

static memglass_member member(const char *name, uint32_t type_id, uint64_t offset) {
    memglass_member member = {.name = memglass_str(name), .type_id = type_id, .offset = offset};
    return member;
}

static memglass_number integer(int64_t number) {
    memglass_number result = {.kind = MEMGLASS_NUMBER_KIND_INTEGER,
                              .integer = {.low = (uint64_t)number, .high = number < 0 ? -1 : 0}};
    return result;
}

static memglass_number real(double number) {
    memglass_number result = {.kind = MEMGLASS_NUMBER_KIND_REAL, .real = number};
    return result;
}

static memglass_variant variant(const char *name, int64_t number) {
    memglass_variant result = {memglass_str(name), integer(number).integer};
    return result;
}

static uint32_t describe_quote(memglass_schema *schema) {
    memglass_member fields[] = {
        member("bid_price", scalar(schema, MEMGLASS_SCALAR_KIND_I64), offsetof(quote, bid_price)),
        member("ask_price", scalar(schema, MEMGLASS_SCALAR_KIND_I64), offsetof(quote, ask_price)),
        member("bid_size", scalar(schema, MEMGLASS_SCALAR_KIND_U32), offsetof(quote, bid_size)),
        member("ask_size", scalar(schema, MEMGLASS_SCALAR_KIND_U32), offsetof(quote, ask_size)),
        member("timestamp_ns", scalar(schema, MEMGLASS_SCALAR_KIND_U64), offsetof(quote, timestamp_ns)),
    };
    uint32_t id;
    OK(memglass_schema_struct(schema, memglass_str("Quote"), sizeof(quote), _Alignof(quote), fields, 5, &id));
    return id;
}

static uint32_t protect(memglass_schema *schema, uint32_t with, uint32_t value) {
    uint32_t id;
    OK(memglass_schema_protected(schema, with, value, &id));
    return id;
}

static uint32_t describe_position(memglass_schema *schema) {
    memglass_metadata readonly = {.readonly = true};
    memglass_metadata shares = {.desc = memglass_str("signed number of shares")};
    memglass_metadata ticks = {.min = integer(0), .max = integer(10000000), .unit = memglass_str("ticks")};
    memglass_metadata capitals = {.regex = memglass_str("[A-Z]{1,5}")};
    memglass_metadata steps = {.min = real(-1.5), .step = real(0.5), .format = memglass_str("%.2f")};
    memglass_variant venues[] = {variant("NYSE", 1), variant("NASDAQ", 2)};
    memglass_metadata named = {.names = venues, .names_len = 2};
    memglass_variant sides[] = {variant("buy", 1), variant("sell", -1)};
    uint32_t text, side, row, levels;
    memglass_member fields[13];
    fields[0] = member("symbol_id", scalar(schema, MEMGLASS_SCALAR_KIND_U32), offsetof(position, symbol_id));
    fields[0].metadata = &readonly;
    uint32_t i64 = scalar(schema, MEMGLASS_SCALAR_KIND_I64);
    fields[1] = member("quantity", protect(schema, MEMGLASS_PROTECTION_ATOMIC, i64), offsetof(position, quantity));
    fields[1].metadata = &shares;
    fields[2] = member("avg_price", i64, offsetof(position, avg_price));
    fields[2].metadata = &ticks;
    uint32_t whole = describe_quote(schema);
    fields[3] = member("last_quote", protect(schema, MEMGLASS_PROTECTION_SEQLOCK, whole), offsetof(position, last_quote));
    OK(memglass_schema_text(schema, 256, &text));
    fields[4] = member("error_msg", protect(schema, MEMGLASS_PROTECTION_LOCKED, text), offsetof(position, error_msg));
    OK(memglass_schema_enum(schema, memglass_str("Side"), 1, true, sides, 2, &side));
    fields[5] = member("side", side, offsetof(position, side));
    OK(memglass_schema_array(schema, i64, 3, &row));
    OK(memglass_schema_array(schema, row, 2, &levels));
    fields[6] = member("levels", levels, offsetof(position, levels));
    fields[7] = member("live", scalar(schema, MEMGLASS_SCALAR_KIND_BOOL), offsetof(position, live));
    fields[8] = member("best", whole, offsetof(position, best));
    OK(memglass_schema_text(schema, 16, &text));
    fields[9] = member("symbol", text, offsetof(position, symbol));
    fields[9].metadata = &capitals;
    fields[10] = member("ratio", scalar(schema, MEMGLASS_SCALAR_KIND_F64), offsetof(position, ratio));
    fields[10].metadata = &steps;
    fields[11] = member("venue", scalar(schema, MEMGLASS_SCALAR_KIND_U8), offsetof(position, venue));
    fields[11].metadata = &named;
    uint32_t wide = scalar(schema, MEMGLASS_SCALAR_KIND_I128);
    fields[12] = member("total", protect(schema, MEMGLASS_PROTECTION_SEQLOCK, wide), offsetof(position, total));
    uint32_t id;
    OK(memglass_schema_struct(schema, memglass_str("Position"), sizeof(position), _Alignof(position), fields, 13, &id));
    return id;
}

typedef union {
    int64_t number;
    double real;
} word;

typedef struct links {
    word word, words[2];
    const quote *quote;
    double *numbers[3];
    const struct links *next;
    void *anything;
} links;

static uint32_t pointer(memglass_schema *schema, const char *target) {
    uint32_t id;
    OK(memglass_schema_pointer(schema, memglass_str(target), &id));
    return id;
}

static void describe_links(memglass_schema *schema) {
    memglass_metadata unknown = {.desc = memglass_str("who knows")};
    memglass_member alternatives[] = {
        member("number", scalar(schema, MEMGLASS_SCALAR_KIND_I64), offsetof(word, number)),
        member("real", scalar(schema, MEMGLASS_SCALAR_KIND_F64), offsetof(word, real)),
    };
    uint32_t either, pair, numbers, id;
    OK(memglass_schema_union(schema, memglass_str("Word"), sizeof(word), _Alignof(word), alternatives, 2, &either));
    OK(memglass_schema_array(schema, either, 2, &pair));
    uint32_t target = pointer(schema, "Quote");
    OK(memglass_schema_array(schema, pointer(schema, "f64"), 3, &numbers));
    memglass_member fields[] = {
        member("word", either, offsetof(links, word)),
        member("words", pair, offsetof(links, words)),
        member("quote", target, offsetof(links, quote)),
        member("numbers", numbers, offsetof(links, numbers)),
        member("next", pointer(schema, "Links"), offsetof(links, next)),
        member("anything", pointer(schema, ""), offsetof(links, anything)),
    };
    fields[5].metadata = &unknown;
    OK(memglass_schema_struct(schema, memglass_str("Links"), sizeof(links), _Alignof(links), fields, 6, &id));
}

static void print_schema(const memglass_schema *schema) {
    size_t len = 0;
    FAILS(memglass_schema_encode(schema, NULL, 0, &len), TOO_SMALL);
    uint8_t *bytes = malloc(len);
    OK(memglass_schema_encode(schema, bytes, len, &len));
    for (size_t index = 0; index < len; index++) {
        printf("%02x", bytes[index]);
    }
    printf("\n");
    free(bytes);
}

static bool double_ask(void *context, void *value) {
    *(int *)context += 1;
    ((quote *)value)->ask_price *= 2;
    return true;
}

static position *objects_and_cells(memglass_session *session, uint32_t type_id) {
    position start = {.symbol_id = 7};
    void *object;
    OK(memglass_object_create(session, memglass_str("AAPL"), type_id, &start, sizeof start, &object));
    position *aapl = object;
    CHECK(MEMGLASS_GET(aapl->symbol_id) == 7 && memglass_session_object_count(session) == 1);
    MEMGLASS_SET(aapl->avg_price, 15025);
    CHECK(MEMGLASS_FETCH_ADD(aapl->quantity, 500) == 0 && MEMGLASS_LOAD(aapl->quantity) == 500);

    quote value = {1, 2, 3, 4, 5}, read = {0};
    int calls = 0;
    OK(memglass_guarded_write(&aapl->last_quote, &value, sizeof value));
    OK(memglass_guarded_update(&aapl->last_quote, sizeof value, double_ask, &calls));
    OK(memglass_guarded_read(&aapl->last_quote, &read, sizeof read));
    CHECK(calls == 1 && read.ask_price == 4 && read.timestamp_ns == 5);
    uint64_t held, sequence;
    OK(memglass_guarded_hold(&aapl->last_quote, &held));
    FAILS(memglass_guarded_write(&aapl->last_quote, &value, sizeof value), BUSY);
    for (value.bid_price = 10; value.bid_price < 20; value.bid_price++) {
        OK(memglass_guarded_publish(&aapl->last_quote, &held, &value, sizeof value));
    }
    OK(memglass_guarded_release(&aapl->last_quote, held));
    OK(memglass_guarded_sequence(&aapl->last_quote, &sequence));
    OK(memglass_guarded_read(&aapl->last_quote, &read, sizeof read));
    CHECK(sequence == 12 && read.bid_price == 19);
    FAILS(memglass_guarded_read((char *)object + 1, &read, sizeof read), BAD_ARGUMENT);
    FAILS(memglass_guarded_read(NULL, &read, sizeof read), NULL_POINTER);
    FAILS(memglass_guarded_update(&aapl->last_quote, sizeof value, NULL, NULL), NULL_POINTER);

    FAILS(memglass_object_create(session, memglass_str("AAPL"), type_id, &start, sizeof start, &object), BAD_LABEL);
    FAILS(memglass_object_create(session, memglass_str(NULL), type_id, &start, sizeof start, &object), BAD_LABEL);
    FAILS(memglass_object_create(session, memglass_str("\xff"), type_id, &start, sizeof start, &object), NOT_UTF8);
    FAILS(memglass_object_create(session, memglass_str("B"), type_id, &start, sizeof start - 1, &object), BAD_MEMORY);
    FAILS(memglass_object_create(session, memglass_str("B"), 99, &start, sizeof start, &object), BAD_MEMORY);
    FAILS(memglass_object_create(session, memglass_str("B"), type_id, NULL, sizeof start, &object), NULL_POINTER);
    FAILS(memglass_object_create(session, memglass_str("B"), type_id, &start, sizeof start, NULL), NULL_POINTER);
    FAILS(memglass_object_create(NULL, memglass_str("B"), type_id, &start, sizeof start, &object), NULL_POINTER);
    memglass_text endless = {"B", SIZE_MAX};
    FAILS(memglass_object_create(session, endless, type_id, &start, sizeof start, &object), BAD_ARGUMENT);

    void *memory;
    FAILS(memglass_allocate(session, 64, 3, &memory), BAD_SIZE);
    OK(memglass_allocate(session, 4 * sizeof(position), _Alignof(position), &memory));
    FAILS(memglass_register(session, memglass_str("many"), memory, type_id, 1000), BAD_MEMORY);
    OK(memglass_register(session, memglass_str("many"), memory, type_id, 4));
    FAILS(memglass_free(session, memory), BAD_MEMORY);
    OK(memglass_object_destroy(session, memory));
    FAILS(memglass_object_destroy(session, memory), BAD_MEMORY);
    OK(memglass_session_reclaim(session));
    return aapl;
}

static bool count_object(void *context, const memglass_object_info *object) {
    CHECK(object->label.len == 4 && object->type_name.len == 8 && object->count == 0);
    *(int *)context += 1;
    return true;
}

static bool refresh_meanwhile(void *observer, const memglass_object_info *object) {
    (void)object;
    bool has_changed;
    FAILS(memglass_observer_refresh(observer, &has_changed), BAD_ARGUMENT);
    return true;
}

static void observing(const char *name) {
    memglass_observer *observer;
    FAILS(memglass_observer_attach(memglass_str("no_such"), memglass_str(""), 0, &observer), NO_SUCH_SESSION);
    FAILS(memglass_observer_attach(memglass_str(name), memglass_str(""), 9, &observer), BAD_ARGUMENT);
    OK(memglass_observer_attach(memglass_str(name), memglass_str(""), MEMGLASS_ACCESS_WRITE, &observer));
    int objects = 0;
    OK(memglass_observer_objects(observer, count_object, &objects));
    CHECK(objects == 1);
    OK(memglass_observer_objects(observer, refresh_meanwhile, observer));
    bool has_changed;
    OK(memglass_observer_refresh(observer, &has_changed));
    memglass_field *field, *part;
    memglass_integer number;
    FAILS(memglass_observer_field(observer, memglass_str("AAPL.quantty"), &field), NO_SUCH_FIELD);
    FAILS(memglass_observer_field(observer, memglass_str("none"), &field), NO_SUCH_OBJECT);
    OK(memglass_observer_field(observer, memglass_str("AAPL"), &field));
    OK(memglass_field_at(field, memglass_str("last_quote.bid_price"), &part));
    OK(memglass_field_read_integer(part, MEMGLASS_READING_WHOLE, &number));
    CHECK(number.low == 19 && number.high == 0);
    FAILS(memglass_field_read_integer(field, MEMGLASS_READING_WHOLE, &number), TYPE_MISMATCH);
    FAILS(memglass_field_read_integer(part, 9, &number), BAD_ARGUMENT);
    FAILS(memglass_field_read_integer(NULL, 0, &number), NULL_POINTER);
    number.low = 21;
    OK(memglass_field_write_integer(part, MEMGLASS_WRITING_CHECKED, number));
    OK(memglass_field_add_integer(part, number));
    char text[8];
    size_t len;
    OK(memglass_field_show(part, MEMGLASS_READING_WHOLE, (uint8_t *)text, sizeof text, &len));
    CHECK(len == 2 && memcmp(text, "42", 2) == 0);
    FAILS(memglass_field_show(field, MEMGLASS_READING_WHOLE, (uint8_t *)text, sizeof text, &len), TOO_SMALL);
    memglass_field_free(part);
    memglass_field_free(field);
    memglass_observer_free(observer);
    memglass_observer_free(NULL);
}

// What the functions of a sampler share with the program.
typedef struct {
    memglass_sampler *sampler;
    int calls;
} ending;

static void end_sampler(void *context, const memglass_update *update) {
    (void)update;
    ending *shared = context;
    __atomic_fetch_add(&shared->calls, 1, __ATOMIC_RELAXED);
    memglass_sampler_free(shared->sampler);
    shared->sampler = NULL;
}

static int threads(void) {
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    int count = 0;
    while (readdir(tasks) != NULL) {
        count++;
    }
    closedir(tasks);
    return count;
}

static void ending_a_sampler_inside_of_its_function(const char *name, position *aapl) {
    memglass_observer *observer;
    OK(memglass_observer_attach(memglass_str(name), memglass_str(""), MEMGLASS_ACCESS_READ, &observer));
    int before = threads();
    ending shared = {NULL, 0};
    OK(memglass_sampler_start(&shared.sampler));
    memglass_text each[] = {memglass_str("AAPL.quantity"), memglass_str("AAPL.avg_price")};
    memglass_subscription *subscriptions[3];
    for (int index = 0; index < 3; index++) {
        OK(memglass_sampler_subscribe(shared.sampler, observer, each, 2, 1000, end_sampler, &shared, &subscriptions[index]));
    }
    while (__atomic_load_n(&shared.calls, __ATOMIC_RELAXED) == 0) {
        MEMGLASS_FETCH_ADD(aapl->quantity, 1);
        MEMGLASS_SET(aapl->avg_price, MEMGLASS_GET(aapl->avg_price) % 1000 + 1);
    }
    // The thread ends by itself.
    time_t end = time(NULL) + 20;
    while (threads() > before) {
        CHECK(time(NULL) < end);
    }
    CHECK(shared.calls == 1);
    for (int index = 0; index < 3; index++) {
        memglass_subscription_free(subscriptions[index]);
    }
    memglass_observer_free(observer);
}

int main(int count, char **arguments) {
    CHECK(count == 2 && memglass_abi_version() / 1000 == MEMGLASS_ABI_VERSION / 1000);
    memglass_schema *schema = memglass_schema_new();
    uint32_t described = describe_position(schema), type_id, other;
    FAILS(memglass_schema_scalar(schema, 99, &other), BAD_ARGUMENT);
    FAILS(memglass_schema_array(schema, 77, 3, &other), BAD_TYPE);
    FAILS(memglass_schema_scalar(NULL, 0, &other), NULL_POINTER);
    memglass_session *session;
    FAILS(memglass_session_create(memglass_str("a/b"), NULL, &session), BAD_NAME);
    OK(memglass_session_create(memglass_str(arguments[1]), NULL, &session));
    FAILS(memglass_session_add_type(session, schema, 99, &type_id), BAD_TYPE);
    OK(memglass_session_add_type(session, schema, described, &type_id));
    position *aapl = objects_and_cells(session, type_id);
    observing(arguments[1]);
    ending_a_sampler_inside_of_its_function(arguments[1], aapl);
    print_schema(schema);
    memglass_schema_free(schema);
    schema = memglass_schema_new();
    describe_links(schema);
    print_schema(schema);
    memglass_schema_free(schema);
    OK(memglass_session_shutdown(session, 0));
    memglass_session_close(session);
    memglass_session_close(NULL);
    return 0;
}
