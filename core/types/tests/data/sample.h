typedef enum { red, green = 4, blue = -1 } color;
enum access { R = 1, W = 2, X = 4 };
struct hidden;
struct __attribute__((packed)) packed { char kind; int len; };
typedef struct quote {
    _Bool live;
    long long bid, ask;
    unsigned size : 20, flags : 3;
    union { int ticks; float real; };
    struct { short depth; char tail[3]; } inner;
    const struct packed *best;
    double grid[2][3];
} quote;
struct bits { char a; unsigned b : 7; unsigned c : 30; int : 0; short d : 9, e : 9; unsigned long f : 33; _Bool g : 1; };
struct list { struct list *next; struct quote *volatile quotes[4]; int wide __attribute__((aligned(16))); struct packed small; };
int on_quote(const quote *q, int levels[static 4], float ratio);
extern quote book;
__attribute__((annotate("tick"))) static inline unsigned char tick(void) { return 1; }
_Complex double wave(long double x, const _Complex float y);
