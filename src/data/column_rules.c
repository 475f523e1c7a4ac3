#include "column_rules.h"

#include "counter.h"
#include "numbers.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    LABELS_MOST = 50,
    LABEL_LONGEST = 40,
    NAME_LONGEST = 24, // of dates and the like
    SERIES_LEAST = 10, // rows
    WIDE_LEAST = 3,    // values a row
    HEADER_ROWS = 10,  // a label that occurs once means something above so many rows
};

static struct cell cell_at(const struct sample *s, int row, int column) {
    return s->cells[(size_t)row * (size_t)s->columns + (size_t)column];
}

static bool is_number(const struct sample *s, struct cell cell) {
    struct columns c = {.separator = s->separator};
    double value;
    return table_number(&c, cell, &value);
}

static bool is_value(const struct sample *s, struct cell cell) {
    return is_number(s, cell) || number_missing(cell.text, cell.size);
}

// What a column holds, below the header.
struct facts {
    int rows, numbers, missing, empty, distinct, longest;
    long characters;
    int first_count; // of the value of the first row
    bool fractions;  // some number is not whole
};

static struct facts facts_of(struct sample *s, int column, int from) {
    struct facts f = {.rows = s->rows - from};
    struct token_counter values;
    token_counter_start(&values, TOKENS_LABEL, false);
    for (int r = from; r < s->rows; r++) {
        struct cell cell = cell_at(s, r, column);
        f.numbers += is_number(s, cell);
        f.missing += number_missing(cell.text, cell.size);
        f.empty += cell.size == 0;
        f.fractions |= is_number(s, cell) && memchr(cell.text, '.', cell.size);
        f.characters += (long)cell.size;
        if ((int)cell.size > f.longest) f.longest = (int)cell.size;
        token_counter_add(&values, cell.text, cell.size);
    }
    f.distinct = values.seen.count;
    if (f.distinct > 0) f.first_count = (int)values.seen.counts[0];
    s->no_memory |= values.no_memory;
    token_counter_release(&values);
    return f;
}

static bool is_numeric(const struct facts *f) {
    return f->numbers > 0 && (f->numbers + f->missing) * 20 >= f->rows * 19;
}

// Few rows may lack theirs.
static bool is_label(const struct facts *f) {
    return f->empty * 20 <= f->rows && f->distinct >= 2 && f->distinct <= LABELS_MOST && f->longest <= LABEL_LONGEST &&
           f->distinct * 4 <= f->rows;
}

// ---- the header ----

static const char *const label_names[] = {"label", "class",  "category", "sentiment",
                                          "stars", "rating", "language", NULL};
static const char *const source_names[] = {"source", "src", "input", "question", "from", NULL};
static const char *const target_names[] = {"target", "tgt", "output", "answer", "to", "translation", NULL};
static const char *const text_names[] = {"text", "sentence", "review", "name", "content", "sequence", NULL};

static bool is_named(const struct sample *s, int column, const char *const *names) {
    struct cell cell = cell_at(s, 0, column);
    for (; *names; names++)
        if (strlen(*names) == cell.size && strncasecmp(*names, cell.text, cell.size) == 0) return true;
    return false;
}

// Names over numbers are a header; so is a label that occurs nowhere else, or a well-known name.
bool rule_header(struct sample *s, int label) {
    int over_numbers = 0, numbers_first = 0;
    bool named = false;
    if (s->rows < 2) return false;
    for (int c = 0; c < s->columns; c++) {
        struct facts f = facts_of(s, c, 1);
        struct cell first = cell_at(s, 0, c);
        if (is_numeric(&f)) {
            over_numbers += !is_value(s, first);
            numbers_first += is_number(s, first);
        } else
            named |= is_named(s, c, label_names) || is_named(s, c, text_names) || is_named(s, c, source_names) ||
                     is_named(s, c, target_names);
    }
    if (over_numbers > 0) return numbers_first == 0;
    if (numbers_first > 0) return false;
    if (label >= 0) return facts_of(s, label, 0).first_count == 1 && s->rows > HEADER_ROWS;
    return named;
}

static int with_header(struct sample *s, int label, int header) {
    return header ? header > 0 : rule_header(s, label);
}

// ---- the kinds ----

// Every column but perhaps the first, short one (dates) is of numbers.
static bool is_series(struct sample *s, int header, struct columns *out) {
    out->header = with_header(s, -1, header);
    if (s->rows - out->header < SERIES_LEAST || s->ragged * 20 > s->rows) return false;
    for (int c = 0; c < s->columns; c++) {
        struct facts f = facts_of(s, c, out->header);
        bool dates = c == 0 && s->columns > 1 && !is_numeric(&f) && f.longest <= NAME_LONGEST;
        if (!dates && !is_numeric(&f)) return false;
        out->roles[c] = dates ? ROLE_TIME : ROLE_VALUE;
    }
    return true;
}

// Whether two cells hold the same.
static bool same(struct cell a, struct cell b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.text, b.text, a.size) == 0);
}

// The first column stays the same over runs of rows in which the second one only grows, and falls back between most of
// them; all that is left is numbers, but for a column that changes with the first alone.
static bool is_long(struct sample *s, int header, struct columns *out) {
    if (s->columns < 3) return false;
    out->header = with_header(s, -1, header);
    int rows = s->rows - out->header, runs = 1, back = 0;
    for (int r = out->header + 1; r < s->rows; r++) {
        double before, now;
        struct columns c = {.separator = s->separator};
        if (!table_number(&c, cell_at(s, r - 1, 1), &before) || !table_number(&c, cell_at(s, r, 1), &now)) return false;
        bool new = !same(cell_at(s, r, 0), cell_at(s, r - 1, 0));
        if (!new &&now <= before) return false;
        runs += new;
        back += new &&now <= before;
    }
    struct facts ids = facts_of(s, 0, out->header);
    if (runs < 2 || ids.distinct != runs || runs * 2 > rows || back * 2 < runs - 1) return false;
    int values = 0;
    out->roles[0] = ROLE_ID;
    out->roles[1] = ROLE_TIME;
    for (int c = 2; c < s->columns; c++) {
        struct facts f = facts_of(s, c, out->header);
        out->roles[c] = is_numeric(&f) ? ROLE_VALUE : ROLE_IGNORE;
        values += is_numeric(&f);
        bool constant = !is_numeric(&f) && f.distinct >= 2 && f.longest <= LABEL_LONGEST;
        for (int r = out->header + 1; constant && r < s->rows; r++)
            constant = !same(cell_at(s, r, 0), cell_at(s, r - 1, 0)) || same(cell_at(s, r, c), cell_at(s, r - 1, c));
        if (constant) out->roles[c] = ROLE_LABEL;
    }
    return values > 0;
}

// One column of few labels at either end, words or whole numbers; all others are numbers (with fractions, where the
// labels are numbers too).
static bool is_wide(struct sample *s, int header, struct columns *out) {
    if (s->columns < WIDE_LEAST + 1) return false;
    out->header = with_header(s, -1, header);
    const int ends[] = {s->columns - 1, 0};
    for (int k = 0; k < 2; k++) {
        struct facts label = facts_of(s, ends[k], out->header);
        bool words = !is_numeric(&label), fractions = false, numbers = true;
        if (!is_label(&label) || label.fractions) continue;
        for (int c = 0; numbers && c < s->columns; c++) {
            if (c == ends[k]) continue;
            struct facts f = facts_of(s, c, out->header);
            numbers = is_numeric(&f);
            fractions |= f.fractions;
        }
        if (!numbers || !(words || (fractions && s->columns > SERIES_LEAST))) continue;
        for (int c = 0; c < s->columns; c++)
            out->roles[c] = c == ends[k] ? ROLE_LABEL : ROLE_VALUE;
        return true;
    }
    return false;
}

static bool is_labelled(struct sample *s, int header, bool asked, struct columns *out) {
    if (s->columns < 2) return false;
    int label = -1, text = -1, fewest = 0;
    long longest = -1;
    bool head = header > 0;
    for (int round = 0; round < 2; round++) { // the header is known by the label, and the label counts without it
        label = text = -1;
        for (int c = 0; c < s->columns; c++) {
            struct facts f = facts_of(s, c, head);
            if ((is_label(&f) || (asked && f.distinct * 2 <= f.rows && f.distinct <= LABELS_MOST)) &&
                f.empty * 20 <= f.rows && (label < 0 || f.distinct < fewest)) {
                label = c;
                fewest = f.distinct;
            }
        }
        head = with_header(s, label, header);
        if (!head) break;
    }
    longest = -1;
    for (int c = 0; c < s->columns; c++) {
        struct facts f = facts_of(s, c, head);
        if (c == label || f.characters <= longest) continue;
        longest = f.characters;
        text = c;
    }
    if (label < 0 || text < 0) return false;
    struct facts f = facts_of(s, text, head);
    if (!asked && f.distinct * 2 <= f.rows) return false; // texts are mostly different
    out->header = head;
    for (int c = 0; c < s->columns; c++)
        out->roles[c] = c == label ? ROLE_LABEL : c == text ? ROLE_TEXT : ROLE_IGNORE;
    return true;
}

// By the names of the header alone: two texts look like anything.
static bool is_pairs(struct sample *s, int header, struct columns *out) {
    int source = -1, target = -1;
    if (header < 0 || s->rows < 2) return false;
    for (int c = 0; c < s->columns; c++) {
        if (source < 0 && is_named(s, c, source_names)) source = c;
        if (target < 0 && is_named(s, c, target_names)) target = c;
    }
    if (source < 0 || target < 0) return false;
    out->header = 1;
    out->roles[source] = ROLE_TEXT;
    out->roles[target] = ROLE_TARGET;
    return true;
}

bool rule_roles(struct sample *s, enum table_kind kind, int header, bool asked, struct columns *out) {
    switch (kind) {
    case TABLE_SERIES:
        return is_series(s, header, out);
    case TABLE_LONG:
        return is_long(s, header, out);
    case TABLE_WIDE:
        return is_wide(s, header, out);
    case TABLE_LABELLED:
        return is_labelled(s, header, asked, out);
    case TABLE_PAIRS:
        return is_pairs(s, header, out);
    default:
        return false;
    }
}
